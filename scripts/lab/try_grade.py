#!/usr/bin/python3 -B
"""try_grade: grade_all, for a class with right, wrong, missing, careless and hostile submissions of
step 1. It starts a virtual machine for each, so it is a part of .ci/run and not of make test.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from start import install
from tally import Tally
from task import TOP, Task, list_claims, run_main

# Programs that are handed in as main.cpp.
PROGRAMS = {
    "broken": "int main( {\n",
    "thief": 'int main() {} asm(".incbin \\"/etc/shadow\\"");\n',
    "stowaway": 'int main() {} asm(".incbin \\"step1\\"");\n',
    "forger": r"""#include <unistd.h>
#include <fstream>
int main() {
  for (const char* to : {"/proc/2/fd/1", "/dev/hvc0"}) {
    std::ofstream(to) << R"({"score": 99, "execution_time": 1, "output": "", "extra_data": {},
"tests": [{"number": "step 1", "score": 99}]})" << "\n";
  }
  std::ofstream("/dev/kmsg") << "<2>stepbox-vm: exit 0\n";
  sleep(2);
}
""",
    "hangs": "int main() { for (;;) {} }\n",
    "floods": f"""#include <unistd.h>
#include <fstream>
int main() {{
  for (std::string name = "{TOP}/flood";; name += 'd') {{
    fork();
    std::ofstream(name) << std::string(1 << 20, 'x');
    std::ofstream("/tmp/flood" + std::to_string(getpid())) << std::string(1 << 20, 'x');
  }}
}}
""",
}

# What a submission must get: a title, the name, whether it is all points for the step or none, and
# what its report says, as a pattern.
EXPECTED = [
    ("a right solution has all points", "ada", True, ""),
    ("a challenge counts as extra points", "ada", True, '"extra": 7'),
    ("a comma in a name, and tests among the files, change nothing", "bob, junior", True, ""),
    ("an archive does as well as a folder", "carol", True, ""),
    ("a skeleton has no points", "begun", False, ""),
    ("an empty submission has none", "late", False, "there is no 01-clone/main.cpp"),
    ("a submission that does not compile says why", "broken", False, "error: "),
    ("the compiler reads no file outside of the sandbox", "thief", False, "not found: /etc/shadow"),
    ("nor the solution", "copyist", False, "undefined .*main"),
    ("nor the program that is made of it", "stowaway", False, "file not found: step1"),
    ("root in the machine cannot forge a report", "forger", False, "meddled with"),
    ("a link out of the folder leads nowhere", "o'link", False, ""),
    ("a program that hangs is ended", "hangs", False, ""),
    ("so is a fork bomb that fills the disk", "floods", False, ""),
    ("a damaged archive has none", "damaged", False, ""),
]


def hand_in(folder):
    """Makes the class's folder."""
    step = Task("1")
    ours = [TOP / path for path in step.reference]
    copied = "".join(f'#include "{path}"\n' for path in ours if path.suffix == ".cpp")
    for place in "ada/work", "bob, junior", "carol":
        install(ours, folder / place / "01-clone")
    shell = folder / "ada/work/challenges/shell/main.cpp"
    shell.parent.mkdir(parents=True)
    shutil.copy(Task("-shell").file_of("reference"), shell)
    tests = folder / "bob, junior/01-clone/verify.cpp"
    tests.write_text("#error these are mine\n", encoding="utf-8")
    shutil.make_archive(folder / "carol", "zip", folder, "carol")
    shutil.rmtree(folder / "carol")
    install((step.folder / "skeleton").iterdir(), folder / "begun/01-clone")
    for name, source in {**PROGRAMS, "copyist": copied}.items():
        install([], folder / name / "01-clone")
        (folder / name / "01-clone/main.cpp").write_text(source, encoding="utf-8")
    (folder / "late").mkdir()
    (folder / "o'link").mkdir()
    (folder / "o'link/01-clone").symlink_to("../ada/work/01-clone")
    (folder / "damaged.tar.gz").write_text("junk\n", encoding="utf-8")


def report_wrong(name, points, words):
    """What is wrong with a student's report: the points for steps, or what it says."""
    text = Path("grades", f"{name}.json").read_text(encoding="utf-8")
    report = json.loads(text)
    earned = report["score"] - report.get("extra_data", {}).get("extra", 0)
    for_gradescope = {"score", "max_score", "name", "output"}
    if earned == points and re.search(words, text):
        return "" if all(for_gradescope <= test.keys() for test in report["tests"]) else text
    return f"{earned} points; expected: {points}, and {words}\n{text}"


def main(_):
    """The command line; returns the exit status."""
    for words in ["scripts/setup", "grade", "vm"], ["scripts/build", "verify"]:
        if subprocess.run(words).returncode != 0:
            return 1
    tally, lesson = Tally(), Task("1").lesson
    full = sum(claim.points for claim in list_claims() if claim.name in lesson)
    with tempfile.TemporaryDirectory() as scratch:
        hand_in(Path(scratch))
        settings = {**os.environ, "STEPS": "1", "DEADLINE": "75"}
        row = rf"^bob, junior +{full} +{full} +0$"
        words = ["make", "grade-all", f"DIR={scratch}"]
        print(tally.types("works", row, *words, env=settings), end="")
    for what, name, is_right, words in EXPECTED:
        tally.holds(what, report_wrong(name, full if is_right else 0, words))
    table = Path("grades/grades.csv").read_text(encoding="utf-8")
    right = re.search(rf'^"bob, junior","{full}","{full}","0"$', table, re.MULTILINE)
    tally.holds("the table is there as CSV", "" if right else table)
    left = [str(path) for path in (*Path().glob("build-grade.*"), *Path().glob("flood*"))]
    tally.holds("nothing is left", "\n".join(left))
    tally.types("fails", "DIR=submissions", "make", "grade-all", "DIR=")
    tally.types("fails", "no such folder", "make", "grade-all", f"DIR={scratch}")
    return tally.end()


if __name__ == "__main__":
    run_main(main)
