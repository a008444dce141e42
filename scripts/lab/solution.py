#!/usr/bin/python3 -B
"""solution WHICH: shows our solution, once all claims hold; with FORCE=1 in the environment, at once.

For a step, makes work/NN-name.solution and compares main.cpp; for a challenge (-NAME), shows the
reference.
"""

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

from task import Task, run_main


def held(task):
    """Whether all claims held when they were checked last, and no source was saved since."""
    try:
        then = (task.work / ".held").stat().st_mtime_ns
    except FileNotFoundError:
        return False
    return all(source.stat().st_mtime_ns <= then for source in task.work.rglob("*.[ch]pp"))


def holds_now(task):
    """Checks all claims, silently."""
    return (
        subprocess.run(
            [Path(__file__).with_name("check.py"), task.which],
            env={**os.environ, "CLAIM": ""},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
        == 0
    )


def show_step(task):
    """Lays out our own files beside the student's, and compares main.cpp."""
    ours = Path(f"{task.work}.solution")
    shutil.rmtree(ours, ignore_errors=True)
    ours.mkdir()
    for path in task.reference:
        shutil.copy(path, ours)
    theirs_main, our_main = task.work / "main.cpp", ours / "main.cpp"
    if theirs_main.exists() and filecmp.cmp(theirs_main, our_main, shallow=False):
        print("Your main.cpp is ours, word for word.", flush=True)
    else:
        colour = "always" if sys.stdout.isatty() else "never"
        labels = ["--label", theirs_main, "--label", our_main]
        subprocess.run(["diff", f"--color={colour}", "-u", *labels, theirs_main, our_main])
    print(f"\nAll of it is in {ours}. To compare: diff -ru {task.work} {ours} | less")


def main(arguments):
    """The command line; returns the exit status."""
    task = Task(arguments[0] if arguments else "")
    if not task.is_challenge:
        task.require_work()
    if not os.environ.get("FORCE") and not held(task):
        print("Do all claims hold? (FORCE=1 does not ask.)", flush=True)
        if not (task.begun and holds_now(task)):
            print(
                f"No: make check{task.which} says which do not."
                f" To see it all the same: make solution{task.which} FORCE=1",
                file=sys.stderr,
            )
            return 1
    if task.is_challenge:
        print(task.file_of("reference").read_text(encoding="utf-8"), end="")
    else:
        show_step(task)
    return 0


if __name__ == "__main__":
    run_main(main)
