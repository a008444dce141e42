#!/usr/bin/python3 -B
"""labs [CHAPTER]: checks that labs.md, or one chapter of it, shows the truth.

console   all commands of a chapter run in one shell, in a rehearsal of their own, and cram(1)
          compares their output; `…` stands for what varies within a line, `[N]` on a line of its
          own for an exit status; a block below <!-- needs: PROGRAM --> is left out where there is
          no such program
cpp, sh   equal the region that the line before names: <!-- code: FILE MARK -->, in FILE from the
          comment `LAB: MARK` to the next empty line or `LAB: end`
diff      <!-- diff: N -->: each line stands, in this order, in `make diffN`
steps     made, by `make stepN`, before they are used: a reader has typed only the commands above
diagrams  diagrams/NAME.svg is the output of dot(1) for diagrams/NAME.dot
"""

import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from summary import Summary

TOP = pathlib.Path(__file__).resolve().parents[2]
STEPS = [f"step{step}" for step in range(1, 8)]
PROGRAMS = [*STEPS, "stepbox-oci"]
NO_OVERLAY = 77  # scripts/rehearse
OUT_OF_TIME = 124  # timeout(1)
CHAPTER = re.compile(r"## (\d+)\. ")
NEEDS = re.compile(r"<!-- needs: (\S+) -->")


# --- the text of the book -------------------------------------------------------------------


def chapters(lines):
    """Numbers of the chapters, as text."""
    return [match[1] for line in lines if (match := CHAPTER.match(line))]


def cram_file(lines, chapter, missing=()):
    """A chapter as a cram file, whose line numbers are those of the book. Blocks that need one of the
    `missing` programs are left out."""
    mine, fenced, console, needs, cram = chapter == "0", False, False, None, []
    for line in lines:
        if not fenced and (match := CHAPTER.match(line)):
            mine = match[1] == chapter
        if not mine:
            cram.append("")
            continue
        if match := NEEDS.fullmatch(line):
            needs = match[1]
        if line.startswith("```"):
            fenced = not fenced
            console = line == "```console" and needs not in missing
            needs = needs if fenced else None
        if not console or line.startswith("```"):
            cram.append(f"# {line}")
        elif re.match(r"[$>] ", line) or "…" not in line:
            cram.append(f"  {line}")
        else:
            pattern = re.sub(r"([\\*?])", r"\\\1", line).replace("…", "*")
            cram.append(f"  {pattern} (glob)")
    return "\n".join(cram) + "\n"


def missing_programs(lines, chapter):
    """Programs that blocks of the chapter need, and that are not here."""
    mine, found = False, []
    for line in lines:
        if match := CHAPTER.match(line):
            mine = match[1] == chapter
        if mine and (match := NEEDS.fullmatch(line)) and not shutil.which(match[1]):
            found.append(match[1])
    return sorted(set(found))


def count_commands(cram):
    """Commands in a cram file."""
    return len(re.findall(r"^  \$ ", cram, re.MULTILINE))


class Block(NamedTuple):
    """A block, or a diagram, that is compared with a file or an output."""

    chapter: str
    line: int
    kind: str  # code, diff, diagram, unmarked
    words: list  # of its mark: FILE MARK; N; the diagram's path
    text: list  # its lines


def blocks(lines):
    """All blocks and diagrams of the book, but those of consoles and plain text."""
    chapter, mark, block = "0", None, None
    fenced = False
    for number, line in enumerate(lines, 1):
        if fenced:
            if line == "```":
                if block:
                    yield block
                fenced, block, mark = False, None, None
            elif block:
                block.text.append(line)
            continue
        if match := CHAPTER.match(line):
            chapter = match[1]
        if match := re.fullmatch(r"<!-- (code|diff): (.*) -->", line):
            mark = match[1], match[2].split()
            continue
        if line.startswith("```"):
            fenced = True
            if line not in ("```console", "```text"):
                block = Block(chapter, number, *(mark or ("unmarked", [line])), [])
            continue
        if match := re.search(r"\]\((diagrams/[^)]*)\)", line):
            yield Block(chapter, number, "diagram", [match[1]], [])
        mark = None


