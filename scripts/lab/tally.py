"""Counts the checks of a test that is a program: try_loop.py, try_challenges.py."""

import re
import subprocess
import sys

from summary import Summary


class Tally:
    """Adds up checks, and shows those that fail."""

    def __init__(self):
        self.total = Summary()
        self.report = []  # pairs: the check, and the reason of its failure

    def holds(self, what, wrong=""):
        """One check: `wrong` is the reason of a failure; empty or None: it holds."""
        self.total += Summary(failed=1) if wrong else Summary(passed=1)
        self.report.append((what, wrong or ""))
        if wrong:
            print(f"  RED   {what}\n" + "".join(f"          {line}\n" for line in wrong.splitlines()))
            sys.stdout.flush()

    def types(self, result, pattern, *words, **environment):
        """One check: whether the command `works` or `fails`, and prints a line with this pattern."""
        ended = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            **environment,
        )
        status = "fails" if ended.returncode else "works"
        right = status == result and re.search(pattern, ended.stdout, re.MULTILINE)
        shown = "".join(f"| {line}\n" for line in ended.stdout.splitlines())
        self.holds(
            " ".join(words),
            "" if right else f"it {status}; expected: it {result}, and shows: {pattern}\n{shown}",
        )
        return ended.stdout

    def end(self):
        """Prints the sum; returns the exit status."""
        print(self.total)
        return 1 if self.total.failed else 0
