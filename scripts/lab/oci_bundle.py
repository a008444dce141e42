"""What try_oci.py and try_engines.py share: a room without effect on the machine, bundles for an
OCI runtime, and commands whose output is kept.

    inside = enter_room(__file__, arguments)   # None outside: the test has then run inside
    room = Room(*inside)
    container = Container(room, "echo hello", lambda config: config.update(hostname="h"))
    container.verb("run")   # an Ended: status, output
"""

import ctypes
import itertools
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from task import TOP

PATIENCE = 10 * int(os.environ.get("STEPBOX_PATIENCE", "1"))  # seconds
CAPABILITIES = [
    f"CAP_{name}" for name in ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "MKNOD", "SETUID")
]
NAMESPACES = ["pid", "ipc", "uts", "mount", "network"]
WAIT = "trap 'exit 7' TERM; echo begun; while :; do sleep 0.05; done"
PARENTS = ["/stepbox-oci", "/libpod_parent"]  # of groups: the room's, and those of kube play
PR_SET_CHILD_SUBREAPER = 36


class Ended:
    """A command that has ended: its exit status, what it printed, and both together. As a text: the
    command line, the exit status and the output, for the report of a failed check."""

    def __init__(self, words, status, out, err):
        self.words, self.status, self.out, self.err = words, status, out, err
        self.all = out + err

    def __str__(self):
        shown = " ".join(map(str, self.words))
        return f"$ {shown}\nexit status {self.status}\n{self.all}"

    def unlike(self, status, pattern=""):
        """The defect if its exit status is another (None: any but 0), or it shows nothing like
        this."""
        right = self.status != 0 if status is None else self.status == status
        if right and re.search(pattern, self.all, re.MULTILINE):
            return ""
        expected = "another than 0" if status is None else status
        return f"{self}\nexpected: exit status {expected}, and {pattern!r}"


def status_of(words, **options):
    """The exit status of a command, for which nobody waits forever. (The `timeout` of subprocess
    looks every 50 ms only.)"""
    with subprocess.Popen(words, **options) as process:
        handle = os.pidfd_open(process.pid)
        ended = select.select([handle], [], [], 2 * PATIENCE)[0]
        os.close(handle)
        if not ended:
            process.kill()
        return process.wait() if ended else "none, it has not ended"


def run(*words, stdin="", **options):
    """Runs a command. Its output goes to files, not to pipes: a container that it leaves behind
    may keep them open."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with tempfile.TemporaryFile() as given:
            given.write(stdin.encode())
            given.seek(0)
            words = [str(word) for word in words]
            status = status_of(words, stdin=given, stdout=out, stderr=err, **options)
        texts = []
        for file in out, err:
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return Ended(words, status, *texts)


def becomes(condition):
    """Waits until the condition holds; returns its last value."""
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return value


def enter_room(itself, arguments):
    """Runs the test again, as root in a stage with a PID namespace of its own, and ends with its
    exit status. There it returns the temporary directory and the other arguments."""
    if arguments[:1] == ["--inside"]:
        # Those of a shell's background jobs are ignored; a shell inside could not trap them.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        return arguments[1:]
    subprocess.run(["scripts/rootfs", "busybox"], check=True)
    with tempfile.TemporaryDirectory(prefix="try-oci-") as scratch:
        words = ["scripts/as-root", TOP / "scripts/stage", "unshare", "--pid", "--fork"]
        words += ["--kill-child", "--mount-proc", Path(itself).resolve(), "--inside", scratch]
        sys.exit(subprocess.run([*words, *arguments]).returncode)


def hide_unified():
    """crun and podman take the other trees of groups for v1 only where this one is not. What they
    make in its place goes away with the stage."""
    place = "/sys/fs/cgroup/unified"
    if os.path.ismount(place):
        subprocess.run(["umount", place], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "nothing", place], check=True)


def mounts():
    """Each mount: its point, and the type of its file system."""
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    return [(line.split()[4], line.partition(" - ")[2].split()[0]) for line in lines]


def pids():
    """All processes here that have not ended."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if path.joinpath("stat").read_text("utf-8").rpartition(")")[2].split()[0] not in "ZX":
                found.add(int(path.name))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def reap():
    """Waits for the orphans that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


class Room:
    """A tmpfs with a rootfs, the state of containers, their bundles; and a group of its own. Makes
    this process the parent of all that the runtime leaves, as an engine's monitor is."""

    def __init__(self, scratch, program="build/stepbox-oci"):
        self.top = Path(scratch)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "mode=755", "room", self.top], check=True
        )
        self.program = str(TOP / program) if "/" in program else shutil.which(program) or program
        self.group = f"/stepbox-oci/test-{self.top.name[-8:]}"
        self.root = self.top / "state"
        self.rootfs = self.top / "rootfs"
        for name in "state", "bundles", "log":
            (self.top / name).mkdir()
        (self.top / "log").chmod(0o777)
        self.copy_rootfs(self.rootfs)
        self.numbers = itertools.count(1)
        self.mounts = mounts()
        tops = [point for point, kind in mounts() if kind.startswith("cgroup")]
        self.parents = {
            top: [path for path in PARENTS if not Path(top + path).exists()] for top in tops
        }
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)

    def copy_rootfs(self, target):
        """A rootfs that one container may change."""
        subprocess.run(["cp", "-a", TOP / "busybox", target], check=True)
        target.chmod(0o755)
        return target

    def call(self, *words, **options):
        """Runs the runtime with these arguments."""
        return run(self.program, "--root", self.root, *words, **options)

    def groups(self):
        """The directories that belong to the room, in all trees of groups."""
        tops = [Path(point + self.group) for point, kind in mounts() if kind.startswith("cgroup")]
        return [path for top in tops for path in top.glob("**/") if path.is_dir()]

    def left(self, *, groups=True):
        """What is there that must not be there when no container is."""
        reap()
        becomes(lambda: reap() or pids() == {os.getpid()})
        found = [f"process {pid}: {name_of(pid)}" for pid in pids() - {os.getpid()}]
        found += [f"in the state: {path}" for path in self.root.glob("*")]
        found += [f"group {path}" for path in (self.groups() if groups else [])]
        found += [f"mount on {point}" for point, _ in self.new_mounts()]
        return "\n".join(found)

    def clear(self):
        """Ends what a failure has left, so that the next part begins with nothing."""
        for path in self.root.glob("*"):
            self.call("delete", "--force", path.name)
        for pid in pids() - {os.getpid()}:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        reap()

    def new_mounts(self):
        """The mounts that are not the room's, the last one first."""
        return [one for one in reversed(mounts()) if one not in self.mounts]

    def close(self):
        """Removes what failures may have left."""
        for path in sorted(self.groups(), reverse=True):
            try:
                path.rmdir()
            except OSError as error:
                print(f"  {error}")
        for top, parents in self.parents.items():  # the last one that has used them removes them
            for path in parents:
                try:
                    Path(top + path).rmdir()
                except OSError:
                    pass
        subprocess.run(["umount", "-l", self.top], check=True)