def region(lines, mark):
    """The lines of a source between its marks, without the indentation that all of them have."""
    found, inside = [], False
    for line in lines:
        text = line.lstrip(" ")
        if inside and (not text or re.fullmatch(r"(//|#) LAB: end", text)):
            break
        if inside and not re.match(r"(//|#) LAB: ", text):
            found.append(line)
        inside = inside or text in (f"// LAB: {mark}", f"# LAB: {mark}")
    indent = min((len(line) - len(line.lstrip(" ")) for line in found), default=0)
    return [line[indent:] for line in found]


def first_not_in_order(wanted, lines):
    """The first of these lines that does not follow, in `lines`, those before it; None if all do."""
    rest = iter(lines)
    return next((line for line in wanted if line not in rest), None)


def unmade_steps(lines):
    """A message for each console that uses a step before a command makes it."""
    console, made = False, set()
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            console = line == "```console"
        if not console or not re.match(r"[$>] ", line):
            continue
        for how, step in re.findall(r"(make |\./)(step[1-7])", line):
            if how == "./" and step not in made:
                yield f"labs.md:{number}: nothing above says: make {step}"
            made.add(step)


# --- the checks -----------------------------------------------------------------------------


class Report:
    """Prints verdicts, and counts them."""

    def __init__(self):
        self.total = Summary()

    def passed(self, title):
        """The book is right."""
        self.total += Summary(passed=1)
        print(f"  ok   {title}", flush=True)

    def skipped(self, title):
        """Cannot be checked on this machine."""
        self.total += Summary(skipped=1)
        print(f"  skip {title}", flush=True)

    def red(self, title, why):
        """The book is wrong; `why` may have many lines."""
        self.total += Summary(failed=1)
        print(f"  RED  {title}")
        for line in why.splitlines():
            print(f"       | {line}")
        sys.stdout.flush()

    def holds(self, title, why):
        """Red with that reason; passed if there is none."""
        if why:
            self.red(title, why)
        else:
            self.passed(title)


def be_crams_shell():
    """Acts as cram's shell, in the rehearsal. The commands are read from a file, so that none of them
    reads the next ones from stdin; the output goes to LABS_LOG, too."""
    with tempfile.NamedTemporaryFile() as script:
        script.write(sys.stdin.buffer.read())
        script.flush()
        # All is built, and only links to it are made: ninja would take a second to see that.
        subprocess.run(
            ["make", *PROGRAMS],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "STEPBOX_BUILT": "yes"},
            check=False,
        )
        command = 'bash "$0" </dev/null 2>&1 | tee "$LABS_LOG" | sed "s/…/.../g" | expand'
        return subprocess.run(["bash", "-c", command, script.name], check=False).returncode


def line_reached(log):
    """The line of the command that did not end: cram's shell prints, after each command, CRAM…, the
    line, and its status."""
    reached = re.findall(r"^CRAM[0-9.]+ (\d+)", log, re.MULTILINE)
    return int(reached[-1]) + 1 if reached else 0


def run_chapter(chapter, lines, scratch, report):
    """Runs the commands of a chapter."""
    missing = missing_programs(lines, chapter)
    for program in missing:
        report.skipped(f"chapter {chapter}: the commands that need {program}, which is not here")
    cram = cram_file([line.expandtabs() for line in lines], chapter, missing)
    if not count_commands(cram):
        return
    file, log = scratch / f"labs-{chapter}.t", scratch / "log"
    file.write_text(cram, encoding="utf-8")
    log.write_text("", encoding="utf-8")
    seconds = 240 * int(os.environ.get("STEPBOX_PATIENCE", 1))
    start = time.monotonic()
    words = ["scripts/rehearse", "timeout", "-k", "5", str(seconds), "cram3"]
    done = subprocess.run(
        [*words, f"--shell={TOP}/scripts/labs", file],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "LABS_LOG": str(log)},
        check=False,
    )
    said = done.stdout.decode(errors="replace")
    if done.returncode == 0:
        took = time.monotonic() - start
        report.passed(f"chapter {chapter}: {count_commands(cram)} commands ({took:.0f} s)")
    elif done.returncode == NO_OVERLAY:
        report.skipped(f"chapter {chapter}: this kernel has no overlay here")
    elif done.returncode == OUT_OF_TIME:
        where = line_reached(log.read_text(encoding="utf-8", errors="replace"))
        report.red(f"chapter {chapter}: after {seconds} s still at labs.md:{where}", said)
    else:
        report.red(f"chapter {chapter}", crams_difference(said))


