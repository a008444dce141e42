import subprocess
import tempfile
import unittest
from pathlib import Path

AS_ROOT = Path(__file__).resolve().parents[1] / "as-root"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class AsRoot(unittest.TestCase):
    def as_root(self, *words, uid, **environment):
        """What it prints for a user; sudo is one that drops the environment."""
        with tempfile.TemporaryDirectory() as folder:
            fakes = {"id": f"echo {uid}", "sudo": f'shift; exec env -i PATH={PATH} BY=sudo "$@"'}
            for name, script in fakes.items():
                Path(folder, name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
                Path(folder, name).chmod(0o755)
            environment["PATH"] = f"{folder}:{PATH}"
            return subprocess.check_output([AS_ROOT, *words], env=environment, text=True)

    def test_sudo_is_used_by_others_only(self):
        self.assertEqual(self.as_root("sh", "-c", "echo $BY", uid=0), "\n")
        self.assertEqual(self.as_root("sh", "-c", "echo $BY", uid=1000), "sudo\n")

    def test_settings_survive_sudo_and_nothing_else_does(self):
        said = self.as_root(
            *("sh", "-c", 'echo "$STEPBOX_PATIENCE, $LABS_LOG, $OTHER"'),
            uid=1000, STEPBOX_PATIENCE="3", LABS_LOG="/a b", OTHER="x",
        )  # fmt: skip
        self.assertEqual(said, "3, /a b, \n")
