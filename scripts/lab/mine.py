#!/usr/bin/python3 -B
"""mine WHICH: builds a student's work on a step as build/mineN, with the link ./mineN, or on a
challenge (-NAME) as build/mine-NAME. A script is not built.

Shows the compiler's messages, with names of files as the student knows them.
"""

import os
import re
import subprocess
import sys

from task import TOP, Complaint, Task, run_main


def readable(output, which):
    """The output of ninja, without the command line, and with paths from the repository's folder."""
    output = re.sub(r"^FAILED: .*\n.*\n?", "", output, flags=re.MULTILINE)
    output = output.replace(f"{TOP}/", "")
    output = re.sub(rf"(\.\./)?(build/)?mine-headers/{re.escape(which)}/", "work/", output)
    output = output.replace("work/07-unionfs/storage/", "work/07-unionfs/")
    return re.sub(r"^\.\./", "", output, flags=re.MULTILINE)


def require_sources(task):
    """Throws Complaint if a source is missing or cannot be read."""
    main = task.work / ("main.sh" if task.is_script else "main.cpp")
    if not os.path.lexists(main):
        raise Complaint(f"There is no {main}. To begin: make start{task.which}")
    for source in (main, *sorted(task.work.glob("*.[ch]pp"))):
        if not os.access(source, os.R_OK):
            raise Complaint(f"{source} cannot be read.")


def build(task, helpers=()):
    """Builds the task's program, and the targets `helpers` with it. Returns the compiler's messages,
    and whether the build succeeded. Throws Complaint if a source is missing."""
    require_sources(task)
    targets = [*([] if task.is_script else [f"mine{task.which}"]), *helpers]
    if not targets:
        return "", True
    ended = subprocess.run(
        ["scripts/build", *targets], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if ended.returncode == 0 and not task.is_challenge:
        link(f"build/mine{task.which}", f"mine{task.which}")
    return readable(ended.stdout, task.which), ended.returncode == 0


def link(target, name):
    """ln -sfn"""
    if not os.path.islink(name) or os.readlink(name) != target:
        if os.path.lexists(name):
            os.unlink(name)
        os.symlink(target, name)


def main(arguments):
    """The command line; returns the exit status."""
    said, built = build(Task(arguments[0] if arguments else ""))
    sys.stderr.write(said)
    return 0 if built else 1


if __name__ == "__main__":
    run_main(main)
