#!/usr/bin/python3 -B
"""try_loop: tests the student's loop, in a rehearsal, which begins without work/.

For each step: the files of start compile without a warning and pass none of its claims; our own files
in their place pass all; each claim has hints. Then tests correct and wrong commands of a student.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bug
import mine
from brief import parse
from hint import has_two_each
from summary import Summary
from tally import Tally
from task import STEPS, TOP, Task, list_claims, options_of_claims, run_main

TASKS = [Task(step) for step in STEPS]
NO_OVERLAY = 77  # exit status of scripts/rehearse


def run(*words, **options):
    """The exit status and the output of a command."""
    ended = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        **options,
    )
    return ended.returncode, ended.stdout


def failure(*words):
    """The output of a command that fails; empty if it succeeds."""
    status, said = run(*words)
    return f"exit status {status}\n{said}" if status else ""


def append(path, line):
    """Adds a line to a file."""
    with open(path, "a", encoding="utf-8") as file:
        print(line, file=file)


def replace(path, pattern, text):
    """Replaces the text that matches the pattern."""
    content = Path(path).read_text(encoding="utf-8")
    changed, count = re.subn(pattern, text, content, flags=re.MULTILINE)
    assert count, f"{path} has no {pattern}"
    Path(path).write_text(changed, encoding="utf-8")


# --- each step ----------------------------------------------------------------------------


def build_quietly(target="mine{0}"):
    """Builds this target of all steps at once, {0} its number, {1} its folder; returns errors and
    warnings."""
    targets = [target.format(task.which, task.folder.name) for task in TASKS]
    status, said = run("scripts/build", *targets)
    return said or (f"exit status {status}" if status else "")


def answers(task, claims, *options):
    """verify's report on ./mineN and these claims."""
    words = ["build/verify", *task.subject(TOP / f"build/mine{task.which}"), "--jobs", "2"]
    return run(*words, *options, *options_of_claims(claims))[1]


def answers_of_all(count=None):
    """The same for all steps, two at a time, and the first `count` claims of each lesson."""
    with ThreadPoolExecutor(2) as pool:
        return list(zip(TASKS, pool.map(lambda task: answers(task, task.lesson[:count]), TASKS)))


def passes_some(report):
    """The defect of a skeleton's report: a claim that passes, or has no first hint."""
    entries = parse(report)
    wrong = [entry.line for entry in entries if entry.is_green]
    wrong += [f"no hint: {entry.name}" for entry in entries if entry.is_red and not entry.hint]
    return "\n".join(wrong) if any(entry.is_red for entry in entries) else report


def fails_some(report):
    """The report on our own files, if a claim failed."""
    found = Summary.last_in(report)
    return "" if found and found.passed and not found.failed else report


def hints_missing(task, claims):
    """Each new claim of verify.cpp has two hints; in step 7 each claim with hints exists."""
    own = task.claims_in_file()
    new = [each.name for each in claims if each[:2] == (task.which, "new") and each.name in own]
    lesson = task.lesson
    if task.which == "7":
        new = [name for name in new if name in lesson]
    if difference := set(new) ^ set(lesson):
        return f"claims without hints, or hints without a claim: {difference}"
    two = has_two_each(task.hints.read_text(encoding="utf-8"))
    return "" if two else f"{task.hints} wants two hints for each claim"


def foreign_sources():
    """Sources in work/ that another step's program was compiled from. (By ninja's record of
    includes.)"""
    wrong, target = [], None
    for line in run("ninja", "-C", "build", "-t", "deps")[1].splitlines():
        if found := re.match(r"CMakeFiles/(mine\d)\S*\.dir/\S+: #deps", line):
            target = found[1]
        elif not line.startswith(" "):
            target = None
        elif target and (used := re.search(r"(?:mine-headers/|work/0)(\d)", line)):
            if used[1] != target[-1]:
                wrong.append(f"{target}: {line.strip()}")
    return "\n".join(wrong)


