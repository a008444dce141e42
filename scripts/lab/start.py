#!/usr/bin/python3 -B
"""start WHICH [--again]: lays out the work folder of a step or a challenge (-NAME).

A step begins with main.cpp of the step before, and the files of the step's skeleton/: the contract,
and a source to fill in. Leaves an existing folder alone; with --again (make reset5) renames it, and
makes another one.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from task import Complaint, Task, run_main, set_aside


def install(files, work):
    """Makes the folder `work` of copies of `files`; all or nothing."""
    work.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new.", dir=work.parent) as scratch:
        new = Path(scratch, work.name)
        new.mkdir()
        for file in files:
            shutil.copy(file, new)
        new.rename(work)


def main_of(task):
    """The main.cpp that a step begins with, and a remark about it."""
    if task.which == "1":
        return [], "bare: the whole program is yours"  # the skeleton has one
    if task.which == "7":
        return [task.folder / "main.cpp"], "step 7's own, complete"
    before = Task(str(int(task.which) - 1))
    about = f"step {before.which}'s: let it call what is new, in 20 lines at most"
    return [before.folder / "main.cpp"], about


def start_step(task):
    """Makes the work folder of a step."""
    story, about = main_of(task)
    skeleton = sorted((task.folder / "skeleton").iterdir())
    install(story + skeleton, task.work)
    header = next(path for path in skeleton if path.suffix == ".hpp")
    print(f"made {task.work}:")
    print(f"  main.cpp        {about}")
    print(f"  {header.name:<14}  the contract: what each function promises")
    print(f"  {header.stem + '.cpp':<14}  yours to fill in")
    print(f"Read {header.name} first. Then: make check{task.which}, ", end="")
    print(f"and make hint{task.which} where you are stuck.")


def start_challenge(task):
    """Makes the work folder of a challenge."""
    if task.work.exists():
        raise Complaint(f"{task.work} exists already; remove it to begin again")
    task.work.mkdir(parents=True)
    starter = task.file_of("starter")
    edited = task.work / f"main{starter.suffix}"
    shutil.copy2(starter, edited)
    print(f"The task:  {task.folder}/README.md")
    print(f"Edit:      {edited}")
    print(f"Then:      make check{task.which}; make hint{task.which} where you are stuck")


def main(arguments):
    """The command line; returns the exit status."""
    task = Task(arguments[0] if arguments else "")
    if task.is_challenge:
        start_challenge(task)
        return 0
    if arguments[1:] == ["--again"]:
        set_aside(task)
    if task.work.exists():
        print(
            f"{task.work} is there already, and stays as it is."
            f" To begin again: make reset{task.which}",
            file=sys.stderr,
        )
        return 1
    start_step(task)
    return 0


if __name__ == "__main__":
    run_main(main)
