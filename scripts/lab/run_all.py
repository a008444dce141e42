#!/usr/bin/python3 -B
"""Everything that must be green, from a clean checkout, as root (or by sudo), without a terminal.

What was red is said again at the end; the last line is the sum, and the exit status is 0 only if
nothing failed.
"""

import os
import pathlib
import sys

import parts
from parts import Part
from summary import Summary

TOP = pathlib.Path(__file__).resolve().parents[2]
CPUS = os.cpu_count() or 1

# Deadlines of claims that run beside other heavy parts: twice as long.
BUSY = {"STEPBOX_PATIENCE": "2"}
# With sanitizers a start takes ten times as long, too.
SANITIZED = {"STEPBOX_PATIENCE": "10"}
# All of build/ is there by then: no second ninja may look at it.
BUILT = {"STEPBOX_BUILT": "yes"}


def check(title, *command, **more):
    """A part that counts as one."""
    return Part(title, list(command), counts_as_one=True, **more)


def sanitized(step):
    """The claims of a step, asked of a binary that was built with the sanitizers."""
    subject = f"{TOP}/build-sanitize/step{step}"
    some = []
    if step == 7:
        # exec enters the container's pid namespace: the leak checker does not find its parent from
        # there, and waits for ever.
        subject = f"env ASAN_OPTIONS=detect_leaks=0 {subject}"
        # Only claims about a container's life: the others would take too long.
        some = ["--beside", "the image is untouched byte for byte"]
    verify = ["scripts/as-root", "build/verify", "--subject", subject, "--step", str(step), *some]
    return Part(f"claims of step {step}, sanitized", verify, environment=SANITIZED)


# Each list begins when the one before it has ended.
def phases():
    """Lists of parts, with how many of them run at a time."""
    return [
        # What only `make test`, `make test-engines`, `make sabotage` and `make grade-all` need, they
        # install themselves: installed here, it would hide what they forget.
        (1, [check("set up", "scripts/setup", *"build format lint peers rootless site browser".split()),
             check("rootfs", "scripts/rootfs", "busybox"),
             check("build, no warning", "scripts/build", "--strict", "all")]),
        (2, [check("build with clang, no warning",
                   *"scripts/build --preset clang --strict all".split()),
             check("build with sanitizers", *"scripts/build --preset sanitize --strict".split(),
                   *"unit step2 step4 step5 step7".split()),
             check("format", "scripts/format", "--check"),
             check("lint of scripts", "scripts/lint", "scripts")]),
        (CPUS + 1, [check("unit tests, sanitized", *"scripts/as-root scripts/stage".split(),
                          "build-sanitize/unit", environment=SANITIZED)]
         + [sanitized(step) for step in (7, 5, 4, 2)]),
        (1, [Part("make test", ["make", "test"])]),
        (1, [Part("make test-engines", ["make", "test-engines"], environment=BUSY)]),
        (CPUS + 1, [Part("make sabotage", ["make", "sabotage"], environment=BUSY | BUILT),
                    Part("make grade-all, for a class of all kinds", ["scripts/lab/try_grade.py"],
                         environment=BUILT),
                    Part("make test-site", ["make", "test-site"], environment=BUILT)]),
    ]  # fmt: skip


def main():
    """Runs all; returns the exit status."""
    os.chdir(TOP)
    os.environ["CI"] = "true"
    parts.end_by_signals()
    total, done = Summary(), []
    runner = parts.Runner(1, rule="#####")
    for runner.lanes, todo in phases():
        total += runner.run(todo)
        done += todo
    print()
    for part in done:
        print(part.line())
    runner.tell_reds()
    print(f"\n{total.short()}")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