def larger_overlay_fails():
    """An Overlay with more members than ours has, where the student's sources and ours use it."""
    return (
        failure("build/mine7", "create", "--name", "larger", "busybox", "/bin/true")
        or failure("build/mine7", "cp", "Makefile", "larger:/tmp/")
        or failure("build/mine7", "start", "larger")
        or failure("build/mine7", "rm", "-f", "larger")
    )


def try_steps(tally):
    """The files that start lays out, and our own files in their place."""
    claims = list_claims()
    for task in TASKS:
        tally.types("works", f"Then: make check{task.which}", "make", f"start{task.which}")
        tally.holds(f"step {task.which}: hints", hints_missing(task, claims))
    tally.holds("the skeletons compile without a warning", build_quietly())
    for task, report in answers_of_all():
        tally.holds(f"step {task.which}: the skeleton passes no claim", passes_some(report))
    for task in TASKS:
        shutil.copy(task.folder / "main.cpp", task.work)
    main = "CMakeFiles/mine{0}.dir/work/{1}/main.cpp.o"
    tally.holds("our main.cpp compiles with the skeleton", build_quietly(main))
    for task in TASKS:
        for path in task.reference:
            shutil.copy(path, task.work)
    # A student's Overlay may have members that ours does not have.
    replace("work/07-unionfs/overlay.hpp", r"^ private:$", r"\g<0>\n  std::string spare_[64];")
    tally.holds("our own files compile without a warning", build_quietly())
    # These are the sources of step1 to step7, which the matrix asks everything.
    for task, report in answers_of_all(count=1):
        tally.holds(f"step {task.which}: our own files pass a claim", fails_some(report))
    tally.holds("a step is compiled from its own folder, and no other's", foreign_sources())
    tally.holds("an Overlay with more members is known to all that use it", larger_overlay_fails())
    shutil.rmtree("work")


# --- correct and wrong commands -------------------------------------------------------------


def try_typing(tally):
    """Commands for a step."""
    types, work = tally.types, Path("work/02-chroot")
    types("fails", "no step '9'", "make", "start9")
    for verb in "check", "hint", "watch", "solution":
        types("fails", "To begin: make start2", "make", f"{verb}2")

    types("works", "chroot.hpp +the contract", "make", "start2")
    append(work / "main.cpp", "// mine")
    types("fails", "stays as it is", "make", "start2")
    types("fails", "Nothing was asked yet", "make", "hint2")
    quoted = '$(touch spoilt) "x"'
    types("fails", 'no such claim: \\$\\(touch spoilt\\) "x"', "make", "check2", f"CLAIM={quoted}")
    reach = "the host's files are out of reach"
    types("fails", f"^  RED   {reach}$", "make", "check2", f"CLAIM={reach}")
    types("fails", 'does not hold: "" == w[a-z]+$', "make", "check2", "CLAIM=/ is the rootfs")
    said = types("fails", "^        the same in 4 more:$", "make", "check2")
    mended = re.search(r"^  Mend these first: 1[1-7] more were not asked.$", said, re.MULTILINE)
    tally.holds("check2 leaves out what held before", "" if mended else said)
    types("works", "^  hint 2: ", "make", "hint2")
    types("works", "^  hint 3: ", "make", "hint2")
    types("fails", "^No: make check2 ", "make", "solution2")
    types("works", "^-// Step 1: clone", "make", "solution2", "FORCE=1")
    kept = (work / "main.cpp").read_text(encoding="utf-8").endswith("// mine\n")
    tally.holds("start left main.cpp as it was", "" if kept else "it did not")
    tally.holds("nothing was run", "spoilt" if Path("spoilt").exists() else "")


