#!/usr/bin/python3 -B
"""sabotage [PATCH...]: tests the tests.

Each steps/*/sabotage/*.patch is a likely mistake. Applied to the sources, it must turn red
the claim that it names, with the message that a student would read, and no other claim but its
neighbours. A patch begins with:

    Claim: the command is process 1
    Message: a text that the report of that claim must contain
    Neighbours: another claim that may turn red, too   (any number of such lines)
    Neighbours: all    (nearly every start fails: the other claims are not checked)
    Cgroup: v2         (or v1, or hybrid: the mistake shows only there, in a virtual machine)

Each patch is applied, built and checked in a rehearsal of its own (scripts/rehearse): an overlay over
this folder. So only the sources that it changes are compiled, and nothing has to be put back.
"""

import concurrent.futures
import dataclasses
import os
import pathlib
import re
import shlex
import subprocess
import sys
import textwrap

from summary import Summary

TOP = pathlib.Path(__file__).resolve().parents[2]
NO_OVERLAY = 77  # scripts/rehearse
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
        return f"build/step{self.step}"


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


# --- in a rehearsal -------------------------------------------------------------------------


def output_of(command, **more):
    """Exit status and all output of a command."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **more
    )
    return done.returncode, done.stdout.decode(errors="replace")


def build(patch):
    """Applies the patch, and builds the step; returns the Outcome of a failure, or None."""
    apply = ["patch", "-p1", "--fuzz=0", "--no-backup-if-mismatch", "-r", "-"]
    with open(patch.path, "rb") as text:
        status, log = output_of(apply, stdin=text)
    if status:
        return Outcome(patch, "the patch does not apply", log)
    # The commands that ninja would run, without -Werror (scripts/build --strict): a mistake may well
    # cause a warning. By another name of its file ninja does not ask first whether that is new.
    os.symlink("build.ninja", "build/patched.ninja")
    words = ["ninja", "-f", "patched.ninja", "-n", "-v", f"step{patch.step}"]
    status, log = output_of(words, cwd="build", env={**os.environ, "NINJA_STATUS": ""})
    if status == 0:
        script = log.replace(" -Werror ", " ")
        status, log = output_of(["sh", "-e"], cwd="build", input=script.encode())
    if status:
        return Outcome(patch, "does not compile", log)
    return None


def ask_verify(patch, options):
    """verify's report on the sabotaged step."""
    words = ["build/verify", "--subject", patch.subject, "--step", str(patch.step), *options]
    if not patch.cgroup:
        return output_of(words, stdin=subprocess.DEVNULL)[1]
    status, said = output_of(["scripts/setup", "vm"])
    if status:
        return said
    machine = {**os.environ, "CGROUP": patch.cgroup, "CMD": shlex.join(words)}
    return output_of(["scripts/vm"], env=machine, stdin=subprocess.DEVNULL)[1]


def try_inside(path):
    """Builds and judges this patch, in a rehearsal; returns the exit status."""
    patch = read_patch(path, path.read_text(encoding="utf-8"))
    outcome = build(patch) or judge(patch, ask_verify)
    print(outcome)
    print(outcome.summary)
    return 1 if outcome.summary.failed else 0


# --- outside of it --------------------------------------------------------------------------


def rehearse(path):
    """The text about this patch, and its Summary."""
    words = ["scripts/rehearse", "scripts/lab/sabotage.py", "--inside", str(path)]
    status, said = output_of(words, stdin=subprocess.DEVNULL)
    if status == NO_OVERLAY:
        return f"  skip  {path}: this kernel has no overlay here", Summary(skipped=1)
    total = Summary.last_in(said)
    if total is None:
        return f"  RED   {path}: the rehearsal broke off\n{said}", Summary(failed=1)
    return said.removesuffix(f"{total}\n").rstrip("\n"), total


def main(names):
    """The command line; returns the exit status."""
    os.chdir(TOP)
    if names[:1] == ["--inside"]:
        return try_inside(pathlib.Path(names[1]))
    programs = [f"step{step}" for step in range(1, 8)] + ["verify", "probe", "breakout"]
    for command in ["scripts/setup", "sabotage"], ["scripts/build", *programs]:
        if subprocess.run(command, check=False).returncode:
            return 1
    paths = [pathlib.Path(name) for name in names] or sorted(
        path.relative_to(TOP) for path in TOP.glob("steps/*/sabotage/*.patch")
    )
    if not paths:
        print("sabotage: there are no patches", file=sys.stderr)
        return 1
    total = Summary()
    # One more than there are CPUs: most claims wait for something.
    with concurrent.futures.ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        for text, summary in pool.map(rehearse, paths):
            total += summary
            print(text, flush=True)
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
