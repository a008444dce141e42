#!/usr/bin/python3 -B
"""sabotage [PATCH...]: tests the tests.

Each steps/*/sabotage/*.patch is a likely mistake. Applied to a copy of the sources, it must turn red
the claim that it names, with the message that a student would read, and no other claim but its
neighbours. A patch begins with:

    Claim: the command is process 1
    Message: a text that the report of that claim must contain
    Neighbours: another claim that may turn red, too   (any number of such lines)
    Neighbours: all    (nearly every start fails: the other claims are not checked)
    Cgroup: v2         (or v1, or hybrid: the mistake shows only there, in a virtual machine)

Builds a patch while the ones before it are being checked.
"""

import concurrent.futures
import dataclasses
import filecmp
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import textwrap

from summary import Summary

TOP = pathlib.Path(__file__).resolve().parents[2]
SCRATCH = TOP / "build-sabotage"
COPY = SCRATCH / "source"
BUILT = SCRATCH / "build"
SUBJECTS = SCRATCH / "subjects"
# CMake takes a folder with a README.md for a room that has sources.
SOURCES = re.compile(r".*\.(.pp|cmake|def|json|txt)|README\.md")
ALL = "all"


@dataclasses.dataclass
class Patch:
    """A mistake, and the claim that must catch it."""

    path: pathlib.Path
    step: int
    claim: str = ""
    message: str = ""
    neighbours: list = dataclasses.field(default_factory=list)
    cgroup: str = ""

    @property
    def name(self):
        """05-cgroup/sabotage/no-limit.patch"""
        return str(self.path).removeprefix("steps/")

    @property
    def subject(self):
        """Its program, from the top of the repository."""
        return SUBJECTS.relative_to(TOP) / f"step{self.step}-{self.path.stem}"


def read_patch(path, text):
    """The patch of this file; its head ends where the first difference begins."""
    patch = Patch(path, int(re.search(r"steps/0(\d)-", str(path))[1]))
    for line in text.splitlines():
        if re.match(r"(---|diff) ", line):
            break
        key, _, value = line.partition(": ")
        if key == "Neighbours":
            patch.neighbours.append(value)
        elif key in ("Claim", "Message", "Cgroup"):
            setattr(patch, key.lower(), value)
    return patch


# --- reports of verify ----------------------------------------------------------------------


def reds_in(report):
    """The red claims of a report."""
    names = re.findall(r"^  RED   (.*)$", report, re.MULTILINE)
    return [name.removesuffix(" (still open)") for name in names]


def report_of(claim, report):
    """The indented lines below a red claim."""
    lines, inside = [], False
    for line in report.splitlines():
        if re.match(r" {0,2}[^ ]", line):
            inside = line.startswith(f"  RED   {claim}")
        elif inside:
            lines.append(line)
    return "\n".join(lines)


@dataclasses.dataclass
class Outcome:
    """The result of one patch. `why` is empty if it was caught as it should be."""

    patch: Patch
    why: str = ""
    details: str = ""
    skipped: bool = False
    once: str = ""  # red claims that were not red when they were checked again

    @property
    def summary(self):
        """It counts as one."""
        if self.skipped:
            return Summary(skipped=1)
        return Summary(failed=1) if self.why else Summary(passed=1)

    def __str__(self):
        mark = "skip" if self.skipped else "RED " if self.why else "ok  "
        text = f"  {mark}  {self.patch.name}: {self.why or self.patch.claim}"
        if self.why and self.details:
            text += "\n" + textwrap.indent(self.details, " " * 10)
        return self.once + text


def options_for(patch):
    """verify's options for the claims to check: all of the step; of step 7, which has too many, those
    in the same file as the one that must turn red."""
    if ALL in patch.neighbours:
        return ["--claim", patch.claim]
    return ["--beside", patch.claim] if patch.step == 7 else []


def judge(patch, ask):
    """Whether the patch is caught. `ask(patch, options)` returns verify's report."""
    if not patch.claim or not patch.message:
        return Outcome(patch, "its head names no claim, or no message")
    report = ask(patch, options_for(patch))
    reds = reds_in(report)
    if re.search(rf"^  skip  {re.escape(patch.claim)}: ", report, re.MULTILINE):
        return Outcome(patch, skipped=True)
    if patch.claim not in reds:
        last = report.rstrip().rpartition("\n")[2]
        return Outcome(patch, f"not caught by: {patch.claim}", "\n".join(reds) or last)
    if patch.message not in report_of(patch.claim, report):
        why = f"the report does not say: {patch.message}"
        return Outcome(patch, why, report_of(patch.claim, report))
    unexpected = [red for red in reds if red not in (patch.claim, *patch.neighbours)]
    return judge_neighbours(patch, unexpected, report, ask) if unexpected else Outcome(patch)


