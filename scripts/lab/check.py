#!/usr/bin/python3 -B
"""check WHICH: builds the sources in work/, and checks the claims of the step's lesson, then those of
the steps before, until three are red; for -NAME, the claims of the challenge.

Shows one red claim in full, and of the others the reason in one line (brief.py). The claim that was
red first the last time is checked and shown before all others. With CLAIM=NAME in the environment,
checks that one only. Exit status: 0 no claim is red, 1 a claim is red, 2 bad usage.

In the work folder, .failed lists the red claims, for hint and watch; .held means that there were
none.
"""

import os
import subprocess
import sys

import mine
from brief import COLOURS, PLAIN, brief, head, parse, reds
from summary import Summary
from task import Complaint, Task, list_claims, options_of_claims, run_main

ENOUGH = 3  # red claims of earlier steps
JOBS = 2 * (os.cpu_count() or 1)  # most claims wait for something


def failed_before(task):
    """The claims that were red the last time, in their order; None before the first check."""
    try:
        return (task.work / ".failed").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None


def note_failed(task, names):
    """Writes .failed. (A new file: an old one may be root's.)"""
    path = task.work / ".failed"
    path.unlink(missing_ok=True)
    path.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def ask(task, names, *options):
    """verify's report on these claims, as entries and a Summary."""
    words = ["scripts/as-root", "build/verify", *task.subject(task.program), "--jobs", str(JOBS)]
    words += [*options, *options_of_claims(names)]
    report = subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8", errors="replace"
    ).stdout
    total = Summary.of_line(report.splitlines()[-1]) if report else None
    if total is None:
        sys.exit(2)  # verify has printed the reason
    return parse(report), total


def show(text):
    """Prints it at once: the next claims take a while."""
    sys.stdout.write(text)
    sys.stdout.flush()


def check_one(task, name, colours):
    """Checks one claim; keeps the others in .failed."""
    entries, total = ask(task, [name])
    if total == Summary():
        raise Complaint(f"check: this task has no claim: {name}")
    show(brief(entries, name, colours))
    before = failed_before(task)
    if total.failed or before is not None:
        note_failed(task, reds(entries) + [each for each in before or [] if each != name])
    return 1 if total.failed else 0


def check_lesson(task, colours):
    """Checks the claims of the lesson; returns the red ones and the Summary."""
    lesson = task.lesson
    before = [name for name in failed_before(task) or [] if name in lesson]
    first = (before or lesson)[0]
    entries, total = ask(task, [first])
    # Shows at once the beginning of the later text of brief(): without the hint of a red claim; and
    # nothing of a claim with leftovers only, as another one may tell more.
    red = next((entry for entry in entries if entry.is_red), None)
    if not red:
        shown = brief(entries, colours=colours)
    elif red.is_leftover:
        shown = ""
    else:
        shown = head(red, first, colours)
    show(shown)
    rest = [name for name in lesson if name != first]
    if rest:
        more, sum_of_more = ask(task, rest)
        entries, total = entries + more, total + sum_of_more
    failing = reds(entries)
    show(brief(entries, failing[0] if failing else "", colours)[len(shown) :])
    return failing, total


def check_earlier(task, names, failing, colours):
    """Checks claims of earlier steps, until a few are red; returns these and the Summary."""
    show(f"\n{colours['bold']}What held before: {len(names)} claims{colours['plain']}\n")
    entries, total = ask(task, names, "--enough", str(ENOUGH))
    red = reds(entries)
    if not red:
        print("  it still holds")
        print(*(entry.line + "\n" for entry in entries if entry.is_skipped), sep="", end="")
        return red, total
    shown = [entry for entry in entries if not entry.is_green]
    show(brief(shown, (failing + red)[0], colours))
    if len(entries) < len(names):
        print(f"  Mend these first: {len(names) - len(entries)} more were not asked.")
    return red, total


def title_of(task):
    """The heading of a report on the task."""
    if not task.is_challenge:
        return f"What step {task.which} is about"
    readme = (task.folder / "README.md").read_text(encoding="utf-8")
    return readme.splitlines()[0].removeprefix("# ")


def check(task, claim=""):
    """Builds and checks; returns the exit status."""
    colours = COLOURS if sys.stdout.isatty() else PLAIN
    task.require_work()
    said, built = mine.build(task, task.helpers)
    sys.stderr.write(said)
    if not built:
        return 1
    if claim:
        return check_one(task, claim, colours)

    held = task.work / ".held"
    held.unlink(missing_ok=True)
    show(f"{colours['bold']}{title_of(task)}{colours['plain']}\n")
    failing, total = check_lesson(task, colours)
    earlier = task.earlier([] if task.is_challenge else list_claims())
    if earlier:
        red, more = check_earlier(task, earlier, failing, colours)
        failing, total = failing + red, total + more
    note_failed(task, failing)
    print(f"\n{total}")
    if failing:
        print(
            f"The next hint: make hint{task.which}. All that is seen of one claim:"
            f' make check{task.which} CLAIM="{failing[0]}"'
        )
        return 1
    held.touch()
    print(f"All of it holds. How we did it: make solution{task.which}")
    return 0


def main(arguments):
    """The command line; returns the exit status."""
    return check(Task(arguments[0] if arguments else ""), os.environ.get("CLAIM", ""))


if __name__ == "__main__":
    run_main(main)