def name_of(pid):
    """The command line of a process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return "it has just ended"


def basic_config(rootfs):
    """What is like in all bundles."""
    safe = ["nosuid", "noexec", "nodev"]

    def mount(destination, kind, options):
        return {"destination": destination, "type": kind, "source": kind, "options": options}

    return {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": 0, "gid": 0},
            "env": ["PATH=/bin"],
            "cwd": "/",
            "capabilities": {
                kind: list(CAPABILITIES) for kind in ("bounding", "effective", "permitted")
            },
        },
        "root": {"path": str(rootfs)},
        "mounts": [
            mount("/proc", "proc", safe),
            mount("/dev", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            mount("/dev/pts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666"]),
            mount("/dev/shm", "tmpfs", [*safe, "mode=1777"]),
            mount("/sys", "sysfs", [*safe, "ro"]),
            mount("/sys/fs/cgroup", "cgroup", [*safe, "ro"]),
        ],
        "annotations": {"org.stepbox.colour": "blue"},
        "linux": {
            "namespaces": [{"type": kind} for kind in NAMESPACES],
            "resources": {"devices": [{"allow": False, "access": "rwm"}]},
        },
    }


class Container:
    """A bundle whose command is a script for the shell, or a list of words. `change` changes its
    config; `own`: with a rootfs of its own."""

    def __init__(self, room, command, change=None, *, own=False):
        self.room, self.id = room, f"c{next(room.numbers)}"
        self.bundle = room.top / "bundles" / self.id
        self.bundle.mkdir()
        self.rootfs = room.copy_rootfs(self.bundle / "rootfs") if own else room.rootfs
        self.config = basic_config("rootfs" if own else self.rootfs)
        words = ["sh", "-c", command] if isinstance(command, str) else command
        self.config["process"]["args"] = words
        self.config["linux"]["cgroupsPath"] = f"{room.group}/{self.id}"
        if change:
            change(self.config)
        self.save()

    def save(self):
        """Writes config.json."""
        (self.bundle / "config.json").write_text(json.dumps(self.config), encoding="utf-8")

    def verb(self, verb, *words, **options):
        """Runs a verb for this container: options first, then what follows its id after `...`."""
        split = words.index(...) if ... in words else len(words)
        before, after = list(words[:split]), words[split + 1 :]
        if verb in ("create", "run"):
            before += ["--bundle", self.bundle]
        return self.room.call(verb, *before, self.id, *after, **options)

    def create(self, *words):
        """Like verb("create"); the container's output goes to a file, for output()."""
        with open(self.bundle / "output", "wb") as output:
            words = [self.room.program, "--root", self.room.root, "create", *words]
            words += ["--bundle", self.bundle, self.id]
            words = [str(word) for word in words]
            status = status_of(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        return Ended(words, status, self.output(), "")

    def begin(self):
        """create and start; returns the defect, if any."""
        return self.create().unlike(0) or self.verb("start").unlike(0)

    def output(self):
        """What the container of create() has printed until now."""
        return (self.bundle / "output").read_text("utf-8", errors="replace")

    def prints(self, text):
        """Waits for a text in the output; returns the defect, if any."""
        found = becomes(lambda: text in self.output())
        return "" if found else f"{text!r} is not in the output: {self.output()!r}"

    def state(self):
        """What state prints: an empty object if it fails."""
        ended = self.verb("state")
        return json.loads(ended.out) if ended.status == 0 else {}

    def status(self):
        """The status by state."""
        return self.state().get("status", "none")

    def delete(self):
        """Removes it, whatever its state is."""
        ended = self.verb("delete", "--force")
        reap()
        return ended

    def traces(self):
        """What there is of it: state, groups."""
        found = [path for path in self.room.groups() if path.name == self.id]
        if (self.room.root / self.id).exists():
            found.append(self.room.root / self.id)
        return "".join(f"left behind: {path}\n" for path in found)


def ended_status(pid):
    """The wait status of a process that was left to us: this proves, too, that it was."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            which, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return None
        if which:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    return None


def differs(found, expected):
    """The defect, if they are not the same."""
    return "" if found == expected else f"found:    {found!r}\nexpected: {expected!r}"
