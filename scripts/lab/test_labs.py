import contextlib
import io
import unittest

import labs

BOOK = """# Book
```console
$ echo before
before
```
## 1. One
<!-- code: a.cpp gate -->
```cpp
int a;
```
```console
$ make step1
$ sudo ./step1 /bin/true
pid … is 5*
[7]
```
```cpp
int b;
```
<!-- diff: 2 -->
```diff
+new
```
![way](diagrams/way.svg)
## 2. Two
```text
$ ./step2
```
""".splitlines()

SOURCE = """void f() {
  // LAB: gate
  if (a) {
    // LAB: inner
    b();

  c();
  # LAB: end
  // LAB: rest
  d();
  // LAB: end
  e();
""".splitlines()


class CramFile(unittest.TestCase):
    def test_lines_keep_their_numbers(self):
        cram = labs.cram_file(BOOK, "1").splitlines()
        self.assertEqual(len(cram), len(BOOK))
        self.assertEqual(cram[11], "  $ make step1")

    def test_an_ellipsis_matches_anything_and_a_star_itself(self):
        self.assertIn("  pid * is 5\\* (glob)\n", labs.cram_file(BOOK, "1"))

    def test_only_consoles_of_the_chapter_are_run(self):
        self.assertEqual(labs.count_commands(labs.cram_file(BOOK, "1")), 2)
        self.assertEqual(labs.count_commands(labs.cram_file(BOOK, "2")), 0)

    def test_a_block_that_needs_a_missing_program_is_left_out(self):
        lines = [*BOOK[:6], "<!-- needs: no-such -->", *BOOK[10:]]
        self.assertEqual(labs.missing_programs(lines, "1"), ["no-such"])
        self.assertEqual(labs.missing_programs(lines, "2"), [])
        self.assertEqual(labs.count_commands(labs.cram_file(lines, "1")), 2)
        self.assertEqual(labs.count_commands(labs.cram_file(lines, "1", ["no-such"])), 0)
        again = [*lines[:13], "```console", "$ echo", "```"]
        self.assertEqual(labs.count_commands(labs.cram_file(again, "1", ["no-such"])), 1)

    def test_the_line_that_hangs_is_the_one_after_the_last_that_ended(self):
        self.assertEqual(labs.line_reached("CRAM12.5 7 0\nx\nCRAM12.5 9 0\n"), 10)


class Blocks(unittest.TestCase):
    def test_all_that_must_equal_something(self):
        found = [(each.chapter, each.line, each.kind, each.words) for each in labs.blocks(BOOK)]
        self.assertEqual(
            found,
            [
                ("1", 8, "code", ["a.cpp", "gate"]),
                ("1", 17, "unmarked", ["```cpp"]),
                ("1", 21, "diff", ["2"]),
                ("1", 24, "diagram", ["diagrams/way.svg"]),
            ],
        )
        self.assertEqual(next(labs.blocks(BOOK)).text, ["int a;"])


class Region(unittest.TestCase):
    def test_ends_at_an_empty_line_and_skips_inner_marks(self):
        self.assertEqual(labs.region(SOURCE, "gate"), ["if (a) {", "  b();"])

    def test_ends_at_its_mark(self):
        self.assertEqual(labs.region(SOURCE, "rest"), ["d();"])

    def test_one_that_is_missing_is_empty(self):
        self.assertEqual(labs.region(SOURCE, "none"), [])


class InOrder(unittest.TestCase):
    def test_all_in_order(self):
        self.assertIsNone(labs.first_not_in_order(["b", "d"], "abcd"))

    def test_the_first_that_is_not(self):
        self.assertEqual(labs.first_not_in_order(["d", "b"], "abcd"), "b")


class UnmadeSteps(unittest.TestCase):
    def test_a_step_is_made_above_its_use(self):
        self.assertEqual(list(labs.unmade_steps(BOOK)), [])
        lines = [line.replace("make step1", "make step2") for line in BOOK]
        self.assertEqual(
            list(labs.unmade_steps(lines)), ["labs.md:13: nothing above says: make step1"]
        )


class Verdicts(unittest.TestCase):
    def test_a_wrong_line_is_red(self):
        report = labs.Report()
        with contextlib.redirect_stdout(io.StringIO()) as said:
            report.holds("a", "")
            report.holds("b", "why\nso")
        self.assertEqual(str(report.total), "1 passed, 1 failed, 0 skipped")
        self.assertEqual(said.getvalue(), "  ok   a\n  RED  b\n       | why\n       | so\n")

    def test_crams_report_speaks_of_the_book(self):
        said = "!\n--- /tmp/labs-1.t\n+++ /tmp/labs-1.t.err\n@@ -1 +1 @@\n-a\n+b\n\n# Ran 1 tests\n"
        self.assertEqual(
            labs.crams_difference(said), "--- labs.md\n+++ what it prints\n@@ -1 +1 @@\n-a\n+b"
        )


if __name__ == "__main__":
    unittest.main()
