#!/usr/bin/python3 -B
"""grade_all DIR: points for a class. DIR holds one folder or archive (zip, tar.gz, ...) a student,
with 01-clone, challenges/shell and so on, or a work/ that has them. Prints a table; keeps it as
grades/grades.csv, and beside it each student's results.json, in Gradescope's form.

    STEPS     the steps to grade, with their challenges (default: all that anybody has begun)
    DEADLINE  seconds for one student's claims (1800)

Of a submission only the sources of its steps are taken, no tests. They are compiled here, by our
build files, in a sandbox without network that sees neither our solution nor other submissions. The
programs run in a virtual machine of their own, which sees one folder and cannot write there.
"""

import csv
import hashlib
import json
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import mine
from parts import end_by_signals
from task import STEPS, TOP, Complaint, Task, begun_challenges, challenge_folders, run_main

ARCHIVE = re.compile(r"\.(zip|7z|tar|t[a-z]z2?|tar\.[a-z0-9]+)\Z")
SOURCE = re.compile(r"(?!\.|verify)(?!.*_unit\.cpp\Z).*\.[ch]pp|main\.sh")
WHY = "no report, or not ours: its machine hung, died or was meddled with"
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/alternatives", "/etc/ld.so.cache")
SANDBOX = [
    *"timeout --kill-after=5 300 prlimit --as=4000000000 --fsize=300000000".split(),
    *"bwrap --unshare-all --die-with-parent --new-session --cap-drop ALL --clearenv".split(),
    *"--setenv PATH /usr/bin:/bin --setenv HOME /tmp --proc /proc --dev /dev".split(),
    *"--size 100000000 --tmpfs /tmp".split(),
    *(word for path in SYSTEM for word in ("--ro-bind-try", path, path)),
]
BUILD_FILES = "CMakeLists.txt CMakePresets.json cmake common steps scripts".split()
# Our own tar packs the sources: there may be a whole build folder in the archive, too big for that.
UNPACK = r"""mkdir /tmp/in && cd /tmp/in &&
  bsdtar -xf /archive --no-same-owner --include '*.[chs][ph]*' &&
  find . -type f -size -500k \( -name '*.[ch]pp' -o -name main.sh \) | tar -c -T -"""
# A submitted program is root in the machine, and could write a forged report to the console. So the
# report is sealed with a secret, which can be read once, before any program is started.
ASK = """read -r secret </dev/vport0p1
report=$({} 2>/dev/null)
printf '%s\\n' "$report" "$(sha256sum <<<"$secret$report$secret")"
"""


def sandbox(*words, **streams):
    """Whether `[OPTION...] -- COMMAND...` succeeds with programs, libraries and a small /tmp."""
    return subprocess.run([*SANDBOX, *words], stdin=subprocess.DEVNULL, **streams).returncode == 0


def unpack(archive, to):
    """Unpacks its sources, in the sandbox; returns whether that succeeded."""
    to.mkdir()
    with tempfile.TemporaryFile() as packed:
        done = sandbox("--ro-bind", archive, "/archive", "--", "sh", "-c", UNPACK, stdout=packed)
        packed.seek(0)
        return done and subprocess.run(["tar", "-x", "-C", to], stdin=packed).returncode == 0


def name_of(submission):
    """The student's name: that of the folder, or that of the archive without its ending."""
    return ARCHIVE.sub("", submission.name) if submission.is_file() else submission.name


def is_source(path):
    """Whether the file is taken: no test, no link, nothing large."""
    taken = SOURCE.fullmatch(path.name) and path.is_file() and not path.is_symlink()
    return bool(taken) and path.stat().st_size < 500_000


def collect(submission, to):
    """Copies its sources, as TO/05-cgroup/main.cpp. No link leads out of the submission."""
    to.mkdir()
    inside = sorted(submission.glob("[!.]*"))
    bases = [submission / "work", submission, *(path / "work" for path in inside), *inside]
    bases = [base for base in bases if base.name != "steps"]  # in a copy of the whole lab: ours
    for which in [*STEPS, *(f"-{folder.name}" for folder in challenge_folders())]:
        place = Task(which).work.relative_to("work")
        folders = (base / place for base in bases if (base / place).is_dir())
        own = (each for each in folders if submission.resolve() in each.resolve().parents)
        if folder := next(own, None):
            (to / place).mkdir(parents=True)
            for path in filter(is_source, folder.iterdir()):
                shutil.copyfile(path, to / place / path.name)


