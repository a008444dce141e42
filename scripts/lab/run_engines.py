#!/usr/bin/python3 -B
"""run_engines [--built]: tests build/stepbox-oci under each engine, two at a time; interrupted at any
moment; and with systemd, AppArmor and cgroup v2 in a virtual machine (VM=no: without).

Builds it and installs the engines first; --built: that is done. An engine that this machine cannot
have, or that does not work on it, is skipped.
"""

import os
import pathlib
import subprocess
import sys

import parts
from parts import Part
from run_tests import why_no_machines
from summary import Summary
from try_engines import ENGINES

TOP = pathlib.Path(__file__).resolve().parents[2]


def main(arguments):
    """Runs all; returns the exit status."""
    os.chdir(TOP)
    if arguments != ["--built"]:
        if subprocess.run(["scripts/build", "stepbox-oci", "probe"], check=False).returncode:
            return 1
        subprocess.run(["scripts/setup", "engines"], check=False)
        os.execv("scripts/as-root", ["scripts/as-root", __file__, "--built"])
    parts.end_by_signals()
    os.environ.setdefault("STEPBOX_PATIENCE", "3")  # the engines run in parallel
    todo = [Part("interrupted", ["scripts/lab/try_oci_kills.py"])]
    for name, title in ENGINES.items():
        todo.append(Part(f"under {title}", ["scripts/lab/try_engines.py", name]))
    without = Summary()
    if why := why_no_machines("systemd"):
        print(f"=== virtual machine\n  skip  {why}")
        without = Summary(skipped=1)
    else:
        machine = ["scripts/lab/machine_claims.py", "systemd"]
        todo.insert(0, Part("with systemd, in a virtual machine", machine))
    runner = parts.Runner(2)
    total = runner.run(todo) + without
    runner.tell_reds()
    print("\n".join(["", *(part.line() for part in todo), "", str(total)]))
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
