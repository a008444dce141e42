"""Documents name only files, functions and types that exist."""

import pathlib
import re
import subprocess
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
PLACES = ["", "steps", "steps/07-unionfs", "common/testing", "scripts"]  # where names may begin
FILE = re.compile(r"[\w.*/-]+\.(?:[ch]pp|md|sh|py|json|cmake|txt|bash|yml)|(?:[\w.*-]+/)+[\w.*-]*")
NAME = re.compile(r"([A-Z]\w*[a-z]\w*)|(\w+)\(\)")
CALL = re.compile(r"`(\w+)\(\)` — `([^`]+)`")


def documents():
    """The documents about the sources."""
    found = [TOP / "CONTRIBUTING.md", TOP / "SECURITY.md", *TOP.glob("docs/*.md"),
             *TOP.glob("steps/*/README.md"), *TOP.glob("steps/*/*/README.md"),
             *TOP.glob("common/**/README.md")]
    return [path for path in found if path.exists()]


def words_of(text):
    """The texts in backticks on one line, outside of code blocks and comments."""
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


def exists(document, name):
    """A path from one of these places; a mere name is one of any source."""
    if "/" not in name and any(True for top in ("steps", "common") for _ in (TOP / top).rglob(name)):
        return True
    bases = [document.parent, *(TOP / place for place in PLACES)]
    return any(next(base.glob(name), None) for base in bases)


def missing_files(document, text):
    """Files that `text` names, in backticks or as links, and that do not exist."""
    names = [word for word in words_of(text)
             if FILE.fullmatch(word) and not re.search(r"[A-Z]{2,}", word)
             and not word.startswith(("/", "work/", "build/", "."))]
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)
             if not link.startswith(("http", "#"))]
    return [name for name in names if not exists(document, name)] + \
           [link for link in links if link and not (document.parent / link).exists()]


def sources():
    names = subprocess.run(["find", "common", "steps", "scripts", "-name", "*.?pp", "-o", "-name", "*.py"],
                           cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return {name: (TOP / name).read_text(errors="replace") for name in names}


class References(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.words = set(re.findall(r"\w+", "\n".join(sources().values())))

    def test_files_exist(self):
        for path in documents():
            with self.subTest(path.relative_to(TOP)):
                self.assertEqual(missing_files(path, path.read_text()), [])

    def test_names_are_found_in_the_sources(self):
        for path in documents():
            with self.subTest(path.relative_to(TOP)):
                names = [match[1] or match[2] for word in words_of(path.read_text())
                         if (match := NAME.fullmatch(word))]
                self.assertEqual([name for name in names if name not in self.words], [])

    def test_calls_are_found_in_the_files_named(self):
        text = (TOP / "docs/architecture.md").read_text()
        calls = CALL.findall(text)
        self.assertGreater(len(calls), 20)
        for function, name in calls:
            with self.subTest(function):
                self.assertRegex((TOP / "steps" / name).read_text(), rf"\b{function}\(")

    def test_locks_stand_in_their_order(self):
        ranks = re.search(r"enum class LockRank \{([^}]*)\}", (TOP / "common/lock_order.hpp").read_text())
        told = re.findall(r"^\| `(k\w+)` \|", (TOP / "docs/architecture.md").read_text(), re.MULTILINE)
        self.assertEqual(told, re.findall(r"k\w+", ranks[1]))

    def test_workflows_name_scripts_and_targets_that_exist(self):
        makefile = (TOP / "Makefile").read_text()
        for path in TOP.glob(".github/workflows/*.yml"):
            text = path.read_text()
            for script in re.findall(r"scripts/[\w/.-]+", text):
                self.assertTrue((TOP / script).exists(), script)
            for target in re.findall(r"make ([a-z]+)$", text, flags=re.MULTILINE):
                self.assertRegex(makefile, rf"(?m)^{target}:")
            for group in re.findall(r"scripts/setup ([a-z ]+)", text):
                for name in group.split():
                    self.assertIn(f"need_{name}()", (TOP / "scripts/setup").read_text())
            try:
                import yaml
            except ImportError:
                continue
            for job in yaml.safe_load(text)["jobs"].values():
                self.assertTrue(all("uses" in step or "run" in step for step in job["steps"]))

    def test_what_is_missing_is_seen(self):
        text = "`common/fd.hpp`, `verbs/no.cpp`, [x](no.md), `/etc/passwd`, `work/x.cpp`"
        self.assertEqual(missing_files(TOP / "README.md", text), ["verbs/no.cpp", "no.md"])


if __name__ == "__main__":
    unittest.main()
