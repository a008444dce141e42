#!/usr/bin/python3 -B
"""man_page PROGRAM: prints stepbox(1), made from the help texts of PROGRAM (step7) and of its verbs;
stepbox-oci(1) if PROGRAM is called so.

step7 is called as `stepbox`, so the help texts name the program as it is installed.
"""

import pathlib
import re
import subprocess
import sys

FILES = [
    ("/var/lib/stepbox", "Images and containers of root; --root DIR names another place."),
    ("~/.local/share/stepbox", "Images and containers of an ordinary user."),
    ("/run/stepbox", "Locks, leases and the state of running containers; for an ordinary user "
                     "$XDG_RUNTIME_DIR/stepbox."),
]
ENVIRONMENT = [
    ("STEPBOX_ROOT", "The default of --root."),
    ("STEPBOX_SUBNET", "The subnet of the bridge, 172.16.0.0/16 by default."),
    ("XDG_DATA_HOME, XDG_RUNTIME_DIR",
     "For an ordinary user: the parents of the two directories named stepbox."),
]
OCI_VERBS = {
    "create": "Build the container of a bundle; its process waits for start",
    "start": "Let the command of a created container begin",
    "state": "Print the state as JSON",
    "kill": "Send a signal, by default TERM",
    "delete": "Remove a container that has ended",
    "run": "Create, start, wait and delete",
    "exec": "Run one more process in a container",
    "ps": "List the processes of a container",
    "list": "List containers",
    "pause": "Freeze all processes of a container",
    "resume": "Let them run again",
    "update": "Change limits",
    "events": "Print what a container uses",
    "spec": "Write a config.json to begin with",
    "features": "Print what this runtime knows, as JSON",
}
SEE_ALSO = ["capabilities(7)", "cgroups(7)", "namespaces(7)", "pivot_root(2)", "seccomp(2)",
            "veth(4)"]


def name_of(program):
    """The name of the program as it is installed."""
    name = pathlib.Path(program).name
    return name if name == "stepbox-oci" else "stepbox"


