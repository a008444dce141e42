import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path

import task
from task import Claim, Complaint, Task


def setUpModule():
    os.chdir(task.TOP)


class TheClaim(unittest.TestCase):
    def test_a_line_of_the_list(self):
        self.assertEqual(
            Claim.of_line("5  kept  2  no group is left (sabotage forgotten-rmdir)"),
            Claim("5", "kept", 2, "no group is left"),
        )
        self.assertEqual(
            Claim.of_line("2  hole  1  ps shows nothing (until 3)"),
            Claim("2", "hole", 1, "ps shows nothing"),
        )
        self.assertEqual(
            Claim.of_line("3  new  12  ps (1) works").name, "ps (1) works"
        )


class Step(unittest.TestCase):
    def test_its_folders(self):
        step = Task("5")
        self.assertEqual((str(step.folder), str(step.work)), ("steps/05-cgroup", "work/05-cgroup"))
        self.assertEqual(step.program, task.TOP / "build/mine5")

    def test_there_are_seven(self):
        for which in "", "0", "8", "12", "x":
            with self.assertRaisesRegex(Complaint, f"no step '{which}'"):
                Task(which)

    def test_the_reference_has_no_tests(self):
        for which in task.STEPS:
            names = [path.name for path in Task(which).reference]
            self.assertIn("main.cpp", names)
            self.assertFalse([name for name in names if "verify" in name or "_unit" in name])
            self.assertTrue(all(path.exists() for path in Task(which).reference))

    def test_every_step_has_a_lesson(self):
        for which in task.STEPS:
            self.assertTrue(Task(which).lesson)
            self.assertTrue(Task(which).claims_in_file())

    def test_what_held_before(self):
        step = Task("2")
        claims = [
            Claim("1", "new", 1, "of step 1"),
            Claim("2", "new", 1, step.lesson[0]),
            Claim("1", "hole", 1, "a hole"),
            Claim("2", "kept", 1, "of a file that asks about our own program"),
            Claim("3", "new", 1, "of step 3"),
        ]
        self.assertEqual(step.earlier(claims), ["of step 1"])

    def test_verify_is_given_one_word(self):
        self.assertEqual(Task("5").subject("/a b"), ["--subject", "'/a b'", "--step", "5"])


class Challenge(unittest.TestCase):
    def test_its_folders(self):
        shell = Task("-shell")
        self.assertEqual(str(shell.folder), "steps/01-clone/challenges/shell")
        self.assertEqual(str(shell.work), "work/challenges/shell")
        self.assertEqual(shell.step, "1")

    def test_a_script_is_its_own_program(self):
        self.assertTrue(Task("-rootfs").is_script)
        self.assertEqual(Task("-rootfs").program, task.TOP / "work/challenges/rootfs/main.sh")
        self.assertFalse(Task("-shell").is_script)

    def test_an_unknown_one(self):
        with self.assertRaisesRegex(Complaint, "no challenge poem"):
            Task("-poem")

    def test_only_step_7s_use_the_runtime(self):
        self.assertIn("step7", Task("-layers").helpers)
        self.assertNotIn("step7", Task("-shell").helpers)

    def test_those_begun(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "challenges/shell").mkdir(parents=True)
            Path(folder, "challenges/poem").mkdir()
            found = [each.which for each in task.begun_challenges(folder)]
            self.assertEqual(found, ["-shell"])
            self.assertEqual(task.begun_challenges(folder, "23"), [])


class InWork(unittest.TestCase):
    """With a work folder of the test's own."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.step = Task("5")
        self.step.work = Path(scratch.name, "05-cgroup")

    def test_how_to_begin(self):
        with self.assertRaisesRegex(Complaint, "To begin: make start5"):
            self.step.require_work()

    def test_nothing_is_lost(self):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            for expected in 1, 2:
                self.step.work.mkdir()
                task.set_aside(self.step)
                self.assertTrue(Path(f"{self.step.work}.old-{expected}").is_dir())
            task.set_aside(self.step)  # there is nothing any more
        self.assertEqual(len(said.getvalue().splitlines()), 2)


if __name__ == "__main__":
    unittest.main()
