#!/usr/bin/python3 -B
"""matrix [--judged | --rootless] [OPTION...]: holds every step to every claim, and prints the table;
then stepbox-oci to every check of an OCI runtime (oci_matrix.py).

Other runtimes, where they are installed, stand beside ours for comparison. The first table is kept
in build/matrix.txt for `make site`. OPTIONS are verify's: with `--claim NAME` nothing is kept, and
there is no second table.

`make test` asks less, in two parts that run beside each other. Neither asks what a list of excuses
names.
    --judged    only cells whose answer is demanded, of scripts by hand only what their step adds;
                without the column rootless
    --rootless  that column, only the claims for which being root changes the path of the program
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

from summary import Summary

TOP = pathlib.Path(__file__).resolve().parents[2]
PEERS = {"crun": "peer5", "bwrap": "peer4"}
PROGRAMS = [f"step{step}" for step in range(1, 8)] + ["stepbox-oci", "verify", "probe", "breakout"]
ORDINARY_USER = "54321"  # of verify: kOrdinaryUser

# The rule for `--rootless`. The claims in these files of step 7 read or print records, sort and
# format them, or read archives; those of steps 1 and 2 are about a child and its root directory: the
# program does so in the same way with and without root.
SAME_WITHOUT_ROOT = {
    "01-clone/verify.cpp": "a child's status, signals and descriptors",
    "02-chroot/verify.cpp": "a root directory",
    "07-unionfs/claims/verify_ask.cpp": "verbs that read records",
    "07-unionfs/claims/verify_build.cpp": "build, which is for root",
    "07-unionfs/claims/verify_habits.cpp": "how a command line is read",
    "07-unionfs/claims/verify_interchange.cpp": "archives of other tools",
    "07-unionfs/claims/verify_logs.cpp": "a log's lines",
    "07-unionfs/claims/verify_oci.cpp": "layouts of images",
    "07-unionfs/claims/verify_ps.cpp": "the table of containers and its formats",
    "07-unionfs/claims/verify_registry.cpp": "registries",
    "07-unionfs/claims/verify_restart.cpp": "a monitor's policy",
}
NOT_THE_SAME = {  # claims of these files: helpers of a rootless network are signalled, and so on
    "kill -9 of the subject ends the command too",
    "no file of the runtime stays open in the command",
    "the working directory is /",
    "^C reaches a command once",
    "an ordinary user loads and runs images",
    "-p publishes a range of ports and ps and port list them in order",
    "-p takes a free port of the host where none is named",
    "stats prints the usage and limits of a container",
}

# Claims that repeat one thing many times look for races between processes of step 7. The locks are
# the same without root.
REPEATED = re.compile(r" at 50 moments |\b\d+ (starts|runs|containers|layers)\b|^concurrent ")


def columns():
    """Steps and scripts, as verify's --matrix takes them."""
    steps = [f"step{step}={step}:{TOP}/build/step{step}" for step in range(1, 8)]
    scripts = []
    for script in sorted(TOP.glob("steps/*/by-hand.sh")):
        step = int(script.parent.name[:2])
        scripts.append(f"hand{step}=hand{step}:{script}")
    return steps + scripts


