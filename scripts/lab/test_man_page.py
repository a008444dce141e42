#!/usr/bin/python3 -B
"""Unit tests of man_page.py: parsing of help texts, escaping for roff."""

import re
import unittest

import man_page

PROGRAM_HELP = """Usage: stepbox [--root DIR] VERB [ARG...]
       stepbox [OPTIONS] IMAGE    (as run does)

Run:
  attach      Connect this terminal

Ask:
  ps          List containers

stepbox VERB --help tells more of each."""

VERB_HELP = """Usage: stepbox run [OPTIONS] IMAGE

Run it.

Process:
  -i,--interactive                Keep stdin open
  -p,--publish [IP:][HOST:]CONTAINER[/udp]
                                  Publish a port,
                                  or many
Limits:
  --cpus N                        How many: 0.5 is half of one

Exit status: 125 stepbox failed.

Example: sudo stepbox run busybox"""


class ManPage(unittest.TestCase):
    def test_verbs_stand_in_groups(self):
        self.assertEqual(man_page.parse_verbs(PROGRAM_HELP),
                         [("Run", [("attach", "Connect this terminal")]),
                          ("Ask", [("ps", "List containers")])])

    def test_options_stand_in_groups(self):
        usage, groups, rest = man_page.parse_verb(VERB_HELP)
        self.assertEqual(usage, "stepbox run [OPTIONS] IMAGE")
        self.assertEqual(groups, [
            ("Process", [("-i,--interactive", "Keep stdin open"),
                         ("-p,--publish [IP:][HOST:]CONTAINER[/udp]", "Publish a port, or many")]),
            ("Limits", [("--cpus N", "How many: 0.5 is half of one")])])
        self.assertEqual(re.split("\n\n+", rest),
                         ["Run it.", "Exit status: 125 stepbox failed.",
                          "Example: sudo stepbox run busybox"])

    def test_the_exit_status_is_not_repeated_for_each_verb(self):
        section = "\n".join(man_page.verb_section("run", "Run it", VERB_HELP))
        self.assertNotIn("125", section)
        self.assertIn("Example: sudo stepbox run busybox", section)
        self.assertEqual(section.count("Run it."), 1)

    def test_text_is_no_request_of_roff(self):
        self.assertEqual(man_page.escape(".so x\n'tis -a \\n"), "\\&.so x\n\\&'tis \\-a \\en")
        self.assertEqual(man_page.quote('a "b"'), '"a \\(dqb\\(dq"')


if __name__ == "__main__":
    unittest.main()