def judge_neighbours(patch, unexpected, report, ask):
    """A claim that is red once in thousands is no neighbour of the mistake: each is checked again,
    alone. One that is not red again is shown, and not counted."""
    again = ask(patch, [word for claim in unexpected for word in ("--claim", claim)])
    twice = [claim for claim in reds_in(again) if claim in unexpected]
    once = ""
    for claim in unexpected:
        if claim not in twice:
            once += f"  once  {patch.name}: {claim}\n{report_of(claim, report)}\n"
    why = "claims turned red that are no neighbours:" if twice else ""
    return Outcome(patch, why, "\n".join(twice), once=once)


# --- building -------------------------------------------------------------------------------


def sources(top):
    """Files of the build below `top`, as relative paths."""
    found = {pathlib.Path("CMakeLists.txt")}
    for folder in "cmake", "common", "steps":
        for path in (top / folder).rglob("*"):
            if SOURCES.fullmatch(path.name) and path.is_file():
                found.add(path.relative_to(top))
    return found


def copy_sources(top=TOP, copy=COPY):
    """Brings the copy up to date. Writes only files that differ, so that ninja builds only their
    dependents; a file that an earlier patch has changed gets a new time, too."""
    wanted = sources(top)
    for path in sources(copy) - wanted:
        (copy / path).unlink(missing_ok=True)
    for path in wanted:
        target = copy / path
        if not target.exists() or not filecmp.cmp(top / path, target, shallow=False):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(top / path, target)


def output_of(command, **more):
    """Exit status and all output of a command."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **more
    )
    return done.returncode, done.stdout.decode(errors="replace")


def build(patch):
    """Leaves the sabotaged step in SUBJECTS; returns the Outcome of a failure, or None."""
    apply = ["patch", "-d", str(COPY), "-p1", "--fuzz=0", "--no-backup-if-mismatch", "-r", "-"]
    try:
        with open(patch.path, "rb") as text:
            status, log = output_of(apply, stdin=text)
        if status:
            return Outcome(patch, "the patch does not apply", log)
        status, log = output_of(["ninja", "-C", str(BUILT), f"step{patch.step}"])
        if status:
            return Outcome(patch, "does not compile", log)
    finally:
        copy_sources()
    shutil.copy(BUILT / f"step{patch.step}", TOP / patch.subject)
    return None


def ask_verify(patch, options):
    """verify's report on the sabotaged step."""
    words = ["build/verify", "--subject", f"{patch.subject}", "--step", str(patch.step), *options]
    if not patch.cgroup:
        return output_of(["scripts/as-root", *words], stdin=subprocess.DEVNULL)[1]
    status, said = output_of(["scripts/setup", "vm"])
    if status:
        return said
    machine = {**os.environ, "CGROUP": patch.cgroup, "CMD": shlex.join(words)}
    return output_of(["scripts/vm"], env=machine, stdin=subprocess.DEVNULL)[1]


def ask_and_forget(patch):
    """Judges a patch that has been built, and removes its program."""
    try:
        return judge(patch, ask_verify)
    finally:
        (TOP / patch.subject).unlink(missing_ok=True)


def configure():
    """Makes the copy and its build folder; returns the output of a failure, or None."""
    for folder in COPY, BUILT, SUBJECTS:
        folder.mkdir(parents=True, exist_ok=True)
    copy_sources()
    words = ["cmake", "-S", str(COPY), "-B", str(BUILT), "-G", "Ninja", "-DCMAKE_CXX_COMPILER=g++"]
    status, log = output_of(words)
    return log if status else None


def main(names):
    """The command line; returns the exit status."""
    os.chdir(TOP)
    for command in ["scripts/setup", "sabotage"], ["scripts/build", "verify", "probe", "breakout"]:
        if subprocess.run(command, check=False).returncode:
            return 1
    paths = [pathlib.Path(name) for name in names] or sorted(
        path.relative_to(TOP) for path in TOP.glob("steps/*/sabotage/*.patch")
    )
    if not paths:
        print("sabotage: there are no patches", file=sys.stderr)
        return 1
    if log := configure():
        print(log)
        return 1

    total = Summary()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as askers:
        asked = []

        def tell(outcome):
            nonlocal total
            total += outcome.summary
            print(outcome, flush=True)

        for path in paths:
            patch = read_patch(path, path.read_text(encoding="utf-8"))
            if failed := build(patch):
                tell(failed)
            else:
                asked.append(askers.submit(ask_and_forget, patch))
            while asked and asked[0].done():
                tell(asked.pop(0).result())
        for each in asked:
            tell(each.result())
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
