#!/usr/bin/python3 -B
"""bug STEP: a bug hunt. Fills the work folder with our complete step with one mistake in it, from
steps/*/sabotage: a random one, or the one with the number in BUG. Sets the old contents aside.
"""

import os
import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from start import install
from task import Complaint, Task, run_main, set_aside


def bugs_of(task):
    """The step's mistakes in files that a student writes, which turn a claim red on every machine."""
    ours = {str(path) for path in task.reference}
    claims = task.claims_in_file()
    bugs = []
    for patch in sorted((task.folder / "sabotage").glob("*.patch")):
        text = patch.read_text(encoding="utf-8")
        head = text.split("\n--- ")[0]
        claim = re.search(r"^Claim: (.*)$", head, re.MULTILINE)
        files = set(re.findall(r"^\+\+\+ b/([^\t\n]*)", text, re.MULTILINE))
        everywhere = not re.search(r"^Cgroup: ", head, re.MULTILINE)
        if everywhere and claim and claim[1] in claims and files <= ours:
            bugs.append(patch)
    return bugs


def make_bug(task, patch, folder):
    """Copies our step to `folder`, with the mistake in it. Returns the copied files."""
    for path in task.reference:
        shutil.copy(path, folder)
    # Names of files as in the patch, without a/steps/05-cgroup; step 7's have a room, too.
    text = patch.read_text(encoding="utf-8")
    text = re.sub(r"^((?:---|\+\+\+) )[ab]/\S*/(?=[^/\s]+)", r"\1", text, flags=re.MULTILINE)
    subprocess.run(
        ["patch", "-s", "-d", folder, "-p0", "--fuzz=0", "--no-backup-if-mismatch"],
        input=text,
        encoding="utf-8",
        check=True,
    )
    return sorted(Path(folder).iterdir())


def main(arguments):
    """The command line; returns the exit status."""
    task = Task(arguments[0] if arguments else "")
    if subprocess.run(["scripts/setup", "sabotage"]).returncode != 0:
        return 1
    bugs = bugs_of(task)
    wanted = os.environ.get("BUG")
    number = random.randint(1, len(bugs)) if wanted is None else wanted
    if not str(number).isdecimal() or not 1 <= int(number) <= len(bugs):
        raise Complaint(f"There are bugs 1 to {len(bugs)} in step {task.which}, no bug '{number}'.")
    with tempfile.TemporaryDirectory() as scratch:
        files = make_bug(task, bugs[int(number) - 1], scratch)
        set_aside(task)
        install(files, task.work)
    print(f"{task.work} has our step {task.which}, with one mistake in it: ", end="")
    print(f"number {number} of {len(bugs)}.")
    print(f"Find it: make check{task.which} shows which claim fails. Mend it, and check again.")
    return 0


if __name__ == "__main__":
    run_main(main)
