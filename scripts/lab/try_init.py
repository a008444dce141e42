#!/usr/bin/python3 -B
"""try_init: whether Debian's systemd reaches multi-user.target as process 1 of a privileged container of
step 7, and makes no group outside of the container's. Only for a virtual machine of scripts/vm, with
any layout of cgroups: it mounts in the machine. The image is made of the machine's own files.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tally import Tally
from task import TOP, run_main

PLACE = Path("/run/try-init")
ROOT = PLACE / "root"
NAME = "debian"
OPTIONS = [
    *("--privileged", "--network", "none", "--tmpfs", "/run:exec", "--tmpfs", "/tmp"),
    *("-v", "/usr:/usr:ro", "-e", "container=stepbox", "--stop-signal", "RTMIN+3", "--rootfs"),
]
STEP7 = [TOP / "build/step7", "--root", PLACE / "store"]


def output_of(*words):
    """What the command prints, on stdout and stderr, without the last newline."""
    ended = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return ended.stdout.rstrip("\n")


def step7(*words):
    return output_of(*STEP7, *words)


def make_image():
    """A directory with a root file system: /usr will be the machine's own."""
    PLACE.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "try-init", PLACE], check=True)
    for name in ("var/lib", "var/log", "proc", "sys", "dev", "run", "tmp", "root", "usr"):
        (ROOT / name).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (ROOT / name).symlink_to(f"usr/{name}")
    shutil.copytree("/etc", ROOT / "etc", symlinks=True)
    (ROOT / "etc/fstab").unlink(missing_ok=True)
    (ROOT / "etc/machine-id").write_text("", encoding="utf-8")


def mount_named_tree():
    """On v1 systemd keeps its own groups in a tree without a controller (cgroups(7))."""
    top = Path("/sys/fs/cgroup")
    if (top / "cgroup.controllers").exists() or (top / "systemd").exists():
        return
    (top / "systemd").mkdir()
    words = ["mount", "-t", "cgroup", "-o", "none,name=systemd", "cgroup", top / "systemd"]
    subprocess.run(words, check=True)


def groups():
    """All groups of the machine but those of step 7."""
    found = output_of("find", "/sys/fs/cgroup", "-type", "d").splitlines()
    return {path for path in found if "/stepbox" not in path}


def wait_until_started():
    """The state of the system in the container, once it is one that lasts; at most for a minute."""
    state, deadline = "", time.monotonic() + 60
    while state not in ("running", "degraded") and time.monotonic() < deadline:
        time.sleep(0.2)
        state = step7("exec", NAME, "systemctl", "is-system-running")
    return state


def main(_):
    if "console=ttyS0 quiet panic=-1" not in Path("/proc/cmdline").read_text(encoding="utf-8"):
        sys.exit("try_init: only in a machine of scripts/vm")
    tally = Tally()
    make_image()
    mount_named_tree()
    before = groups()
    step7("run", "-d", "--name", NAME, *OPTIONS, ROOT, "/sbin/init", "--unit=multi-user.target")
    state = wait_until_started()
    reached = step7("exec", NAME, "systemctl", "is-active", "multi-user.target")
    failed = step7("exec", NAME, "systemctl", "--failed", "--no-pager")
    wrong = "" if reached == "active" else f"{state}: {reached}\n{failed}\n{step7('logs', NAME)}"
    tally.holds("systemd reaches multi-user.target", wrong)
    tally.holds("it makes no group outside of the container's", "\n".join(groups() - before))
    tally.holds("stop ends it by its own signal", step7("stop", "-t", "30", NAME).replace(NAME, ""))
    status = step7("inspect", "-f", "{{.State.ExitCode}}", NAME)
    tally.holds("it ends with its own status", "" if status in ("0", "130") else status)
    step7("rm", NAME)
    left = output_of("find", "/sys/fs/cgroup", "-type", "d", "-path", "*/stepbox/*")
    tally.holds("its groups are removed", left)
    subprocess.run(["umount", PLACE], check=True)
    os.rmdir(PLACE)
    return tally.end()


if __name__ == "__main__":
    run_main(main)
