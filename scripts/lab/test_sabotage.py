import pathlib
import unittest

import sabotage

HEAD = """Claim: the command is process 1
Message: the pid was 7
Neighbours: ps shows one process
--- a/steps/04-namespaces/main.cpp
Neighbours: no longer the head
"""
PATH = pathlib.Path("steps/04-namespaces/sabotage/no-pid.patch")
RED = "  RED   the command is process 1\n        the pid was 7\n        $ step4\n"
NEIGHBOUR = "  RED   ps shows one process (still open)\n        two\n"
STRANGER = "  RED   the host name is its own\n        it was: host\n"
END = "0 passed, 1 failed, 0 skipped\n"


def judged(*reports, head=HEAD):
    """The outcome if verify gives these reports, one after the other; the options of its calls."""
    asked, left = [], list(reports)

    def ask(_, options):
        asked.append(options)
        return left.pop(0)

    return sabotage.judge(sabotage.read_patch(PATH, head), ask), asked


class Head(unittest.TestCase):
    def test_it_ends_at_the_first_difference(self):
        patch = sabotage.read_patch(PATH, HEAD)
        self.assertEqual((patch.step, patch.claim), (4, "the command is process 1"))
        self.assertEqual(patch.neighbours, ["ps shows one process"])

    def test_all_neighbours_means_that_only_the_claim_is_asked(self):
        head = HEAD.replace("ps shows one process", "all")
        _, asked = judged(RED + END, head=head)
        self.assertEqual(asked, [["--claim", "the command is process 1"]])

    def test_of_step_7_one_file_is_asked(self):
        path = pathlib.Path("steps/07-unionfs/sabotage/x.patch")
        patch = sabotage.read_patch(path, HEAD)
        self.assertEqual(sabotage.options_for(patch), ["--beside", "the command is process 1"])


class Judge(unittest.TestCase):
    def test_caught(self):
        outcome, _ = judged("  ok    other\n" + RED + NEIGHBOUR + END)
        self.assertEqual(str(outcome), f"  ok    {PATH.relative_to('steps')}: the command is process 1")

    def test_not_caught(self):
        outcome, _ = judged(STRANGER + END)
        self.assertEqual(outcome.why, "not caught by: the command is process 1")
        self.assertEqual(outcome.details, "the host name is its own")

    def test_a_report_that_broke_off_catches_nothing(self):
        outcome, _ = judged("verify: no stage\n")
        self.assertEqual(outcome.details, "verify: no stage")
        self.assertEqual(outcome.summary.failed, 1)

    def test_the_message_must_stand_below_its_claim(self):
        outcome, _ = judged(RED.replace("the pid was 7", "no") + NEIGHBOUR + "        the pid was 7\n")
        self.assertEqual(outcome.why, "the report does not say: the pid was 7")

    def test_a_claim_whose_name_begins_alike_is_another(self):
        self.assertNotIn("the command is process 1", sabotage.reds_in(RED.replace("1\n", "12\n", 1)))

    def test_a_stranger_that_is_red_twice_is_a_failure(self):
        outcome, asked = judged(RED + STRANGER + END, STRANGER + END)
        self.assertEqual(asked[1], ["--claim", "the host name is its own"])
        self.assertEqual(outcome.details, "the host name is its own")

    def test_a_stranger_that_is_red_once_is_shown(self):
        outcome, _ = judged(RED + STRANGER + END, "  ok    the host name is its own\n")
        self.assertEqual(outcome.summary.passed, 1)
        self.assertIn("  once  ", str(outcome))
        self.assertIn("it was: host", str(outcome))

    def test_a_skipped_claim_is_a_skip(self):
        outcome, _ = judged("  skip  the command is process 1: no cgroups\n" + END)
        self.assertEqual(outcome.summary.skipped, 1)

    def test_a_head_without_a_claim_is_a_failure(self):
        outcome, asked = judged(head="--- a\n")
        self.assertEqual((outcome.summary.failed, asked), (1, []))


if __name__ == "__main__":
    unittest.main()
