import contextlib
import hashlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import grade_all
import task
from task import Complaint, Task

MACHINE = """#!/bin/bash
cd "${0%/*}/.." && sed 's,</dev/vport0p1,<<<"$SECRET",' ask | bash
"""


def setUpModule():
    os.chdir(task.TOP)


def report(**points):
    """A report of verify on steps and challenges."""
    tests = [
        {"number": f"step {name[4]}" if name[:4] == "step" else f"challenge {name}", "score": score}
        for name, score in points.items()
    ]
    return {
        "score": sum(points.values()),
        "execution_time": 1.5,
        "output": f"{len(tests)} passed",
        "extra_data": {"reachable": 5, "extra": points.get("layers", 0)},
        "tests": tests,
    }


class InFolder(unittest.TestCase):
    """With a class's folder and a scratch folder of the test's own."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder, self.scratch = Path(scratch.name, "in"), Path(scratch.name, "scratch")
        self.folder.mkdir()
        self.scratch.mkdir()

    def make(self, *names):
        """Makes files of the class that hold their own names."""
        for name in names:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")

    def collected(self, student):
        """What is taken from a student's folder."""
        to = self.scratch / student
        grade_all.collect(self.folder / student, to)
        return sorted(str(path.relative_to(to)) for path in to.rglob("*") if path.is_file())


class Names(InFolder):
    def test_an_archive_loses_its_ending(self):
        for name in "a.zip", "a.7z", "a.tar", "a.tgz", "a.tbz2", "a.tar.gz", "a.tar.zst":
            self.make(name)
            self.assertEqual(grade_all.name_of(self.folder / name), "a")

    def test_others_do_not(self):
        self.make("b.zip/main.cpp", "c.d", "e.tar.gz.txt")
        for path in self.folder.iterdir():
            self.assertEqual(grade_all.name_of(path), path.name)

    def test_of_one_name_there_is_one(self):
        self.make("a.d/01-clone/main.cpp", "a.d.zip")
        with self.assertRaisesRegex(Complaint, "two submissions of one name: a.d"):
            grade_all.collect_all(self.folder, self.scratch)

    def test_an_empty_class(self):
        self.make(".DS_Store")
        with self.assertRaisesRegex(Complaint, "nobody has submitted anything: .*in is empty"):
            grade_all.collect_all(self.folder, self.scratch)


class Collect(InFolder):
    def test_where_the_steps_may_be(self):
        for place in "", "work/", "lab/work/", "lab/":
            student = place.replace("/", "-") + "x"
            own = ["01-clone/main.cpp", "challenges/shell/main.cpp"]
            self.make(*(f"{student}/{place}{name}" for name in own))
            self.assertEqual(self.collected(student), own)

    def test_work_comes_first(self):
        self.make("a/01-clone/main.cpp", "a/work/01-clone/main.cpp", "a/.old/01-clone/main.cpp")
        self.collected("a")
        self.assertIn("/work/", (self.scratch / "a/01-clone/main.cpp").read_text(encoding="utf-8"))

    def test_a_copy_of_the_lab_is_ours(self):
        self.make("a/steps/01-clone/main.cpp")
        self.assertEqual(self.collected("a"), [])

    def test_sources_only(self):
        own = ["main.cpp", "main.sh", "more.hpp"]
        other = ["verify.cpp", "verify_x.cpp", "x_unit.cpp", ".x.cpp", "x.sh", "main.o", "x/y.cpp"]
        self.make(*(f"a/05-cgroup/{name}" for name in own + other))
        (self.folder / "a/05-cgroup/large.cpp").write_bytes(b"/" * 600_000)
        self.assertEqual(self.collected("a"), [f"05-cgroup/{name}" for name in own])

    def test_no_unknown_folders(self):
        self.make("a/09-moon/main.cpp", "a/01-cloned/main.cpp", "a/challenges/poem/main.cpp")
        self.assertEqual(self.collected("a"), [])

    def test_no_link_leads_out(self):
        self.make("a/01-clone/main.cpp", "ba/03-mount/main.cpp")
        self.make("b/02-chroot/own.cpp", "b/mine/main.cpp")
        b = self.folder / "b"
        (b / "01-clone").symlink_to("../a/01-clone")
        (b / "03-mount").symlink_to("../ba/03-mount")
        (b / "02-chroot/main.cpp").symlink_to("../../a/01-clone/main.cpp")
        (b / "04-namespaces").symlink_to("mine")
        self.assertEqual(self.collected("b"), ["02-chroot/own.cpp", "04-namespaces/main.cpp"])


