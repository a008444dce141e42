"""Steps and challenges as a student works on them: what `5` and `-shell` stand for in `make check5`
and `make check-shell`.

    task = Task("5")   # steps/05-cgroup, worked on in work/05-cgroup
    task = Task("-shell")   # steps/01-clone/challenges/shell, worked on in work/challenges/shell

All paths are relative to the repository's folder, which is the working directory of every program
here (see run_main()).
"""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).resolve().parents[2]
STEPS = "1234567"


class Complaint(Exception):
    """An error that is the user's to mend: run_main() prints it, exit status 2."""


def run_main(main):
    """Runs main(arguments) in the repository's folder, and exits with the status it returns."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `make check5 | head` ends silently
    os.chdir(TOP)
    os.environ["PWD"] = str(TOP)
    try:
        sys.exit(main(sys.argv[1:]))
    except Complaint as complaint:
        print(complaint, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


class Claim(NamedTuple):
    """A line of `verify --list`."""

    step: str
    kind: str  # new, hole or kept
    points: int
    name: str

    @classmethod
    def of_line(cls, line):
        step, kind, points, name = re.fullmatch(
            r"(\d) +(new|hole|kept) +(\d+)  (.*?)(?: \((?:until \d|sabotage [^)]*)\))?", line
        ).groups()
        return cls(step, kind, int(points), name)


def list_claims(challenge=None):
    """The claims of all steps, or of one challenge, in the order in which verify checks them."""
    words = ["build/verify", "--list"] + (["--challenge", challenge] if challenge else [])
    listed = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [Claim.of_line(line) for line in listed.splitlines()]


def challenge_folders():
    """All challenges: a folder with a README.md in some step's challenges/ is one."""
    return sorted(readme.parent for readme in Path("steps").glob("*/challenges/*/README.md"))


class Task:
    """A step or a challenge. Throws Complaint if there is no such one."""

    def __init__(self, which):
        self.which = which
        self.is_challenge = which.startswith("-")
        self.name = which[1:] if self.is_challenge else which
        if self.is_challenge:
            found = [folder for folder in challenge_folders() if folder.name == self.name]
            if not found:
                raise Complaint(f"There is no challenge {self.name}; make challenges names all.")
            self.folder = found[0]
            self.work = Path("work/challenges", self.name)
            self.step = self.folder.parts[1][1]
        else:
            if len(which) != 1 or which not in STEPS:
                raise Complaint(f"There are steps 1 to 7, no step '{which}'.")
            self.folder = next(Path("steps").glob(f"0{which}-*"))
            self.work = Path("work", self.folder.name)
            self.step = which

    @property
    def begun(self):
        """Whether there is a folder of the student's."""
        return self.work.is_dir()

    def require_work(self):
        """Throws Complaint, which says how to begin, if the task was not begun."""
        if not self.begun:
            raise Complaint(f"There is no {self.work} yet. To begin: make start{self.which}")

    @property
    def is_script(self):
        """Whether the challenge asks for a shell script, main.sh, rather than a program."""
        return self.is_challenge and (self.folder / "starter.sh").exists()

    @property
    def program(self):
        """The absolute path of what mine.build() makes."""
        return TOP / (self.work / "main.sh" if self.is_script else f"build/mine{self.which}")

    @property
    def helpers(self):
        """Build targets that checking needs. Challenges of step 7 use the runtime."""
        runtime = ["step7", "stepbox-oci"] if self.is_challenge and self.step == "7" else []
        return ["verify", "probe", "breakout", *runtime]

    @property
    def reference(self):
        """Our own files for what a student has in the work folder of a step."""
        if self.which == "7":
            storage = self.folder / "storage"
            return [self.folder / "main.cpp", storage / "overlay.cpp", storage / "overlay.hpp"]
        ours = (path for path in self.folder.iterdir() if path.suffix in (".cpp", ".hpp"))
        return sorted(
            path
            for path in ours
            if not path.name.startswith("verify") and not path.name.endswith("_unit.cpp")
        )

    def file_of(self, kind):
        """The `reference` or `starter` of a challenge, a program's source or a script."""
        return next(
            path for path in self.folder.glob(f"{kind}.*") if path.suffix in (".cpp", ".sh")
        )

    @property
    def hints(self):
        """The file with hints 2 and 3 of each claim. (Hint 1 is the claim's own.)"""
        return self.folder / "hints.md"

    @property
    def lesson(self):
        """The names of the claims that the task is about: those that its hints are for."""
        return re.findall(r"^## (.*)$", self.hints.read_text(encoding="utf-8"), re.MULTILINE)

    def claims_in_file(self):
        """The names of the claims in the step's verify.cpp (step 6: verify_ports.cpp, too). Other
        files have claims about our own program only."""
        names = []
        for pattern in ("verify.cpp", "verify_ports.cpp", "claims/verify.cpp"):
            for path in self.folder.glob(pattern):
                names += re.findall(r'^CLAIM\(\s*"([^"]*)"', path.read_text("utf-8"), re.MULTILINE)
        return names

    def earlier(self, claims):
        """The names of those of `claims` that a student's step must not break: what held in the
        steps before, and in this one. A hole need not stay open."""
        if self.is_challenge:
            return []
        lesson, own = self.lesson, self.claims_in_file()
        return [
            claim.name
            for claim in claims
            if claim.step <= self.step
            and claim.kind != "hole"
            and (claim.step != self.step or claim.name in own)
            and claim.name not in lesson
        ]

    def subject(self, program):
        """verify's options to check `program` in this task."""
        level = ["--challenge", self.name] if self.is_challenge else ["--step", self.which]
        return ["--subject", f"'{program}'", *level]

    def grading(self, program):
        """verify's options to grade `program`: the lesson, and what the step must not break."""
        if self.is_challenge:
            words = ["--grade", f"{self.name}=challenge:'{program}'"]
        else:
            words = ["--grade", f"mine{self.which}={self.which}:'{program}'"]
        kept = [each.name for each in list_claims() if each[:2] == (self.which, "kept")]
        return words + options_of_claims(self.lesson + kept)


def options_of_claims(names):
    """verify's options to check these only."""
    return [word for name in names for word in ("--claim", name)]


def begun_challenges(folder, steps=STEPS):
    """The challenges of `steps` that have a folder in FOLDER/challenges."""
    tasks = [Task("-" + each.name) for each in challenge_folders()]
    return [
        task for task in tasks if task.step in steps and Path(folder, "challenges", task.name).is_dir()
    ]


def set_aside(task):
    """Renames the work folder of a step, if there is one, to work/05-cgroup.old-N: nothing is lost."""
    if not task.work.exists():
        return
    number = 1
    while (old := Path(f"{task.work}.old-{number}")).exists():
        number += 1
    task.work.rename(old)
    print(f"what was in {task.work} is now in {old}")