def collect_all(submissions, scratch):
    """Collects each submission in a folder that is named as the student; returns the folders."""
    (scratch / "unpacked").mkdir()
    works = []
    for submission in sorted(submissions.glob("[!.]*")):
        work = scratch / "class" / name_of(submission)
        if work in works:
            raise Complaint(f"grade-all: two submissions of one name: {work.name}")
        if submission.is_file():
            archive, submission = submission, scratch / "unpacked" / work.name
            if not unpack(archive, submission):
                print(f"grade-all: cannot unpack {archive}", file=sys.stderr)
        work.parent.mkdir(exist_ok=True)
        collect(submission, work)
        works.append(work)
    if not works:
        raise Complaint(f"grade-all: nobody has submitted anything: {submissions} is empty")
    return works


def forget_programs(build):
    """Removes our programs, and those of others: a source could contain one (.incbin)."""
    for path in build.rglob("*"):
        ours = re.search(r"/(step.|unit)\Z|/mine|/reference-", f"/{path.relative_to(build)}")
        if ours and path.is_file() and not path.is_symlink():
            path.unlink()


def compile_program(task, work, scratch):
    """Makes mineN in the sandbox's build folder; returns the compiler's output, and the success."""
    # Our solution of this step or of challenges, and main.cpp of all steps, are empty files in
    # there, too old for anything to be made of them.
    lesson = "" if task.is_challenge else Path(f"build/lesson{task.which}.txt").read_text("utf-8")
    hidden = [*TOP.glob("steps/*/main.cpp"), *TOP.glob("steps/*/challenges/*/reference.*")]
    binds = [(TOP / name, TOP / name) for name in BUILD_FILES]
    binds += [(scratch / "empty", TOP / path) for path in (*hidden, *lesson.split())]
    words = [word for bind in (*binds, (work, TOP / "work")) for word in ("--ro-bind", *bind)]
    words += ["--bind", scratch / "build", TOP / "build", "--chdir", TOP]
    with tempfile.TemporaryFile() as log:
        command = ["--", "scripts/build", f"mine{task.which}"]
        built = sandbox(*words, *command, stdout=log, stderr=subprocess.STDOUT)
        log.seek(0)
        return mine.readable(log.read(100_000).decode(errors="replace"), task.which), built


def make_program(task, work, program, scratch):
    """Makes the program of what was handed in; PROGRAM.why says why not."""
    source = task.work.relative_to("work") / ("main.sh" if task.is_script else "main.cpp")
    said = ""
    if not (work / source).exists():
        said = f"there is no {source}\n"
    elif task.is_script:
        shutil.copyfile(work / source, program)
        program.chmod(0o755)
    else:
        said, built = compile_program(task, work, scratch)
        if built:
            (scratch / "build" / program.name).rename(program)
        forget_programs(scratch / "build")
    Path(f"{program}.why").write_text(said, encoding="utf-8")


def unseal(said, secret):
    """The report in what the machine printed; None if it is broken, or its seal is wrong."""
    report, _, seal = said.replace(b"\0", b"").rstrip(b"\n").rpartition(b"\n")
    right = hashlib.sha256(secret.encode() + report + secret.encode() + b"\n").hexdigest()
    try:
        return json.loads(report) if seal == f"{right}  -".encode() else None
    except ValueError:
        return None


def ask_in_machine(box, question):
    """verify's report from a machine that sees `box`; None if there is none, or a forged one."""
    secret = secrets.token_hex(16)
    (box / "ask").write_text(ASK.format(shlex.join(question)), encoding="utf-8")
    settings = {**os.environ, "CMD": "bash ask", "SHARE": "ro", "SECRET": secret}
    with subprocess.Popen([box / "scripts/vm"], env=settings, stdout=subprocess.PIPE) as machine:
        try:
            return unseal(machine.stdout.read(10_000_000), secret)
        finally:
            machine.kill()  # it may print more than that, or we are interrupted