class Build(InFolder):
    def test_programs_are_forgotten(self):
        programs = ["step1", "unit", "mine1", "mine-x", "CMakeFiles/mine1.dir/x.o", "reference-x"]
        others = ["verify", "lib01-clone.a", "steps/x.o", "unit.dir/x.o", "starter-x"]
        self.make(*programs, *others)
        self.make("../work/main.cpp")
        (self.folder / "mine-headers").symlink_to("../work")
        grade_all.forget_programs(self.folder)
        files = (path for path in self.folder.rglob("*") if path.is_file())
        left = sorted(str(path.relative_to(self.folder)) for path in files)
        self.assertEqual(left, sorted(others))
        self.assertTrue((self.folder / "mine-headers/main.cpp").exists())

    def test_a_script_is_its_own_program(self):
        self.make("challenges/rootfs/main.sh")
        program = self.scratch / "mine-rootfs.sh"
        grade_all.make_program(Task("-rootfs"), self.folder, program, self.scratch)
        self.assertTrue(os.access(program, os.X_OK))

    def test_what_is_missing_is_named(self):
        program = self.scratch / "mine2"
        grade_all.make_program(Task("2"), self.folder, program, self.scratch)
        why = Path(f"{program}.why").read_text(encoding="utf-8")
        self.assertEqual((program.exists(), why), (False, "there is no 02-chroot/main.cpp\n"))


class Seal(unittest.TestCase):
    def sealed(self, text, secret="secret"):
        """What the machine prints."""
        seal = hashlib.sha256(f"{secret}{text}{secret}\n".encode()).hexdigest()
        return f"{text}\n{seal}  -\n".encode()

    def test_a_report(self):
        said = self.sealed('{\n  "score": 1\n}')
        self.assertEqual(grade_all.unseal(said, "secret"), {"score": 1})
        self.assertEqual(grade_all.unseal(said.replace(b"1", b"\x001", 1), "secret"), {"score": 1})

    def test_a_forged_one(self):
        right = self.sealed('{"score": 1}')
        for said in (
            b"",
            b'{"score": 99}\n',
            self.sealed('{"score": 99}', "another"),
            right.replace(b"1", b"99", 1),
            b'{"score": 99}\n' + right,
            right + b'{"score": 99}\n',
        ):
            self.assertIsNone(grade_all.unseal(said, "secret"))

    def test_one_that_broke_off(self):
        for text in "", '{"score": ':
            self.assertIsNone(grade_all.unseal(self.sealed(text), "secret"))

    def test_the_machine_seals_as_we_do(self):
        with tempfile.TemporaryDirectory() as box:
            machine = Path(box, "scripts/vm")
            machine.parent.mkdir()
            machine.write_text(MACHINE, encoding="utf-8")
            machine.chmod(0o755)
            said = grade_all.ask_in_machine(Path(box), ["printf", "%s\n", '{"a": "it\'s"}', ""])
        self.assertEqual(said, {"a": "it's"})


class Points(unittest.TestCase):
    def test_a_sum(self):
        total = grade_all.sum_of([report(step1=2, step2=3), report(layers=7)])
        self.assertEqual((total["score"], total["execution_time"]), (12, 3))
        self.assertEqual(total["output"], "2 passed; 1 passed")
        self.assertEqual(total["extra_data"], {"reachable": 10, "extra": 7})
        self.assertEqual([each["score"] for each in total["tests"]], [2, 3, 7])

    def test_half_a_report_is_none(self):
        total = grade_all.sum_of([report(step1=2), None])
        self.assertEqual((total["score"], total["tests"]), (0, []))
        self.assertIn("meddled with", total["output"])

    def test_challenges_of_step_7_are_asked_apart(self):
        asked = []

        def judge(tasks, *_):
            asked.append([each.which for each in tasks])
            return None

        with tempfile.TemporaryDirectory() as work, mock.patch.object(grade_all, "judge", judge):
            for name in "shell", "layers":
                Path(work, "challenges", name).mkdir(parents=True)
            with contextlib.redirect_stderr(io.StringIO()) as said:
                grade_all.grade(Path(work), ["1", "7"], None)
        self.assertEqual(asked, [["1", "7", "-shell"], ["-layers"]])
        self.assertIn("meddled with", said.getvalue())

    def test_a_row(self):
        row = grade_all.row_of("ada", report(step1=2, step2=3, shell=7), ["1", "2", "3"])
        self.assertEqual(row, ["ada", "2", "3", "0", "5", "7"])
        self.assertEqual(grade_all.row_of("b\udcff", report(), []), ["b\ufffd", "0", "0"])

    def test_the_table(self):
        rows = [["student", "total"], ["bob, junior", "12"]]
        self.assertEqual(grade_all.aligned(rows), "student      total\nbob, junior  12\n")


if __name__ == "__main__":
    unittest.main()