def help_of(program, *words):
    """The output of `stepbox WORDS --help`, without empty lines at its end."""
    run = subprocess.run([name_of(program), *words, "--help"], executable=program, check=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    return run.stdout.rstrip("\n")


def version_of(program):
    run = subprocess.run([name_of(program), "--version"], executable=program, check=True,
                         stdout=subprocess.PIPE, text=True)
    return re.search(r"ersion:? (\d\S*)", run.stdout)[1]


def parse_verbs(text):
    """The verbs of `stepbox --help` as [(heading, [(verb, about)])]."""
    groups = []
    for line in text.splitlines():
        if heading := re.fullmatch(r"(\S.*):", line):
            groups.append((heading[1], []))
        elif groups and (verb := re.fullmatch(r"  ([a-z]+)  +(\S.*)", line)):
            groups[-1][1].append((verb[1], verb[2]))
    return [group for group in groups if group[1]]


def parse_verb(text):
    """The help of one verb: its usage, [(heading, [(option, about)])], and the rest."""
    lines = text.splitlines()
    usage, groups, rest = lines[0].removeprefix("Usage: "), [], []
    for line in lines[1:]:
        if heading := re.fullmatch(r"(\S.*):", line):
            groups.append((heading[1], []))
        elif groups and (option := re.fullmatch(r"  (-.*?)(?:   *(\S.*))?", line)):
            groups[-1][1].append((option[1], option[2] or ""))
        elif groups and groups[-1][1] and re.match(r" {10,}\S", line):
            name, about = groups[-1][1].pop()
            groups[-1][1].append((name, f"{about} {line.strip()}".strip()))
        else:
            rest.append(line)
    return usage, [group for group in groups if group[1]], "\n".join(rest).strip("\n")


def escape(text):
    """Plain text for roff: hyphens stay hyphens, and no line is a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)


def quote(text):
    """The same as one argument of a macro."""
    return '"' + escape(text).replace('"', '\\(dq') + '"'


def items(pairs):
    return [line for name, about in pairs for line in (".TP", f".B {quote(name)}", escape(about))]


def verb_section(name, about, text):
    usage, groups, rest = parse_verb(text)
    lines = [f".SS {quote(name)}", escape(about) + ".", ".PP", f".B {quote(usage)}"]
    for heading, options in groups:
        lines += [".PP", f"{escape(heading)}:", *items(options)]
    for paragraph in filter(None, re.split(r"\n\n+", rest)):
        # `about` stands above already; the exit status has a section of its own.
        if paragraph != f"{about}." and not paragraph.startswith("Exit status:"):
            lines += [".PP", escape(paragraph)]
    return lines


def man_page(program):
    text = help_of(program)
    groups = parse_verbs(text)
    usages = [line.removeprefix("Usage:").strip()
              for line in text.split("\n\n")[0].splitlines()]
    lines = [f'.TH STEPBOX 1 "" {quote("stepbox " + version_of(program))} "User Commands"', ".nh",
             ".SH NAME", "stepbox \\- run commands in containers", ".SH SYNOPSIS"]
    for usage in usages:
        lines += [f".B {quote(re.sub(' {2,}.*', '', usage))}", ".br"]
    lines[-1:] = [".SH DESCRIPTION",
                  "Runs a command in a container: with its own files, processes, host name, "
                  "network and limits.", "Without a verb,", ".B run", "is meant.",
                  "The verbs and their options are those of docker.",
                  ".B stepbox1", "to", ".B stepbox6",
                  "are its predecessors, each with one kind of isolation less;",
                  f".B {quote('--help')}", "lists their options.", ".SH VERBS"]
    for heading, verbs in groups:
        lines += [f".SS {quote(heading)}", *items(verbs)]
    lines += [".SH OPTIONS"]
    for _, verbs in groups:
        for name, about in verbs:
            lines += verb_section(name, about, help_of(program, name))
    lines += [".SH EXIT STATUS", "Of", ".B run", "and", ".BR exec :",
              *items([("125", "stepbox failed"), ("126", "the command cannot be run"),
                      ("127", "no such command"), ("128+N", "killed by signal N")]),
              ".PP", "Otherwise the command's own. Of the other verbs: 0, or 1 for an error.",
              ".SH FILES", *items(FILES), ".SH ENVIRONMENT", *items(ENVIRONMENT),
              ".SH SEE ALSO", escape(", ".join(SEE_ALSO))]
    return "\n".join(lines) + "\n"


def oci_page(program):
    """stepbox-oci(1)."""
    text = help_of(program)
    verbs = re.search(r"An OCI runtime: ([a-z, \n]*)", text)[1].replace("\n", " ").split(", ")
    lines = [f'.TH STEPBOX-OCI 1 "" {quote("stepbox " + version_of(program))} "User Commands"',
             ".nh", ".SH NAME", "stepbox-oci \\- an OCI runtime for podman, docker and containerd",
             ".SH SYNOPSIS", f".B {quote(parse_verb(text)[0])}", ".SH DESCRIPTION",
             "Makes the container that the config.json of a bundle describes, and ends: the process that",
             "has called it becomes the parent of the container. The command line is that of runc(8).",
             ".SH OPTIONS", *items(parse_verb(text)[1][0][1]), ".SH COMMANDS"]
    for verb in verbs:
        lines += verb_section(verb, OCI_VERBS[verb], help_of(program, verb))
    lines += [".SH FILES", *items([("/run/stepbox-oci/ID", "What is remembered of a container; "
                                    "--root DIR names another place.")]),
              ".SH SEE ALSO", escape("stepbox(1), podman(1), runc(8); the OCI runtime specification")]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    page = oci_page if name_of(sys.argv[1]) == "stepbox-oci" else man_page
    print(page(sys.argv[1]), end="")