def crams_difference(said):
    """cram's report, with names of the book."""
    said = re.sub(r"^--- .*", "--- labs.md", said, flags=re.MULTILINE)
    said = re.sub(r"^\+\+\+ .*", "+++ what it prints", said, flags=re.MULTILINE)
    lines = said.splitlines()
    return "\n".join(line for line in lines if not re.match(r"[!.]*$|# Ran", line))


def check_code(block, report):
    """A region of a source."""
    file, mark = block.words
    title = f"labs.md:{block.line}: {file} {mark}"
    try:
        found = region((TOP / file).read_text(encoding="utf-8").splitlines(), mark)
    except FileNotFoundError:
        found = []
    if not found:
        report.red(title, "the file has no such region")
        return
    report.holds(title, "\n".join(difflib.unified_diff(block.text, found, "labs.md", file, lineterm="")))


def check_diff(block, report):
    """Lines of `make diffN`."""
    step = block.words[0]
    shown = subprocess.run(["scripts/difference", step], stdout=subprocess.PIPE, check=True, text=True)
    missing = first_not_in_order(block.text, shown.stdout.splitlines())
    why = missing is not None and f"not in it, or not in this order: {missing}"
    report.holds(f"labs.md:{block.line}: make diff{step}", why)


def check_diagram(block, report):
    """A diagram."""
    svg = block.words[0]
    dot = svg.removesuffix(".svg") + ".dot"
    drawn = (TOP / svg).read_text(encoding="utf-8")
    made_by = re.search(r"Generated by graphviz version ([0-9.]*)", drawn)
    version = subprocess.run(["dot", "-V"], capture_output=True, text=True, check=True).stderr
    if made_by and made_by[1] not in version.split():
        report.skipped(f"labs.md:{block.line}: {svg} was made by graphviz {made_by[1]}, here is another version")
        return
    made = subprocess.run(["dot", "-Tsvg", dot], capture_output=True, text=True, check=False)
    difference = difflib.unified_diff(
        drawn.splitlines(), (made.stdout + made.stderr).splitlines(), svg, dot, lineterm=""
    )
    why = "\n".join(list(difference)[:20])
    if why:
        report.red(f"labs.md:{block.line}: {svg} (then: dot -Tsvg {dot} -o {svg})", why)
    else:
        report.passed(f"labs.md:{block.line}: {svg}")


def check_unmarked(block, report):
    """A block of code without a mark: it is compared with nothing."""
    report.red(f"labs.md:{block.line}: {block.words[0]}", "no line before it says what it must equal")


CHECKS = {
    "code": check_code,
    "diff": check_diff,
    "diagram": check_diagram,
    "unmarked": check_unmarked,
}


def check_book(lines, only):
    """Checks the book, or one chapter of it; returns the sum."""
    report = Report()
    scratch = pathlib.Path(tempfile.mkdtemp())
    try:
        for chapter in chapters(lines):
            if only in (None, chapter):
                run_chapter(chapter, lines, scratch, report)
    finally:
        shutil.rmtree(scratch)
    for block in blocks(lines):
        if only in (None, block.chapter):
            CHECKS[block.kind](block, report)
    report.holds("labs.md: steps are made before they are used", "\n".join(unmade_steps(lines)))
    for dot in sorted(pathlib.Path("diagrams").glob("*.dot")):
        if not any(f"({dot.with_suffix('.svg')})" in line for line in lines):
            report.red(str(dot), "labs.md does not show it")
    return report.total


def main(arguments):
    """The command line; returns the exit status."""
    os.chdir(TOP)
    if arguments == ["-"]:
        return be_crams_shell()
    lines = pathlib.Path("labs.md").read_text(encoding="utf-8").splitlines()
    only = arguments[0] if arguments else None
    if only and only not in chapters(lines):
        print(f"labs: no chapter {only} (there are: {' '.join(chapters(lines))})", file=sys.stderr)
        return 2
    programs = [*PROGRAMS, "breakout", "hello", "verify", "probe"]
    for command in ["scripts/setup", "labs"], ["scripts/build", *programs]:
        if subprocess.run(command, check=False).returncode:
            return 1
    total = check_book(lines, only)
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
