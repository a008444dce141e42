#!/usr/bin/python3 -B
"""grade: prints the points for the programs in work/.

Builds each step that was begun (or STEPS='1 2' in the environment) as ./mineN, and checks its own
claims; challenges (of these steps) count as extra points. FORMAT=text (the default), json
(Gradescope's results.json) or junit. Exit status: 0 all points, 1 not all, 2 bad usage.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import mine
from task import STEPS, Complaint, Task, begun_challenges, run_main


def chosen_tasks():
    """The tasks to grade: steps, then challenges."""
    chosen = os.environ.get("STEPS")
    steps = chosen.split() if chosen else [step for step in STEPS if Task(step).begun]
    tasks = [Task(step) for step in steps] + begun_challenges("work", steps if chosen else STEPS)
    if not tasks:
        raise Complaint("grade: nothing is in work/ yet; to begin: make start1")
    return tasks


def program_for(task, scratch):
    """The program to grade. If it cannot be built, the path of no file, in `scratch`: verify shows
    the reason, which is beside it in a file with the ending .why."""
    try:
        said, built = mine.build(task)
    except Complaint as complaint:
        said, built = f"{complaint}\n", False
    if built:
        return task.program
    sys.stderr.write(said)
    program = Path(scratch, f"mine{task.which}")
    Path(f"{program}.why").write_text(said, encoding="utf-8")
    return program


def main(_):
    """The command line; returns the exit status."""
    tasks = chosen_tasks()
    helpers = sorted({helper for task in tasks for helper in task.helpers})
    if subprocess.run(["scripts/build", *helpers]).returncode != 0:
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        words = ["--format", os.environ.get("FORMAT") or "text"]
        for task in tasks:
            words += task.grading(program_for(task, scratch))
        return subprocess.run(["scripts/as-root", "build/verify", *words]).returncode


if __name__ == "__main__":
    run_main(main)
