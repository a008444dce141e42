#!/usr/bin/python3 -B
"""oci_matrix [RUNTIME...]: holds stepbox-oci, crun and runc to every check of try_oci.py, and prints
the table. A part of `make matrix`.

A peer may fail a check only where oci/peers.txt says why, and must fail it there.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which
from typing import NamedTuple

from summary import Summary
from task import TOP, Complaint, run_main

OWN = "stepbox-oci"
PROGRAMS = {OWN: "build/stepbox-oci", "crun": "crun", "runc": "runc"}
EXCUSES = TOP / "steps/07-unionfs/oci/peers.txt"
MARKS = {"passed": "✓", "excused": "–", "failed": "✗", "missing": " "}


class Excuse(NamedTuple):
    """A line `RUNTIME[?] CHECK | why`; `*` in CHECK stands for any text, `?`: it holds at times."""

    runtime: str
    at_times: bool
    check: str
    why: str

    @classmethod
    def of_line(cls, line):
        match = re.fullmatch(r"(\w+)(\??) +(.+?) \| (.+)", line)
        if not match:
            raise Complaint(f"no excuse: {line} (RUNTIME CHECK | why)")
        runtime, mark, check, why = match.groups()
        return cls(runtime, bool(mark), check, why)

    def is_about(self, runtime, check):
        """Whether it names this check of this runtime."""
        pattern = ".*".join(re.escape(part) for part in self.check.split("*"))
        return self.runtime == runtime and re.fullmatch(pattern, check, re.DOTALL) is not None


def read_excuses(text):
    """The excuses of a list; `#` begins a comment."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [Excuse.of_line(line) for line in lines]


def merged(report):
    """Of a list of pairs, check and defect: a dict. Checks of one name hold together."""
    checks = {}
    for check, wrong in report:
        checks[check] = checks.get(check) or wrong
    return checks


def judge(runtime, checks, excuses):
    """The state of each check, and why, if it fails; and excuses that are none any more."""
    cells, used = {}, {one: set() for one in excuses if one.runtime == runtime}
    for check, wrong in checks.items():
        found = [one for one in used if one.is_about(runtime, check)]
        for one in found:
            used[one].add(bool(wrong))
        state = "excused" if wrong and found else "failed" if wrong else "passed"
        cells[check] = state, wrong
    for one, answers in used.items():
        if True not in answers and not one.at_times:
            why = "it holds, though" if answers else "there is no such check, but"
            cells[one.check] = "failed", f"{why} oci/peers.txt says: {one.why}"
    return cells


def report_of(runtime):
    """What the checks say about a runtime. Throws Complaint if the test does not come to its end."""
    with tempfile.NamedTemporaryFile(mode="r", encoding="utf-8") as file:
        words = [TOP / "scripts/lab/try_oci.py", PROGRAMS[runtime], f"--report={file.name}"]
        ended = subprocess.run(
            [sys.executable, "-B", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        text = file.read()
    if not text:
        raise Complaint(f"{ended.stdout.decode(errors='replace')}{runtime}: no end of try_oci.py")
    return merged(json.loads(text))


def show(columns):
    """Prints the table, and the defects below it; returns the sum."""
    total, names = Summary(), {}
    for cells in columns.values():
        names |= dict.fromkeys(cells)
    width = max(map(len, names)) + 2
    print(f"{'':{width}}" + "".join(f"{runtime:>13}" for runtime in columns))
    for name in names:
        states = [cells.get(name, ("missing",))[0] for cells in columns.values()]
        print(f"{name:{width}}" + "".join(f"{MARKS[state]:>13}" for state in states))
        total += Summary(passed=states.count("passed"), failed=states.count("failed"))
    for runtime, cells in columns.items():
        for name, (state, wrong) in cells.items():
            if state == "failed":
                print(f"\n  RED   {runtime}: {name}")
                print("".join(f"          {line}\n" for line in wrong.splitlines()), end="")
    return total


def main(arguments):
    """The command line; returns the exit status."""
    excuses = read_excuses(EXCUSES.read_text("utf-8"))
    columns = {}
    for runtime in arguments or PROGRAMS:
        if runtime == OWN or which(runtime):
            columns[runtime] = judge(runtime, report_of(runtime), excuses)
        else:
            print(f"no column {runtime}: it is not installed (scripts/setup peers)")
    total = show(columns)
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    run_main(main)
