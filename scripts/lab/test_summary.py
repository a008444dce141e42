import contextlib
import io
import os
import tempfile
import unittest

import summary
from summary import Summary


def run(*arguments, stdin=""):
    """The exit status and the output of the command line."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = summary.main(list(arguments), io.StringIO(stdin))
    return status, said.getvalue()


class OfLine(unittest.TestCase):
    def test_reads_what_it_prints(self):
        for each in Summary(), Summary(1, 2, 3), Summary(1000, 0, 20):
            self.assertEqual(Summary.of_line(str(each)), each)
            self.assertEqual(Summary.of_line(each.short() + "\r\n"), each)

    def test_reads_doctests_sum(self):
        line = "[doctest] test cases:  91 |  90 passed | 1 failed | 0 skipped"
        self.assertEqual(Summary.of_line(line), Summary(90, 1, 0))

    def test_other_lines_are_none(self):
        for line in "", "all passed", "labs: 1 passed, 0 failed, 0 skipped", " 1 passed, 0 failed":
            self.assertIsNone(Summary.of_line(line))


class LastIn(unittest.TestCase):
    def test_the_last_one_counts(self):
        self.assertEqual(
            Summary.last_in("1 passed, 0 failed, 0 skipped\n2 passed, 1 failed, 0 skipped\nbye\n"),
            Summary(2, 1, 0),
        )

    def test_a_report_of_nothing_has_a_sum(self):
        self.assertEqual(Summary.last_in("0 passed, 0 failed, 0 skipped"), Summary())

    def test_a_report_that_broke_off_has_none(self):
        self.assertIsNone(Summary.last_in("  ok   one\n"))
        self.assertIsNone(Summary.last_in(""))


class Sum(unittest.TestCase):
    def test_adds_each_count(self):
        self.assertEqual(Summary(1, 2, 3) + Summary(10, 20, 30), Summary(11, 22, 33))

    def test_short_names_what_was_skipped(self):
        self.assertEqual(Summary(1, 0, 0).short(), "1 passed, 0 failed")
        self.assertEqual(Summary(1, 0, 2).short(), "1 passed, 0 failed, 2 skipped")


class CommandLine(unittest.TestCase):
    def test_prints_the_sum_of_stdin(self):
        self.assertEqual(
            run(stdin="  ok   one\n1 passed, 0 failed, 0 skipped\n"),
            (0, "1 passed, 0 failed, 0 skipped\n"),
        )

    def test_something_failed_is_1(self):
        self.assertEqual(
            run("--numbers", stdin="1 passed, 2 failed, 3 skipped\n"), (1, "1 2 3\n")
        )

    def test_no_sum_is_2(self):
        status, said = run(stdin="killed\n")
        self.assertEqual(status, 2)
        self.assertIn("stdin: no line", said)

    def test_adds_up_files(self):
        with tempfile.TemporaryDirectory() as folder:
            names = [os.path.join(folder, name) for name in "ab"]
            for name in names:
                with open(name, "w", encoding="utf-8") as file:
                    file.write("1 passed, 0 failed, 1 skipped\n")
            self.assertEqual(run("--short", *names), (0, "2 passed, 0 failed, 2 skipped\n"))


if __name__ == "__main__":
    unittest.main()
