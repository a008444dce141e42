#!/usr/bin/python3 -B
"""machine_claims v1|v2|hybrid|systemd: claims about steps 5 and 7 in a machine of scripts/vm.

The kernel is another one there, and cgroups are mounted as said; with systemd those of v2, by it.
All questions to one layout are asked in one machine: a boot takes longer than most of them. Programs
must have been built.
"""

import os
import pathlib
import shlex
import subprocess
import sys
from typing import NamedTuple

from summary import Summary

TOP = pathlib.Path(__file__).resolve().parents[2]


class Question(NamedTuple):
    """One call of verify in the machine, or of another test (`test`)."""

    title: str
    arguments: list
    test: str = "build/verify"


def with_claims(*names):
    """verify's options for these claims."""
    return [word for name in names for word in ("--claim", name)]


# What depends on the layout of cgroups: step 5's own claims.
LIMITS = Question(
    "limits of step 5",
    [
        *("--subject", "build/step5", "--step", "5", "--beside", "a memory hog is killed: 137"),
        *with_claims("the memory limit counts swap", "limits hold where clone3(2) is hidden"),
    ],
)

# What depends on the kernel: step 4's own claims, namespaces. They are asked on v2 only: the kernel
# is the same.
NAMESPACES = Question(
    "namespaces of step 5",
    ["--subject", "build/step5", "--step", "5", "--beside", "the command is process 1"],
)

# Of step 7's claims: what a container is, and what cgroup v2 does for one that runs. All of them
# would take too long in there.
CONTAINER = ["--beside", "the image is untouched byte for byte"]
ON_V2 = with_claims(
    "pause freezes every process and unpause resumes them",
    "a paused container can be stopped and killed and removed",
    "a paused container whose runtime is killed leaves nothing",
    "stats prints the usage and limits of a container",
    "update changes the limits of a running container and keeps them",
    "update limits a container that had no limit",
    "--cpuset-cpus restricts the CPUs",
    "kill -9 of a monitor is reported to attached clients",
)
STEP_7 = Question("step 7", ["--subject", "build/step7", "--step", "7", *CONTAINER, *ON_V2])

# What step 7 shows of cgroups, and its limits beyond those of step 5.
SHARING = Question(
    "cgroups of step 7",
    [
        *("--subject", "build/step7", "--step", "7"),
        *with_claims(
            "a container sees its own cgroups in /sys/fs/cgroup and cannot change them",
            "--privileged shows a group in each cgroup tree and lets the container change it",
            "docker's other limits are in force and kept and changed by update",
            "--device gives a device of the host with the access that is asked for",
        ),
    ],
)

INIT = Question("Debian's init in a container", [], "scripts/lab/try_init.py")

# Without root, with a part of the cgroups delegated; also what step 5 says of limits. Without a
# list of excuses: all of it must hold.
ROOTLESS = Question(
    "limits of step 7 without root",
    [
        *("--matrix", "rootless=user7:build/step7"),
        *("--beside", "a memory hog is killed: 137"),
        *ON_V2,
        *with_claims(
            "the memory limit counts swap",
            "exec is subject to the limits of the container",
            "inspect shows an OOM kill and the CPUs",
        ),
    ],
)

# stepbox-oci: what depends on the layout of cgroups, on systemd, and on AppArmor.
OCI = [
    Question("OCI runtime, groups made by systemd", [], "scripts/lab/try_oci_systemd.py"),
    Question("OCI runtime, AppArmor", [], "scripts/lab/try_oci_apparmor.py"),
    Question(
        "OCI runtime, cgroup v2",
        ["PARTS=acts exec control joining limits", "scripts/lab/try_oci.py"],
        "env",
    ),
]

PAIR = Question("OCI runtime, a pair", ["PARTS=pair", "scripts/lab/try_oci.py"], "env")

QUESTIONS = {
    "v1": [LIMITS, SHARING, INIT, PAIR],
    "hybrid": [LIMITS, SHARING, INIT, PAIR],
    "v2": [LIMITS, NAMESPACES, STEP_7, SHARING, INIT, ROOTLESS],
    "systemd": OCI,
}


def command(questions):
    """The machine's command line: asks all, and fails if one answer is red."""
    lines = ["red=0"]
    for title, arguments, test in questions:
        lines.append(f"echo {shlex.quote('--- ' + title)}")
        lines.append(f"{test} {shlex.join(arguments)} || red=1")
    return "; ".join(lines + ["exit $red"])


def judge(questions, output, status):
    """The sum of all reports in the output; a report that is missing counts as failed."""
    found = [each for line in output.splitlines() if (each := Summary.of_line(line))]
    total = sum(found, Summary())
    missing = len(questions) - len(found)
    if missing > 0 or (status != 0 and total.failed == 0):
        total += Summary(failed=max(1, missing))
    return total


def main(layout):
    """Runs the machine; returns the exit status."""
    questions = QUESTIONS[layout]
    cgroups = {"CGROUP": "v2", "INIT": "systemd"} if layout == "systemd" else {"CGROUP": layout}
    environment = {"DEADLINE": "1800", **os.environ, **cgroups, "CMD": command(questions)}
    process = subprocess.run(
        [TOP / "scripts/vm"],
        cwd=TOP,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    output = process.stdout.decode(errors="replace")
    print(output, end="" if output.endswith("\n") else "\n")
    total = judge(questions, output, process.returncode)
    if process.returncode not in (0, 1):
        print(f"  RED   the machine ended with status {process.returncode}")
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == [] or sys.argv[1] not in QUESTIONS:
        sys.exit(f"machine_claims: which layout? ({', '.join(QUESTIONS)})")
    sys.exit(main(sys.argv[1]))
