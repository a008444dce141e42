#!/usr/bin/python3 -B
"""The line that ends each report of this project: "N passed, N failed, N skipped".

This module alone parses and prints that line. verify, unit and all scripts print it as the last line
of their output; doctest's own sum is parsed, too. From Python:

    total += Summary.last_in(output) or Summary(failed=1)
    print(total)

From a shell, `summary.py [--numbers | --short] [REPORT...]` reads reports (default: stdin) and
prints the sum of their last such lines. Exit status: 0 nothing failed, 1 something did, 2 a report
has no such line.
    --numbers  "1 2 3", for `read -r passed failed skipped`
    --short    leaves "0 skipped" out
"""

import argparse
import re
import sys
from typing import NamedTuple, Optional

LINE = re.compile(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?")
DOCTEST = re.compile(
    r"\[doctest\] test cases: *\d+ \| *(\d+) passed \| *(\d+) failed \| *(\d+) skipped *"
)


class Summary(NamedTuple):
    """Counts of one report; a report without tests is Summary()."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    def __add__(self, other):
        return Summary(*(mine + its for mine, its in zip(self, other)))

    def short(self):
        """As str(), but says nothing about skipped tests if there are none."""
        return str(self) if self.skipped else f"{self.passed} passed, {self.failed} failed"

    @classmethod
    def of_line(cls, line) -> Optional["Summary"]:
        """The summary in this line; None for any other line."""
        match = LINE.fullmatch(line.rstrip("\r\n")) or DOCTEST.fullmatch(line.strip())
        return cls(*(int(count or 0) for count in match.groups())) if match else None

    @classmethod
    def last_in(cls, report) -> Optional["Summary"]:
        """The last summary of a report; None if it has none: then the report broke off."""
        lines = reversed(report.splitlines())
        return next((found for line in lines if (found := cls.of_line(line))), None)


def main(arguments=None, stdin=sys.stdin):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="adds up reports")
    parser.add_argument("--numbers", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("reports", nargs="*", metavar="REPORT")
    options = parser.parse_args(arguments)

    total = Summary()
    for name in options.reports or ["-"]:
        if name == "-":
            report = stdin.read()
        else:
            with open(name, encoding="utf-8", errors="replace") as file:
                report = file.read()
        found = Summary.last_in(report)
        if found is None:
            where = "stdin" if name == "-" else name
            print(f"summary: {where}: no line 'N passed, N failed, N skipped'", file=sys.stderr)
            return 2
        total += found
    print(*total if options.numbers else [total.short() if options.short else total])
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
