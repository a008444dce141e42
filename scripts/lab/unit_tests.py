#!/usr/bin/python3 -B
"""Runs scripts/lab/test_*.py as `python3 -m unittest discover -s scripts/lab` does, and prints the sum
in the last line, as all tests of this project do."""

import pathlib
import sys
import unittest

from summary import Summary


def summary_of(result):
    """Counts of a unittest.TestResult."""
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    return Summary(max(0, result.testsRun - failed - skipped), failed, skipped)


def main():
    """The command line; returns the exit status."""
    folder = pathlib.Path(__file__).parent
    suite = unittest.defaultTestLoader.discover(str(folder))
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=0)
    found = summary_of(runner.run(suite))
    print(found)
    return 1 if found.failed or not found.passed else 0


if __name__ == "__main__":
    sys.exit(main())