def judge(tasks, work, scratch):
    """The report on all these tasks, from one machine; None if there is none."""
    box = scratch / "box"
    shutil.rmtree(box, ignore_errors=True)
    shutil.copytree("scripts", box / "scripts")
    (box / "build").mkdir()
    (box / "busybox/bin").mkdir(parents=True)
    shutil.copy("busybox/bin/busybox", box / "busybox/bin")
    question = ["build/verify", "--format", "json"]
    for task in tasks:
        for helper in task.helpers:
            shutil.copy(f"build/{helper}", box / "build")
        program = box / f"build/mine{task.which}{'.sh' if task.is_script else ''}"
        make_program(task, work, program, scratch)
        question += task.grading(program)
    return ask_in_machine(box, question)


def sum_of(reports):
    """One report of several; with no point, and why, if one of them is missing."""
    if None in reports:
        return {"score": 0, "output": WHY, "tests": []}
    total = {key: sum(each[key] for each in reports) for key in ("score", "execution_time")}
    total["output"] = "; ".join(each["output"] for each in reports)
    extra = [each["extra_data"] for each in reports]
    total["extra_data"] = {key: sum(each[key] for each in extra) for key in ("reachable", "extra")}
    total["tests"] = [test for each in reports for test in each["tests"]]
    return total


def grade(work, steps, scratch):
    """The report on a student's work."""
    # Challenges that use step 7 get a machine of their own: in the other one there is nothing of
    # ours that a step could call.
    plain, with_step7 = [Task(step) for step in steps], []
    for task in begun_challenges(work, os.environ.get("STEPS") or STEPS):
        (with_step7 if "step7" in task.helpers else plain).append(task)
    report = sum_of([judge(tasks, work, scratch) for tasks in (plain, with_step7) if tasks])
    if report["output"] == WHY:
        print(f"grade-all: {work.name}: {WHY}", file=sys.stderr)
    return report


def row_of(name, report, steps):
    """The student's line of the table."""

    def points(section):
        return sum(each["score"] for each in report["tests"] if each["number"].startswith(section))

    sections = [*(f"step {step}" for step in steps), "step ", "challenge "]
    return [os.fsencode(name).decode(errors="replace"), *(str(points(each)) for each in sections)]


def aligned(rows):
    """The table, as column(1) prints it."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "".join(f"{line}\n" for line in lines)


def grade_class(submissions, scratch):
    """Grades all, in grades/NAME.json; returns the table."""
    shutil.copytree("build", scratch / "build", symlinks=True)
    forget_programs(scratch / "build")
    (scratch / "empty").touch()
    os.utime(scratch / "empty", (0, 0))
    works = collect_all(submissions, scratch)
    begun = {path.name[1] for work in works for path in work.glob("0*")}
    steps = os.environ.get("STEPS", "").split() or sorted(begun)
    if not steps:
        what = "01-clone, 02-chroot and so on are looked for"
        raise Complaint(f"grade-all: no step in any submission: {what}")
    rows = [["student", *(f"step{step}" for step in steps), "total", "extra"]]
    for work in works:
        report = grade(work, steps, scratch)
        text = json.dumps(report, indent=2, ensure_ascii=False)
        Path(f"grades/{work.name}.json").write_text(f"{text}\n", encoding="utf-8")
        rows.append(row_of(work.name, report, steps))
    return rows


def main(arguments):
    """The command line; returns the exit status."""
    if not arguments or not arguments[0]:
        raise Complaint("grade-all: where is the class? make grade-all DIR=submissions")
    if not Path(arguments[0]).is_dir():
        raise Complaint(f"grade-all: no such folder: {arguments[0]}")
    if TOP.parts[1] in ("usr", "etc", "var", "opt"):
        raise Complaint(f"grade-all: move the lab: the machines see all of /{TOP.parts[1]}/")
    for words in ["scripts/setup", "grade", "vm"], ["scripts/build", "all"]:
        if subprocess.run(words).returncode != 0:
            return 2
    end_by_signals()
    Path("grades").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-grade.", dir=TOP) as scratch:
        rows = grade_class(Path(arguments[0]), Path(scratch))
    with open("grades/grades.csv", "w", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    print(aligned(rows), end="")
    return 0


if __name__ == "__main__":
    run_main(main)
