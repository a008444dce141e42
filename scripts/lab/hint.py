#!/usr/bin/python3 -B
"""hint WHICH: the next hint for the claim that the last check of this task found red first, or for
CLAIM=NAME in the environment.

The first hint is in check's report, two more are in a hints.md; .hints in the work folder lists the
claims whose hints were shown.
"""

import os
from pathlib import Path

from check import failed_before
from task import Complaint, Task, run_main


def hints_in(text, claim):
    """The hints of a claim in the text of a hints.md: each the lines of an item below its heading."""
    items, on = [], False
    for line in text.splitlines():
        if line.startswith("## "):
            on = line == f"## {claim}"
        elif on and line.startswith("- "):
            items.append([line[2:]])
        elif on and line and items:
            items[-1].append(line)
    return items


def has_two_each(text):
    """Whether a hints.md has exactly two hints for each of its claims, and has claims."""
    claims = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    return bool(claims) and all(len(hints_in(text, claim)) == 2 for claim in claims)


def find_hints(claim):
    """Hints 2 and 3 of a claim of any step or challenge."""
    for path in (*Path("steps").glob("*/hints.md"), *Path("steps").glob("*/challenges/*/hints.md")):
        if items := hints_in(path.read_text(encoding="utf-8"), claim):
            return items
    raise Complaint(f"There are no hints for: {claim}")


def show(number, lines):
    """Prints one hint."""
    print(f"  hint {number}: {lines[0]}", *(f"  {line}" for line in lines[1:]), sep="\n")


def main(arguments):
    """The command line; returns the exit status."""
    task = Task(arguments[0] if arguments else "")
    task.require_work()
    failed = failed_before(task)
    claim = os.environ.get("CLAIM", "")
    if not claim:
        if failed is None:
            raise Complaint(f"Nothing was asked yet: make check{task.which}")
        if not failed:
            print(
                "Nothing was red when it was asked last. Has it changed since?"
                f" make check{task.which}"
            )
            return 0
        claim = failed[0]
    hints = find_hints(claim)

    shown = task.work / ".hints"
    with shown.open("a", encoding="utf-8") as file:
        print(claim, file=file)
    print(claim)
    show(2, hints[0])
    if shown.read_text(encoding="utf-8").splitlines().count(claim) > 1:
        show(3, hints[1])
        print(f"That was the last one. How we did it: make solution{task.which} FORCE=1")
    else:
        print(f"There is one more: make hint{task.which}")
    others = [each for each in failed or [] if each != claim]
    if others:
        print(f'For another claim: make hint{task.which} CLAIM="{others[0]}"')
    return 0


if __name__ == "__main__":
    run_main(main)
