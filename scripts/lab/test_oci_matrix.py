import unittest

import oci_matrix
from oci_matrix import judge, read_excuses

EXCUSES = read_excuses(
    "# a comment\n"
    "crun  start again | it names the FIFO\n"
    "crun  config.json: process.args: [*] | by another name\n"
    "crun? exec: terminal | a race\n"
    "runc  start again | never asked of crun\n"
)


def states(checks, runtime="crun"):
    """The states of these checks, with those that the excuses name and that are not given."""
    expected = {"start again": "x", "config.json: process.args: []": "x"}
    return {name: cell[0] for name, cell in judge(runtime, expected | checks, EXCUSES).items()}


class Judgement(unittest.TestCase):
    def test_only_what_is_listed_may_fail(self):
        found = states({"state": "", "kill": "it does not"})
        self.assertEqual(found["start again"], "excused")
        self.assertEqual(found["config.json: process.args: []"], "excused")
        self.assertEqual(found["state"], "passed")
        self.assertEqual(found["kill"], "failed")

    def test_an_excuse_that_is_none_any_more_is_red(self):
        self.assertEqual(states({"start again": ""})["start again"], "failed")
        cells = judge("runc", {"state": ""}, EXCUSES)
        self.assertIn("no such check", cells["start again"][1])

    def test_a_question_mark_lets_it_hold(self):
        self.assertEqual(states({"exec: terminal": ""})["exec: terminal"], "passed")
        self.assertEqual(states({"exec: terminal": "timed out"})["exec: terminal"], "excused")

    def test_ours_has_no_excuse(self):
        self.assertEqual(states({}, "stepbox-oci")["start again"], "failed")


class Lists(unittest.TestCase):
    def test_checks_of_one_name_hold_together(self):
        report = [["delete", ""], ["state", "a"], ["delete", "b"], ["delete", ""]]
        self.assertEqual(oci_matrix.merged(report), {"delete": "b", "state": "a"})

    def test_peers_alone_are_excused(self):
        excuses = read_excuses(oci_matrix.EXCUSES.read_text("utf-8"))
        self.assertEqual({one.runtime for one in excuses}, {"crun", "runc"})
        self.assertEqual(len(excuses), len({(one.runtime, one.check) for one in excuses}))

    def test_a_line_without_a_reason_is_refused(self):
        with self.assertRaises(oci_matrix.Complaint):
            read_excuses("crun  start again\n")


if __name__ == "__main__":
    unittest.main()
