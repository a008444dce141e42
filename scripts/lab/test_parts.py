import io
import os
import tempfile
import time
import unittest

from parts import Part, Runner
from summary import Summary


def shell(title, script, **more):
    return Part(title, ["sh", "-c", script], **more)


def run(*parts, lanes=2):
    """The sum and the output."""
    out = io.StringIO()
    return Runner(lanes, out).run(parts), out.getvalue()


class Judge(unittest.TestCase):
    def test_the_sum_in_the_last_line_counts(self):
        total, said = run(shell("one", "echo '  ok  it'; echo 3 passed, 0 failed, 1 skipped"))
        self.assertEqual(total, Summary(3, 0, 1))
        self.assertIn("=== one\n  ok  it\n", said)

    def test_a_part_without_a_sum_is_broken(self):
        part = shell("one", "echo no")
        total, _ = run(part)
        self.assertEqual(total, Summary(0, 1, 0))
        self.assertTrue(part.broken)

    def test_a_status_that_no_failure_explains_is_broken(self):
        total, said = run(shell("one", "echo 3 passed, 0 failed, 0 skipped; exit 4"))
        self.assertEqual(total, Summary(3, 1, 0))
        self.assertIn("one: exit status 4", said)

    def test_one_that_counts_as_one_needs_no_sum(self):
        total, said = run(
            shell("good", "true", counts_as_one=True), shell("bad", "exit 3", counts_as_one=True)
        )
        self.assertEqual(total, Summary(1, 1, 0))
        self.assertIn("bad: exit status 3", said)

    def test_bytes_that_are_no_text_are_shown(self):
        total, _ = run(shell("one", "printf '\\377\\n1 passed, 0 failed, 0 skipped\\n'"))
        self.assertEqual(total, Summary(1, 0, 0))

    def test_what_was_red_is_said_again(self):
        script = "echo '  ok   a'; echo '  RED  b'; echo '       why'; echo 1 passed, 1 failed, 0 skipped; exit 1"
        part = shell("one", script)
        out = io.StringIO()
        runner = Runner(1, out)
        runner.run([part])
        runner.tell_reds()
        again = out.getvalue().split("what was red, again")[1]
        self.assertIn("  RED  b\n         why\n", again)
        self.assertNotIn("ok   a", again)


class Order(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def test_lanes_run_beside_each_other(self):
        # Each waits for the other's file: one after the other they would never end.
        first, second = self.path("first"), self.path("second")
        script = "touch {}; until [ -e {} ]; do sleep 0.01; done"
        total, _ = run(
            shell("a", script.format(first, second), counts_as_one=True),
            shell("b", script.format(second, first), counts_as_one=True),
        )
        self.assertEqual(total, Summary(2, 0, 0))

    def test_one_that_is_alone_has_no_company(self):
        busy = self.path("busy")
        other = f"mkdir {busy}; sleep 0.05; rmdir {busy}"
        alone = f"[ ! -e {busy} ] && mkdir {busy} && sleep 0.05 && rmdir {busy}"
        total, _ = run(
            shell("before", other, counts_as_one=True),
            shell("alone", alone, counts_as_one=True, alone=True),
            shell("after", alone, counts_as_one=True),
        )
        self.assertEqual(total, Summary(3, 0, 0))

    def test_parts_end_with_the_runner(self):
        pid = self.path("pid")

        class Interrupted(Runner):
            def _wait_for_one(self):
                while not os.path.exists(pid):
                    time.sleep(0.01)
                raise KeyboardInterrupt

        script = f"echo $$ >{pid}.new; mv {pid}.new {pid}; exec sleep 1000"
        out = io.StringIO()
        with self.assertRaises(KeyboardInterrupt):
            Interrupted(1, out).run([shell("sleeper", script)])
        self.assertIn("sleeper: interrupted", out.getvalue())
        with open(pid, encoding="utf-8") as file:
            self.assertFalse(os.path.exists(f"/proc/{file.read().strip()}"))


if __name__ == "__main__":
    unittest.main()
