import unittest

import brief
from brief import parse, reds

REPORT = """\
step 5
  ok    the command is process 1
  RED   a memory hog is killed: 137
        the subject itself failed (exit status 125): mine5: unknown option --memory
            (common/testing/harness/subject.cpp:197)
        CHECK( run.status == 137 ) does not hold: 125 == 137
            (steps/05-cgroup/verify.cpp:20)
          $ /work/build/mine5 -m 8m
        hint: write memory.max
  RED   a fork bomb stops at --pids-limit
        the subject itself failed (exit status 125): mine5: unknown option --memory
            (common/testing/harness/subject.cpp:197)
        hint: write pids.max
  skip  cgroup v2 only: no cgroup v2 here
  RED   no group is left
        left behind, which was not there before:
          cgroup: stepbox/17
        hint: rmdir(2) the group when nobody is in it any more (the claim's own hint: all of it)
1 passed, 3 failed, 1 skipped
"""


class Parse(unittest.TestCase):
    def test_an_entry_for_each_claim(self):
        entries = parse(REPORT)
        self.assertEqual([entry.name for entry in entries][:2], REPORT_NAMES)
        self.assertEqual([entry.is_red for entry in entries], [False, True, True, False, True])
        self.assertTrue(entries[0].is_green and entries[3].is_skipped)

    def test_a_reason_and_a_hint(self):
        entry = parse(REPORT)[1]
        self.assertEqual(entry.reason, "mine5: unknown option --memory")
        self.assertEqual(entry.hint.strip(), "hint: write memory.max")
        self.assertEqual(len(entry.seen), 5)

    def test_what_was_left_behind_is_one_line(self):
        entry = parse(REPORT)[4]
        self.assertEqual(entry.first, "left behind, which was not there before: cgroup: stepbox/17")
        self.assertEqual(entry.reason, "left behind: cgroup: stepbox/17")

    def test_an_empty_report_has_no_entries(self):
        self.assertEqual(parse(""), [])


REPORT_NAMES = ["the command is process 1", "a memory hog is killed: 137"]


class Reds(unittest.TestCase):
    def test_leftovers_come_last(self):
        late = "  RED   a\n        left behind, which was not there before:\n          link: veth0\n"
        self.assertEqual(reds(parse(late + "  RED   b\n        CHECK( x )\n")), ["b", "a"])


class Brief(unittest.TestCase):
    def test_all_that_was_seen_of_one_claim(self):
        text = brief.brief(parse(REPORT), "a memory hog is killed: 137")
        self.assertIn("          $ /work/build/mine5 -m 8m\n", text)

    def test_the_same_reason_stands_once(self):
        text = brief.brief(parse(REPORT), "a memory hog is killed: 137")
        self.assertIn(
            "        the same in 1 more:\n          a fork bomb stops at --pids-limit\n", text
        )
        self.assertIn("main.cpp does not read that option yet", text)
        self.assertNotIn("  RED   a fork bomb", text)

    def test_others_come_to_one_line_and_a_hint(self):
        entries = parse(REPORT)[4:]
        self.assertEqual(
            brief.brief(entries).splitlines()[1:],
            [
                "        left behind, which was not there before: cgroup: stepbox/17",
                "        hint: rmdir(2) the group when nobody is in it any more"
                " (the claim's own hint: all of it)",
            ],
        )

    def test_numbers_do_not_make_a_reason_another(self):
        report = "".join(
            f"  RED   {name}\n        left behind, which:\n          cgroup: stepbox/{number}\n"
            for name, number in (("a", 1), ("b", 22))
        )
        self.assertIn("the same in 1 more", brief.brief(parse(report)))

    def test_what_is_shown_first_is_how_the_text_begins(self):
        entries = parse(REPORT)[1:]
        whole = entries[0].name
        self.assertTrue(
            brief.brief(entries, whole).startswith(brief.head(entries[0], whole, brief.PLAIN))
        )


if __name__ == "__main__":
    unittest.main()
