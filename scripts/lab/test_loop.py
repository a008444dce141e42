"""check, hint, mine, watch, solution, bug: without a build and without root."""

import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import bug
import check
import hint
import mine
import solution
import start
import task
import try_challenges
import watch
from brief import PLAIN, parse
from summary import Summary
from task import Complaint, Task


def setUpModule():
    os.chdir(task.TOP)


def report(*lines):
    """A report of verify, as check.ask() returns it."""
    entries = parse("".join(f"{line}\n" for line in lines))
    red = sum(entry.is_red for entry in entries)
    return entries, Summary(sum(entry.is_green for entry in entries), red)


class InWork(unittest.TestCase):
    """With a work folder of the test's own."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.task = Task("2")
        self.task.work = Path(scratch.name, "02-chroot")
        self.task.work.mkdir()

    def captured(self, function, *arguments):
        """The result of the function, and its output."""
        with contextlib.redirect_stdout(io.StringIO()) as said:
            return function(*arguments), said.getvalue()


class Check(InWork):
    def ask_with(self, *reports):
        """Replaces verify: each call gets the next report."""
        self.asked = []
        rest = list(reports)

        def ask(_, names, *__):
            self.asked.append(names)
            return rest.pop(0)

        patch = mock.patch.object(check, "ask", ask)
        patch.start()
        self.addCleanup(patch.stop)

    def test_the_first_verdict_does_not_wait_for_the_others(self):
        names = self.task.lesson
        self.ask_with(report(f"  ok    {names[0]}"), report(f"  RED   {names[1]}", "        why"))
        (failing, total), said = self.captured(check.check_lesson, self.task, PLAIN)
        self.assertEqual(self.asked, [names[:1], names[1:]])
        self.assertEqual((failing, total), ([names[1]], Summary(1, 1)))
        self.assertTrue(said.startswith(f"  ok    {names[0]}\n  RED   {names[1]}\n"))

    def test_what_was_red_before_comes_first(self):
        names = self.task.lesson
        check.note_failed(self.task, ["of another step", names[3]])
        self.ask_with(report(f"  ok    {names[3]}"), report())
        self.captured(check.check_lesson, self.task, PLAIN)
        self.assertEqual(self.asked[0], [names[3]])

    def test_nothing_is_shown_twice(self):
        names = self.task.lesson
        message = "        mine2: enter_chroot() is not written yet"
        self.ask_with(
            report(f"  RED   {names[0]}", message, "        hint: a"),
            report(f"  RED   {names[1]}", message, "        hint: b"),
        )
        _, said = self.captured(check.check_lesson, self.task, PLAIN)
        self.assertEqual(
            said,
            f"  RED   {names[0]}\n{message}\n        hint: a\n"
            f"        the same in 1 more:\n          {names[1]}\n",
        )

    def test_a_single_claim_leaves_the_others_red(self):
        check.note_failed(self.task, ["a", "b"])
        self.ask_with(report("  ok    a"))
        status, _ = self.captured(check.check_one, self.task, "a", PLAIN)
        self.assertEqual((status, check.failed_before(self.task)), (0, ["b"]))

    def test_an_unknown_claim(self):
        self.ask_with(report())
        with self.assertRaisesRegex(Complaint, "no claim: poem"):
            check.check_one(self.task, "poem", PLAIN)

    def test_unasked_claims_are_counted(self):
        self.ask_with(report("  RED   a", "        why"))
        (red, _), said = self.captured(check.check_earlier, self.task, list("abcd"), [], PLAIN)
        self.assertEqual(red, ["a"])
        self.assertIn("3 more were not asked", said)


class Hint(InWork):
    TEXT = "# Hints\n\n## a claim\n\n- one\n  and more\n\n- two\n\n## another\n\n- one\n"

    def test_items_below_a_heading(self):
        self.assertEqual(hint.hints_in(self.TEXT, "a claim"), [["one", "  and more"], ["two"]])
        self.assertEqual(hint.hints_in(self.TEXT, "poem"), [])

    def test_two_are_wanted(self):
        self.assertFalse(hint.has_two_each(self.TEXT))
        self.assertTrue(hint.has_two_each(self.TEXT + "- two\n"))
        self.assertFalse(hint.has_two_each("# Hints\n"))


class Mine(InWork):
    def test_a_missing_source(self):
        with self.assertRaisesRegex(Complaint, "To begin: make start2"):
            mine.require_sources(self.task)

    def test_a_dangling_link(self):
        (self.task.work / "main.cpp").symlink_to("nowhere")
        with self.assertRaisesRegex(Complaint, "main.cpp cannot be read"):
            mine.require_sources(self.task)

    def test_names_as_the_student_knows_them(self):
        said = (
            "FAILED: CMakeFiles/mine7.dir/main.cpp.o \n/usr/bin/g++ -c\n"
            f"{task.TOP}/build/mine-headers/7/07-unionfs/storage/overlay.hpp:5:1: error: x\n"
            "../work/07-unionfs/overlay.cpp:1:1: error: y\n"
        )
        self.assertEqual(
            mine.readable(said, "7"),
            "work/07-unionfs/overlay.hpp:5:1: error: x\nwork/07-unionfs/overlay.cpp:1:1: error: y\n",
        )


class Watch(InWork):
    def test_a_save_is_seen(self):
        source = self.task.work / "main.cpp"
        empty = watch.state_of(self.task.work)
        source.write_text("int")
        first = watch.state_of(self.task.work)
        source.write_text("int x;")
        self.assertNotEqual(empty, first)
        self.assertNotEqual(first, watch.state_of(self.task.work))

    def test_other_files_are_not_sources(self):
        before = watch.state_of(self.task.work)
        (self.task.work / ".failed").write_text("")
        self.assertEqual(before, watch.state_of(self.task.work))

    def test_a_folder_that_has_gone(self):
        self.assertEqual(watch.state_of(self.task.work / "nowhere"), {})


class Solution(InWork):
    def test_a_save_after_the_check(self):
        source, held = self.task.work / "main.cpp", self.task.work / ".held"
        source.touch()
        self.assertFalse(solution.held(self.task))
        held.touch()
        os.utime(source, (1, 1))
        self.assertTrue(solution.held(self.task))
        os.utime(held, (0, 0))
        self.assertFalse(solution.held(self.task))


class Start(InWork):
    def test_a_folder_is_made_at_once(self):
        work = self.task.work.parent / "new" / "02-chroot"
        start.install([task.TOP / "Makefile"], work)
        self.assertEqual([path.name for path in work.iterdir()], ["Makefile"])
        self.assertEqual([path.name for path in work.parent.iterdir()], ["02-chroot"])

    def test_nothing_is_made_by_halves(self):
        work = self.task.work.parent / "new" / "02-chroot"
        with self.assertRaises(OSError):
            start.install([task.TOP / "Makefile", "nowhere"], work)
        self.assertFalse(work.exists())


class Bug(unittest.TestCase):
    def test_every_step_has_some(self):
        for which in task.STEPS:
            step = Task(which)
            for patch in bug.bugs_of(step):
                self.assertNotIn("\nCgroup: ", patch.read_text(encoding="utf-8"))
            self.assertTrue(bug.bugs_of(step), which)


class Challenges(unittest.TestCase):
    def test_a_chapter_names_its_own(self):
        wrong = try_challenges.wrong_names
        self.assertEqual(wrong("## 1. clone\n`make start-shell`\n## 8. tests\n`make start-duck`"), "")
        self.assertEqual(wrong("## 2. chroot\n`make start-shell`"), "make start-shell in chapter 2")
        self.assertEqual(wrong("## 2. chroot\n`make start-poem`"), "make start-poem in chapter 2")


if __name__ == "__main__":
    unittest.main()
