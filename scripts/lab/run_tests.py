#!/usr/bin/python3 -B
"""test [--built]: runs all tests of the lab, in parts that run in parallel.

Builds everything first; --built: everything is built. The table at the end has the time of
each part; the last line is the sum. With LANES=N, so many parts run at a time (default: one more
than there are CPUs, as most parts wait for something now and then). With VM=no, no virtual machine
is started.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys

import parts
from parts import Part
from summary import Summary

TOP = pathlib.Path(__file__).resolve().parents[2]
SETTINGS = ["CI", "LANES", "STEPBOX_PATIENCE", "VM"]  # sudo(8) does not pass them on


def layout(mountinfo):
    """Which cgroups are mounted, by the text of /proc/self/mountinfo."""
    types = set(re.findall(r" - (cgroup2?) ", mountinfo))
    versions = {"cgroup": "v1", "cgroup2": "v2"}
    names = " and ".join(versions[each] for each in sorted(types))
    return f"cgroup {names}" if names else "no cgroups"


def machines_kernel():
    """The version of the kernel in the virtual machines; fetches it where needed. Where it cannot be
    fetched, the parts that need it fail and say why."""
    found = subprocess.run(["scripts/vm-kernel"], check=False, stdout=subprocess.PIPE, text=True)
    words = found.stdout.split()
    return words[-1].rpartition("modules/")[2] if words else "unknown"


def on_this_machine(here):
    """Parts that need no virtual machine. The longest come first, to end with the others."""
    where = f"this machine, {here}, Linux {os.uname().release}"
    return [
        Part(f"matrix ({where})", ["scripts/matrix", "--judged"]),
        Part("loop", ["scripts/lab/try_loop.py"]),
        Part(f"matrix without root ({where})", ["scripts/matrix", "--rootless"]),
        Part("labs", ["scripts/labs"]),
        Part("OCI runtime", ["scripts/lab/try_oci.py"]),
        Part("challenges", ["scripts/lab/try_challenges.py"]),
        Part("documents", ["scripts/documents"]),
        Part("doctor", ["scripts/faults"]),
        Part("completion", ["scripts/test-completion"]),
        Part("install", ["scripts/test-install"]),
        Part("unit tests", ["scripts/unit"]),
        Part("lab scripts", ["scripts/lab/unit_tests.py"]),
        Part("budgets", ["scripts/budgets"]),
    ]


def in_machines(kernel, here):
    """Parts in virtual machines, one boot for each layout of cgroups. v1 and hybrid are asked only
    about the layout: not where this machine has it (`here`)."""
    names = {"v2": "cgroup v2", "v1": "cgroup v1", "hybrid": "cgroup v1 and v2"}
    names = {each: name for each, name in names.items() if each == "v2" or name != here}
    claims = [
        Part(
            f"steps 5 and 7 in a virtual machine ({names[each]}, Linux {kernel})"
            if each == "v2"
            else f"step 5 in a virtual machine ({names[each]}, Linux {kernel})",
            ["scripts/lab/machine_claims.py", each],
        )
        for each in names
    ]
    return claims[:1] + [Part("make vm", ["scripts/test-vm"])] + claims[1:]


def why_no_machines(*groups):
    """The reason for running no virtual machines; empty if they run. Installs what they need, and
    the `groups` of scripts/setup."""
    if os.environ.get("VM") == "no":
        return "VM=no"
    if subprocess.run(["scripts/setup", "vm", *groups], check=False).returncode:
        return "no QEMU here"
    return ""


def main(arguments):
    """Runs all; returns the exit status."""
    os.chdir(TOP)
    if arguments != ["--built"]:
        for command in ["scripts/setup", "build", "labs", "sabotage"], ["scripts/build", "all"]:
            if subprocess.run(command, check=False).returncode:
                return 1
        me = str(TOP / "scripts/test")
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and exec keeps that
        os.execv("scripts/as-root", ["scripts/as-root", me, "--built"])
    parts.end_by_signals()
    # Challenges are no part of `all`. Built now, they change nothing below a part's overlay.
    programs = sorted(
        f"{path.stem}-{path.parent.name}"
        for name in ("reference", "starter")
        for path in TOP.glob(f"steps/*/challenges/*/{name}.cpp")
    )
    if subprocess.run(["scripts/build", *programs], check=False).returncode:
        return 1
    # The owner of build/ could not overwrite files that root builds.
    os.environ["STEPBOX_BUILT"] = "yes"
    # The parts run in parallel, so the machine is busy: deadlines are three times as long.
    os.environ.setdefault("STEPBOX_PATIENCE", "3")

    here = layout(pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8"))
    todo = on_this_machine(here)
    without = Summary()
    if why := why_no_machines():
        print(f"=== virtual machines\n  skip  {why}")
        without = Summary(skipped=1)
    else:
        todo[2:2] = in_machines(machines_kernel(), here)
    runner = parts.Runner(int(os.environ.get("LANES", (os.cpu_count() or 1) + 1)))
    total = runner.run(todo) + without
    runner.tell_reds()
    print()
    for part in todo:
        print(part.line())
    print(f"\n{total}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