def try_errors(tally):
    """Sources that cannot be compiled or read."""
    types, work = tally.types, Path("work/02-chroot")
    append(work / "chroot.cpp", "int x = ;")
    types("fails", r"^work/02-chroot/chroot.cpp:\d+:\d+: error", "make", "check2")
    append(work / "chroot.hpp", "int x = ;")
    types("fails", r"^work/02-chroot/chroot.hpp:\d+:\d+: error", "make", "check2")
    (work / "main.cpp").unlink()
    types("fails", "There is no work/02-chroot/main.cpp", "make", "check2")
    (work / "main.cpp").symlink_to("nowhere")
    types("fails", "^work/02-chroot/main.cpp cannot be read", "make", "check2")
    tally.holds("what cannot be read stops nothing else", failure("scripts/build", "step1"))
    types("works", "is now in work/02-chroot.old-1$", "make", "reset2")
    old = Path("work/02-chroot.old-1/chroot.cpp").read_text(encoding="utf-8")
    tally.holds("what was there is kept", "" if "int x = ;" in old else "it is not")
    # A function that the student has not written is not taken from our sources.
    replace(work / "chroot.cpp", r"^void enter_chroot(.|\n)*", "}\n")
    shutil.copy("steps/02-chroot/main.cpp", work)
    types("fails", "undefined .*enter_chroot", "make", "check2")


def try_solution(tally):
    """All claims hold."""
    types, work = tally.types, Path("work/02-chroot")
    for path in Path("work/02-chroot.solution").iterdir():
        shutil.copy(path, work)
    types("works", r"^\d+ passed, 0 failed, 0 skipped$", "make", "check2")
    types("works", "^Your main.cpp is ours", "make", "solution2")
    types("works", "^Nothing was red", "make", "hint2")
    types("works", "^  9/  9  total$", "make", "grade")
    types("works", '^  "score": 9,$', "make", "grade", "FORMAT=json")
    types("works", '<testcase classname="step 2"', "make", "grade", "FORMAT=junit")
    types("fails", r"^  9/ \d+  total$", "make", "grade", "STEPS=1 2")  # there is no work/01-clone
    types("fails", "no step .8.", "make", "grade", "STEPS=8")


def try_challenge(tally):
    """Commands for a challenge."""
    types, work = tally.types, Path("work/challenges/jailed")
    types("fails", "no challenge poem", "make", "check-poem")
    types("fails", "no challenge poem", "make", "hint-poem")
    types("fails", "To begin: make start-jailed", "make", "check-jailed")
    types("fails", "To begin: make start-jailed", "make", "hint-jailed")
    types("works", "make hint-jailed", "make", "start-jailed")
    types("fails", "Nothing was asked yet", "make", "hint-jailed")
    types("fails", "^0 passed, 4 failed, 0 skipped$", "make", "check-jailed")
    types("works", "^  hint 2: The link", "make", "hint-jailed")
    types("works", "^  hint 3: ", "make", "hint-jailed")
    other = Task("-jailed").lesson[-1]
    types("works", "^  hint 2: ", "make", "hint-jailed", f"CLAIM={other}")
    types("fails", "^No: make check-jailed ", "make", "solution-jailed")
    said = types("fails", "^  9/  9  total$", "make", "grade")
    counted = "  0/  4  extra, for challenges\n" in said
    tally.holds("a challenge is worth extra points", "" if counted else said)
    append(work / "main.cpp", "int x = ;")
    types("fails", r"^work/challenges/jailed/main.cpp:\d+:\d+: error", "make", "check-jailed")
    shutil.copy("steps/02-chroot/challenges/jailed/reference.cpp", work / "main.cpp")
    types("works", "^4 passed, 0 failed, 0 skipped$", "make", "check-jailed")
    types("works", "^// jailed PID", "make", "solution-jailed")
    types("works", "Nothing was red", "make", "hint-jailed")
    types("works", "^  4/  4  extra, for challenges$", "make", "grade")
    types("works", '^  "score": 13,$', "make", "grade", "FORMAT=json")
    types("works", '<testcase classname="challenge jailed"', "make", "grade", "FORMAT=junit")
    types("works", "Then: ", "make", "start-rootfs")
    types("fails", "^0 passed, 6 failed, 0 skipped$", "make", "check-rootfs")
    shutil.rmtree("work/challenges")