def why_no_peer(name):
    """Why this runtime has no column; None if it starts a container on this machine."""
    if not shutil.which(name):
        return "it is not installed (scripts/setup peers)"
    adapter = TOP / "scripts/adapters" / name
    claim = ["--subject", adapter, "--step", "4", "--claim", "the command is process 1"]
    tried = subprocess.run(
        [TOP / "scripts/as-root", TOP / "build/verify", *claim],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if tried.returncode == 0:
        return None
    said = re.search(r"^ *stderr: (.*)$", tried.stdout, re.MULTILINE)
    return f"it is installed, but fails: {said[1] if said else ''}"


def peers():
    """Columns of the other runtimes that work here; says why one is left out."""
    found = []
    for name, level in PEERS.items():
        if why := why_no_peer(name):
            print(f"no column {name}: {why}")
        else:
            found.append(f"{name}={level}:{TOP}/scripts/adapters/{name}")
    return found


def why_not_rootless():
    """Why this machine has no column rootless; None if it has."""
    if not shutil.which("newuidmap"):
        return "newuidmap is missing (scripts/setup rootless)"
    become = ["setpriv", "--reuid", ORDINARY_USER, "--clear-groups", "unshare", "-U", "true"]
    if subprocess.run([TOP / "scripts/as-root", *become], check=False).returncode:
        return "an ordinary user gets no user namespace here"
    return None


ROOTLESS = f"rootless=user7:{TOP}/build/step7"


def claims_in(source):
    """Names of the claims that a source file declares."""
    return re.findall(r'^CLAIM\("((?:[^"\\]|\\.)*)"', source, re.MULTILINE)


def names_in_list(text):
    """Names in the output of `verify --list`: `4  new   2  NAME (sabotage …)`."""
    names = re.findall(r"^\d+ +\w+ +\d+  (.*)$", text, re.MULTILINE)
    return [re.sub(r" \((sabotage|until) [^)]*\)$", "", name) for name in names]


def asked_without_root(all_names, sources):
    """Which claims the column rootless is asked in `make test`; `sources`: file name -> text."""
    same = {name for file in SAME_WITHOUT_ROOT for name in claims_in(sources[file])}
    same -= NOT_THE_SAME
    return [name for name in all_names if name not in same and not REPEATED.search(name)]


def rootless_claims():
    """The options of verify that choose them."""
    listed = subprocess.run(
        [TOP / "build/verify", "--list"], check=True, capture_output=True, text=True
    ).stdout
    sources = {file: (TOP / "steps" / file).read_text() for file in SAME_WITHOUT_ROOT}
    for name in asked_without_root(names_in_list(listed), sources):
        yield from ("--claim", name)


def verify_command(arguments):
    """The command line of verify, as root."""
    jobs = ["--jobs", str(2 * (os.cpu_count() or 1))]  # most claims wait for something
    excuses = ["--excuses", TOP / "steps/by-hand.txt", "--excuses", TOP / "steps/rootless.txt"]
    command = [TOP / "scripts/as-root", TOP / "build/verify", *jobs, *excuses, *arguments]
    return [str(word) for word in command]


def verify(arguments):
    """Becomes verify."""
    command = verify_command(arguments)
    sys.stdout.flush()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and exec keeps that
    os.execv(command[0], command)


def main():
    """The command line; returns the exit status, if verify is not run."""
    parser = argparse.ArgumentParser(prog="matrix", description="holds every step to every claim")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--judged", action="store_true", help="only what is judged, as root")
    only.add_argument("--rootless", action="store_true", help="the column rootless alone")
    options, more = parser.parse_known_args()
    os.chdir(TOP)
    if status := subprocess.run(["scripts/build", *PROGRAMS], check=False).returncode:
        return status

    if options.judged:
        # A table that `make matrix` has kept tells more than this one.
        kept = [] if more or os.path.exists("build/matrix.txt") else ["--keep", "build/matrix.txt"]
        return verify([*more, "--judged", *kept, "--matrix", *columns()])
    why = why_not_rootless()
    if options.rootless:
        if why:
            print(f"  skip  the column rootless: {why}\n{Summary(skipped=1)}")
            return 0
        return verify([*(more or rootless_claims()), "--judged", "--matrix", ROOTLESS])
    if why:
        print(f"no column rootless: {why}")
    rootless = [] if why else [ROOTLESS]
    table = ["--matrix", *columns(), *rootless, *peers()]
    if more:
        return verify([*more, *table])
    sys.stdout.flush()
    first = subprocess.run(verify_command(["--keep", "build/matrix.txt", *table])).returncode
    print(flush=True)
    second = subprocess.run([sys.executable, "-B", "scripts/lab/oci_matrix.py"]).returncode
    return first or second


if __name__ == "__main__":
    sys.exit(main())
