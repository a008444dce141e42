#!/usr/bin/env -S python3 -B
"""run_engines [--built]: tests build/stepbox-oci under each engine, two at a time, and interrupted
at any moment.

Builds it and installs the engines first; --built: that is done. An engine that this machine cannot
have, or that does not work on it, is skipped.
"""

import os
import pathlib
import subprocess
import sys

import parts
from parts import Part
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
    runner = parts.Runner(2)
    total = runner.run(todo)
    runner.tell_reds()
    print("\n".join(["", *(part.line() for part in todo), "", str(total)]))
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