# --- on each save ---------------------------------------------------------------------------


def try_watch(tally):
    """A claim is checked when a source is saved."""
    work = Path("work/02-chroot")
    with open("watched", "w", encoding="utf-8") as output:
        watch = subprocess.Popen(
            ["make", "watch2", "CLAIM=/ is the rootfs"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def missing(text):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            said = Path("watched").read_text(encoding="utf-8")
            if text in said:
                return ""
            time.sleep(0.05)
        return said

    tally.holds("watch looks at once", missing("  ok    / is the rootfs"))
    replace(work / "chroot.cpp", r"::chroot\(rootfs.c_str\(\)\)", "0")
    tally.holds("watch looks when a file is saved", missing("  RED   / is the rootfs"))
    shutil.move(work, "elsewhere")
    try:
        watch.wait(60)
        tally.holds("watch ends when there is nothing to watch")
    except subprocess.TimeoutExpired:
        watch.kill()
        tally.holds("watch ends when there is nothing to watch", "it goes on")


# --- the bug hunt ---------------------------------------------------------------------------


def bug_missing(task, patch):
    """The defect of this patch, if any: it must change one of our files."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            bug.make_bug(task, patch, folder)
        except subprocess.CalledProcessError as error:
            return str(error)
        ours = {path.name: path.read_bytes() for path in task.reference}
        made = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    return "" if made.keys() == ours.keys() and made != ours else "nothing has changed"


def waits_again_and_again(task):
    """Each start of bug 5 leaves mounts behind. The stage waits 3 s for them to go, until one wait
    was in vain; the claims that are checked at once all wait."""
    report = answers(task, task.lesson, "--format", "junit")
    long = [t for t in re.findall(r'<testcase.* time="([\d.]+)', report) if float(t) >= 3]
    if 1 <= len(long) < 8 and report.count("left behind") > 10:
        return ""
    return f"{len(long)} claims took more than 3 s\n{report}"


def try_bugs(tally):
    """Every bug of every step; one is hunted."""
    for task in TASKS:
        patches = bug.bugs_of(task)
        tally.holds(f"step {task.which} has bugs", "" if patches else "none")
        for patch in patches:
            tally.holds(f"make bug{task.which}: {patch.name}", bug_missing(task, patch))
    count = len(bug.bugs_of(Task("2")))
    tally.types("fails", f"bugs 1 to {count} in", "make", "bug2", f"BUG={count + 1}")
    tally.types("works", "step 2, with one mistake", "make", "bug2", "BUG=1")
    tally.types("works", "is now in work/02-chroot.old", "make", "bug2", "BUG=1")
    tally.types("fails", "^  RED   cd .. stays in the rootfs", "make", "check2")

    tally.types("works", "number 5 of", "make", "bug4", "BUG=5")
    said, built = mine.build(Task("4"))
    tally.holds("bug 5 of step 4 compiles", "" if built else said)
    tally.holds("what stays is not waited for again and again", waits_again_and_again(Task("4")))


def main(arguments):
    """The command line; returns the exit status."""
    if arguments != ["--inside"]:
        if run("scripts/setup", "sabotage")[0] != 0:
            return 1
        itself = Path(__file__).resolve().relative_to(TOP)
        status = subprocess.run(["scripts/rehearse", itself, "--inside"]).returncode
        if status == NO_OVERLAY:
            print(f"this kernel has no overlay here\n{Summary(skipped=1)}")
            return 0
        return status
    shutil.rmtree("work", ignore_errors=True)
    tally = Tally()
    parts = (try_steps, try_typing, try_errors, try_solution, try_challenge, try_watch, try_bugs)
    for part in parts:
        start = time.monotonic()
        part(tally)
        print(f"  {part.__name__}: {time.monotonic() - start:.1f} s")
        sys.stdout.flush()
    return tally.end()


if __name__ == "__main__":
    run_main(main)
