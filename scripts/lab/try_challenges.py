#!/usr/bin/python3 -B
"""try_challenges [NAME...]: tests each challenge. Its reference passes all its claims, its starter none;
each claim has hints; and labs.md names a challenge only in the chapter of its step.

A challenge is one folder, which CONTRIBUTING.md describes: a new one changes no other file.
"""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from brief import parse
from check import JOBS
from hint import has_two_each
from summary import Summary
from tally import Tally
from task import TOP, Task, challenge_folders, list_claims, run_main

AT_ONCE = 2  # challenges; each checks JOBS / AT_ONCE claims at once


def build_all(tasks):
    """Compiles all references and starters."""
    programs = [
        f"{kind}-{task.name}"
        for task in tasks
        if not task.is_script
        for kind in ("reference", "starter")
    ]
    if os.environ.get("STEPBOX_BUILT"):  # all else is built
        words = ["ninja", "-C", "build", *programs]
    else:
        words = ["scripts/build", "verify", "probe", "breakout", "step7", "stepbox-oci", *programs]
    return not programs or subprocess.run(words, stdout=subprocess.DEVNULL).returncode == 0


def ask(task, kind):
    """verify's report on the challenge's `reference` or `starter`."""
    program = TOP / (task.file_of(kind) if task.is_script else f"build/{kind}-{task.name}")
    words = ["scripts/as-root", "build/verify", *task.subject(program)]
    return subprocess.run(
        [*words, "--jobs", str(max(1, JOBS // AT_ONCE))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ).stdout


def hints_missing(task, starter):
    """The defect of the hints, if any; `starter`: the entries of the starter's report."""
    names = [claim.name for claim in list_claims(task.name)]
    if sorted(names) != sorted(task.lesson):
        return f"{task.hints} has headings for other claims than verify.cpp"
    if not has_two_each(task.hints.read_text(encoding="utf-8")):
        return f"{task.hints} wants two items for each claim"
    without = [entry.name for entry in starter if entry.is_red and not entry.hint]
    return f"verify.cpp has no .hint for: {without}" if without else ""


def wrong_names(book):
    """Challenges in a text like labs.md that do not belong to the chapter's step. Chapter 8 is about
    step 7, too."""
    homes = {folder.name: int(Task("-" + folder.name).step) for folder in challenge_folders()}
    wrong, step = [], 0
    for line in book.splitlines():
        if heading := re.match(r"## (\d+)\.", line):
            step = min(int(heading[1]), 7)
        wrong += [
            f"make start-{name} in chapter {step}"
            for name in re.findall(r"`make start-(\w+)`", line)
            if homes.get(name) != step
        ]
    return "\n".join(wrong)


def try_challenge(tally, task, reference, starter):
    """Judges two reports."""
    total = Summary.last_in(reference) or Summary(failed=1)
    tally.total += total
    if total.failed or total.skipped or not total.passed:
        print(f"{task.name}: the reference\n{reference}")
    found, entries = Summary.last_in(starter), parse(starter)
    wrong = "" if found and found.failed and not found.passed else starter
    tally.holds(f"{task.name}: the starter passes a claim already, or cannot be checked:", wrong)
    tally.holds(f"{task.name}: hints", hints_missing(task, entries))
    print(f"  {'RED ' if total.failed or wrong else 'ok  '}  {task.name}: {total}")


def main(arguments):
    """The command line; returns the exit status."""
    names = arguments or [folder.name for folder in challenge_folders()]
    tasks = [Task("-" + name) for name in names]
    if not build_all(tasks):
        return 1
    tally = Tally()
    tally.holds("labs.md: challenges", wrong_names(Path("labs.md").read_text(encoding="utf-8")))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        reports = pool.map(lambda task: (ask(task, "reference"), ask(task, "starter")), tasks)
        for task, (reference, starter) in zip(tasks, reports):
            try_challenge(tally, task, reference, starter)
    return tally.end()


if __name__ == "__main__":
    run_main(main)
