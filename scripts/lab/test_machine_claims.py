import re
import subprocess
import unittest

import machine_claims as machine
from summary import Summary

GOOD = "--- step 5\n  ok   one\n3 passed, 0 failed, 1 skipped\n"


class Judge(unittest.TestCase):
    def test_reports_are_added_up(self):
        self.assertEqual(machine.judge([1, 2], GOOD + GOOD, 0), Summary(6, 0, 2))

    def test_a_missing_report_is_a_failure(self):
        self.assertEqual(machine.judge([1, 2, 3], GOOD, 1), Summary(3, 2, 1))

    def test_a_machine_that_dies_after_its_reports_is_a_failure(self):
        self.assertEqual(machine.judge([1], GOOD, 125), Summary(3, 1, 1))


class Command(unittest.TestCase):
    def test_the_shell_asks_all_and_fails_if_one_is_red(self):
        questions = [machine.Question("a 'b'", ["--claim", "kill -9: $HOME"])] * 2
        text = machine.command(questions).replace("build/verify", "false")
        done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, "--- a 'b'\n--- a 'b'\n"))

    def test_every_claim_exists(self):
        sources = [path.read_text() for path in machine.TOP.glob("steps/**/verify*.cpp")]
        declared = set(re.findall(r'^CLAIM\("([^"]*)"', "\n".join(sources), re.MULTILINE))
        for questions in machine.QUESTIONS.values():
            for _, words, _ in questions:
                after = zip(words, words[1:])
                names = [name for option, name in after if option in ("--claim", "--beside")]
                self.assertLessEqual(set(names), declared)


if __name__ == "__main__":
    unittest.main()
