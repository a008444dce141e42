"""What the tests of engines share: an image of busybox/, daemons, and claims about commands.
For try_engines.py."""

import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
from pathlib import Path

from oci_bundle import becomes, mounts, run
from task import TOP
from terminal import Caller

IMAGE = "localhost/busybox"
TRAP = "trap 'exit 3' TERM; echo begun; while :; do sleep 0.05; done"
# Where the value of a limit stands below /sys/fs/cgroup, in v1 and in v2.
LIMITS = {
    "memory": ("memory{}/memory.limit_in_bytes", "{}/memory.max"),
    "cpu": ("cpu{}/cpu.cfs_quota_us", "{}/cpu.max"),
    "pids": ("pids{}/pids.max", "{}/pids.max"),
}


def make_image(room):
    """Writes busybox/ to image.tar, as `docker save` does: every engine reads that."""
    words = ["tar", "-C", TOP / "busybox", "-cf", "-", "."]
    layer = subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout
    config = {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, "unknown"),
        "os": "linux",
        "config": {"Env": ["PATH=/bin"], "Cmd": ["sleep", "1000"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [f"{IMAGE}:latest"], "Layers": ["layer.tar"]}]
    with tarfile.open(room.top / "image.tar", "w") as archive:
        for name, content in (
            ("config.json", json.dumps(config).encode()),
            ("layer.tar", layer),
            ("manifest.json", json.dumps(manifest).encode()),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def replace_file(room, path, text):
    """Puts a text in place of a file, in the stage only."""
    mine = room.top / path.strip("/").replace("/", "-")
    mine.write_text(text, encoding="utf-8")
    subprocess.run(["mount", "--bind", mine, path], check=True)
    room.mounts = mounts()


def shell(script):
    """The words of `run` for a script."""
    return [IMAGE, "sh", "-c", script]


class BasicEngine:
    """An engine with this runtime, and claims about it. `words` begin each of its commands."""

    words = []
    states = "/run/stepbox-oci/*"  # where the runtime keeps one container each

    def __init__(self, room, tally):
        self.room, self.tally = room, tally
        self.daemons = []

    def defect(self):
        """Why the engine does not work here, even with another runtime."""
        return ""

    def remove_all(self):
        """Removes what the parts have left; checks that nothing is there."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for daemon in reversed(self.daemons):
            daemon.terminate()
            daemon.wait()
        for point, _ in self.room.new_mounts():
            if not self.own_mount(point):
                self.tally.holds("no mount is left", point)
            subprocess.run(["umount", "-l", point])

    def own_mount(self, _):
        """Whether the engine leaves this mount until it ends, whatever the runtime does."""
        return False

    def groups_left(self):
        """The groups of containers. Those above them stay, as runc's do."""
        pattern = r"[0-9a-f]{64}|/c1?$|/buildah-"
        return [path for path in self.room.groups() if re.search(pattern, str(path))]

    def start_daemon(self, words, socket, **options):
        """Starts a daemon, and waits until it answers."""
        with open(self.room.top / f"{Path(words[0]).name}.log", "wb") as log:
            options = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log, **options}
            self.daemons.append(subprocess.Popen([str(word) for word in words], **options))
        becomes(lambda: Path(socket).exists())

    def call(self, *words, **options):
        """Runs a command of the engine."""
        return run(*self.words, *words, **options)

    def at_terminal(self, name, *words):
        """One claim: a shell begun by these words sees a terminal, reads from it, and ends. (It waits
        to be read: podman may lose the output of what ends at once.)"""
        screen = Caller(*self.words, *words, "sh", "-c", "tty; read x; exit $x")
        wrong = screen.shows("/dev/pts/0")
        screen.types("5\n")
        self.tally.holds(name, wrong or screen.ends(5))
        screen.close()

    def says(self, name, status, pattern, *words, **options):
        """One claim: the exit status (None: any but 0), and a pattern of the output."""
        ended = self.call(*words, **options)
        self.tally.holds(name, ended.unlike(status, pattern))
        return ended

    def becomes(self, name, pattern, *words):
        """One claim: the output soon has this pattern."""
        ended = becomes(lambda: (one := self.call(*words)).unlike(0, pattern) == "" and one)
        self.tally.holds(name, "" if ended else self.call(*words).unlike(0, pattern))


def limit(group, kind):
    """The value of a limit: the first word in the file."""
    for name in LIMITS[kind]:
        path = Path("/sys/fs/cgroup", name.format(group).lstrip("/"))
        if path.exists():
            return path.read_text("utf-8").split()[0]
    return f"no {kind} in {group}"
