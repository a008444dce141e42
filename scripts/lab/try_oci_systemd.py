#!/usr/bin/python3 -B
"""try_oci_systemd [PROGRAM]: tests an OCI runtime whose groups systemd makes: build/stepbox-oci, or
crun or runc to compare. Only for a virtual machine of scripts/vm, with INIT=systemd: it changes
the machine's units.
"""

import json
import os
import pwd
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine_podman import PROGRAMS, Engine
from engine_room import make_image
from oci_bundle import Container, Room, becomes, differs, run
from tally import Tally
from task import TOP, run_main

TREE = Path("/sys/fs/cgroup")
SLICE = "stepbox-test.slice"
WAIT = "exec sleep 1000"
LIMITS = {
    "memory": {"limit": 64 << 20, "swap": 64 << 20, "reservation": 32 << 20},
    "cpu": {"quota": 30000, "period": 60000, "shares": 512, "cpus": "0"},
    "pids": {"limit": 50},
    "blockIO": {"weight": 200},
}
FILES = {
    "memory.max": str(64 << 20),
    "memory.low": str(32 << 20),
    "memory.swap.max": "0",
    "cpu.max": "30000 60000",
    "cpu.weight": "20",
    "cpuset.cpus": "0",
    "pids.max": "50",
}


class Scope(Container):
    """A container in a scope below SLICE."""

    def __init__(self, room, command=WAIT, resources=None, place=SLICE):
        def change(config):
            config["linux"]["cgroupsPath"] = f"{place}:test:{self.id}" if place is not None else ""
            config["linux"]["resources"].update(resources or {})

        super().__init__(room, command, change)
        self.unit = f"test-{self.id}.scope" if place is not None else f"stepbox-oci-{self.id}.scope"
        self.group = TREE / "stepbox.slice" / SLICE / self.unit

    def run(self, *words):
        """Like verb("run"), but through systemd."""
        words += "--bundle", self.bundle
        return self.room.call("--systemd-cgroup", "run", *words, self.id)

    def start(self):
        """The same in the background; returns the defect, if any."""
        return self.run("--detach").unlike(0)

    def show(self, *names):
        """These properties of the unit."""
        ended = run("systemctl", "show", *[f"--property={name}" for name in names], "--", self.unit)
        return dict(line.split("=", 1) for line in ended.out.splitlines())

    def files(self, names):
        """What the files of the group say."""
        return {
            name: (self.group / name).read_text("utf-8").strip()
            for name in names
            if (self.group / name).exists()
        }

    def traces(self):
        """What there is of it: state, group, unit, a file of the unit."""
        found = [self.room.root / self.id, *TREE.rglob(self.unit)]
        found = [path for path in found if path.exists()]
        found += list(Path("/run/systemd").rglob(f"{self.unit}*"))
        loaded = run("systemctl", "list-units", "--all", "--plain", "--no-legend", "--", self.unit)
        return "".join(f"left behind: {path}\n" for path in found) + loaded.out


def try_scope(tally, room):
    """Where it is, and what it ends with."""
    holds = tally.holds
    one = Scope(room)
    holds("run --detach", one.start())
    shown = one.show("Slice", "Delegate", "ActiveState", "CollectMode")
    holds("the unit", differs(shown, {
        "Slice": SLICE, "Delegate": "yes", "ActiveState": "active",
        "CollectMode": "inactive-or-failed"}))  # fmt: skip
    pid = one.state().get("pid", 0)
    place = f"0::/stepbox.slice/{SLICE}/{one.unit}\n"
    holds("the group", differs(Path(f"/proc/{pid}/cgroup").read_text("utf-8"), place))
    members = (one.group / "cgroup.procs").read_text("utf-8").split()
    holds("no other process is in it", "" if str(pid) in members and len(members) < 3 else members)
    holds("exec is in it", one.verb("exec", ..., "cat", "/proc/self/cgroup").unlike(0, place))
    holds("pause", one.verb("pause").unlike(0) or differs(one.status(), "paused"))
    holds("resume", one.verb("resume").unlike(0) or differs(one.status(), "running"))
    again = Scope(room)
    again.config["linux"]["cgroupsPath"] = one.config["linux"]["cgroupsPath"]
    again.save()
    holds("a unit that exists", again.run().unlike(None, re.escape(one.unit)))
    holds("and it still runs", differs(one.status(), "running"))
    holds("kill", one.verb("kill", ..., "KILL").unlike(0))
    becomes(lambda: one.status() == "stopped")
    holds("delete", one.verb("delete").unlike(0) or one.traces())
    one = Scope(room, place=None)
    holds("no cgroupsPath", one.start() or differs(one.show("Slice"), {"Slice": "system.slice"}))
    holds("no cgroupsPath: delete", one.delete().unlike(0) or one.traces())
    one = Scope(room, place="")
    holds("no slice", one.start() or differs(one.show("Slice"), {"Slice": "system.slice"}))
    pid = one.state().get("pid", 0)
    os.kill(pid, 9)
    becomes(lambda: not one.show("ActiveState")["ActiveState"] == "active")
    holds("after kill -9 of it: delete", one.verb("delete").unlike(0) or one.traces())
    one = Scope(room)
    one.config["linux"]["cgroupsPath"] = f"::{one.id}"
    one.save()
    one.unit = f"-{one.id}.scope"
    holds("no prefix", one.start() or differs(one.show("Slice"), {"Slice": "system.slice"}))
    holds("no prefix: delete", one.delete().unlike(0) or one.traces())
    one = Scope(room, ["nothing"])
    holds("no command: nothing is left", one.run().unlike(None, "nothing") or one.traces())
    for bad in "a/b", "/a/b", "a.slice:b", "a.slice:b:":
        one = Scope(room)
        one.config["linux"]["cgroupsPath"] = bad
        one.save()
        wrong = one.run().unlike(None, "cgroupsPath.*slice:prefix:name")
        holds(f"cgroupsPath {bad}", wrong or one.traces())


def try_limits(tally, room):
    """Limits hold, and systemd knows them."""
    holds = tally.holds
    one = Scope(room, resources=LIMITS)
    holds("limits: begin", one.start())
    holds("limits: the files", differs(one.files(FILES), FILES))
    properties = {
        "MemoryMax": str(64 << 20), "MemoryLow": str(32 << 20), "MemorySwapMax": "0",
        "CPUQuotaPerSecUSec": "500ms", "CPUQuotaPeriodUSec": "60ms", "CPUWeight": "20",
        "AllowedCPUs": "0", "TasksMax": "50"}  # fmt: skip
    holds("limits: the unit", differs(one.show(*properties), properties))
    run("systemctl", "daemon-reload")
    holds("limits: after daemon-reload", differs(one.files(FILES), FILES))
    ended = one.verb("update", "--memory", "33554432", "--memory-swap", "-1", "--cpu-quota", "-1",
                     "--pids-limit", "-1")  # fmt: skip
    holds("update", ended.unlike(0))
    new = {"memory.max": "33554432", "memory.swap.max": "max", "pids.max": "max"}
    holds("update: the files", differs(one.files(new), new))
    properties = {"MemoryMax": "33554432", "TasksMax": "infinity", "CPUQuotaPerSecUSec": "infinity",
                  "MemorySwapMax": "infinity", "CPUWeight": "20"}  # fmt: skip
    holds("update: the unit", differs(one.show(*properties), properties))
    run("systemctl", "daemon-reload")
    new = {**FILES, **new, "cpu.max": "max 100000"}  # without a quota the period does not matter
    holds("update: after daemon-reload", differs(one.files(new), new))
    holds("limits: delete", one.delete().unlike(0) or one.traces())
    hog = "exec dd if=/dev/zero of=/dev/shm/x bs=1M count=60"
    limits = {"memory": {"limit": 20 << 20, "swap": 20 << 20}}
    one = Scope(room, hog, limits)
    holds("a memory hog is killed", one.run().unlike(137) or one.traces())
    one = Scope(room, "for i in 1 2 3 4 5 6 7 8; do sleep 0.3 & done", {"pids": {"limit": 4}})
    holds("a fork bomb fails", one.run().unlike(None, "(?i)can't fork") or one.traces())
    one = Scope(room, "mknod /tmp/k c 1 11; : >/tmp/k")
    holds("devices", one.run().unlike(None, "not permitted") or one.traces())
    one = Scope(room, resources={"cpu": {"cpus": "77"}})
    holds("a limit that is refused", one.run().unlike(None, "systemctl|cpus") or one.traces())


def try_kills(tally, room):
    """kill -9 of the runtime, at any moment: delete --force leaves nothing."""
    wrong = ""
    for i in range(8):
        one = Scope(room)
        words = [room.program, "--root", room.root, "--systemd-cgroup", "create"]
        words += ["--bundle", one.bundle, one.id]
        with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
            time.sleep(random.uniform(0, 0.9 if i else 0))
            process.kill()
        ended = one.delete()
        wrong = wrong or ended.unlike(0)
        becomes(lambda: not one.traces())
        wrong = wrong or one.traces()
    tally.holds("kill -9 of create, then delete --force: nothing is left", wrong)


def try_user(tally, room):
    """An ordinary user has a systemd, too."""
    holds, uid = tally.holds, pwd.getpwnam("daemon").pw_uid
    home, runtime = room.top / "user", Path(f"/run/user/{uid}")
    for path in runtime, home / "bundle":
        path.mkdir(parents=True)
        os.chown(path, uid, uid)
    os.chown(home, uid, uid)
    env = ["env", f"XDG_RUNTIME_DIR={runtime}", f"HOME={home}"]
    env += [f"DBUS_SESSION_BUS_ADDRESS=unix:path={runtime}/bus"]
    words = ["systemd-run", "--unit=manager", f"--uid={uid}", f"--slice=user-{uid}.slice"]
    words += ["-p", "Delegate=yes", "-p", "DefaultDependencies=no", *env]
    ended = run(*words, "/lib/systemd/systemd", "--user")
    holds("systemd --user", ended.unlike(0) or differs(becomes((runtime / "bus").exists), True))
    user = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *env]
    holds("spec", run(*user, room.program, "spec", "--rootless", cwd=home / "bundle").unlike(0))
    file = home / "bundle/config.json"
    config = json.loads(file.read_text("utf-8"))
    config["root"]["path"] = str(room.rootfs)
    config["process"].update(terminal=False, args=["sleep", "1000"])
    config["linux"].update(cgroupsPath=":test:user", resources={"pids": {"limit": 33}})
    for name in "uidMappings", "gidMappings":
        config["linux"][name][0]["hostID"] = uid
    file.write_text(json.dumps(config), encoding="utf-8")
    bus = [*user, "systemd-run", "--user", "--scope", "--quiet"]

    def unit():
        words = ["systemctl", "--user", "show", "-P", "Slice", "-P", "TasksMax", "test-user.scope"]
        return run(*user, *words).out.split()

    words = [*bus, room.program, "--root", home / "state"]
    begin = ["--systemd-cgroup", "run", "--detach", "--bundle", home / "bundle"]
    ended = run(*words, *begin, "one")
    holds("a user: run", ended.unlike(0) or differs(unit(), ["user.slice", "33"]))
    ended = run(*words, "exec", "one", "cat", "/sys/fs/cgroup/pids.max")
    holds("a user: exec", ended.unlike(0, "^33$"))
    ended = run(*words, "update", "--pids-limit", "44", "one")
    holds("a user: update", ended.unlike(0) or differs(unit(), ["user.slice", "44"]))
    ended = run(*words, "delete", "--force", "one")
    left = differs(list(TREE.rglob("test-user.scope")), [])
    holds("a user: delete", ended.unlike(0) or left)
    run("systemctl", "stop", "manager")


def try_podman(tally, room):
    """podman, with systemd as the manager of cgroups. It calls delete without a PATH."""
    if not all(map(shutil.which, PROGRAMS)):
        print("  skip  there is no podman")
        return
    make_image(room)
    podman = Engine(room, tally)
    conf = room.top / "containers.conf"
    conf.write_text(conf.read_text("utf-8").replace("cgroupfs", "systemd"), encoding="utf-8")
    podman.group = []
    podman.says("podman load", 0, "", "load", "-q", "-i", room.top / "image.tar")
    limits = ["-m", "64m", "--pids-limit", "44"]
    podman.says("podman run", 0, "", "run", "-d", "--name", "one", *limits, "busybox")
    words = ["systemctl", "list-units", "--all", "--plain", "--no-legend", "libpod-*"]
    names = [line.split()[0] for line in run(*words).out.splitlines()]
    unit = next((name for name in names if "conmon" not in name), "none")
    shown = run("systemctl", "show", "-P", "Slice", "-P", "MemoryMax", "-P", "TasksMax", unit)
    found = set(shown.out.split())
    tally.holds("podman: the unit", differs(found, {"machine.slice", "67108864", "44"}))
    podman.says("podman exec", 0, "^67108864$", "exec", "one", "cat", "/sys/fs/cgroup/memory.max")
    podman.says("podman rm -f", 0, "", "rm", "-f", "-t", "0", "one")
    becomes(lambda: not run(*words).out)
    tally.holds("podman: no unit is left", run(*words).out)


def main(arguments):
    """The command line; returns the exit status."""
    if not Path("/run/vm/settings").exists() or not Path("/run/systemd/system").exists():
        sys.exit("try_oci_systemd: only in a machine of scripts/vm, with INIT=systemd")
    subprocess.run([TOP / "scripts/rootfs", TOP / "busybox"], check=True)
    scratch = tempfile.mkdtemp(prefix="try-oci-")
    room, tally = Room(scratch, *arguments), Tally()
    for part in try_scope, try_limits, try_kills, try_user, try_podman:
        if os.environ.get("PARTS", "") not in part.__name__:
            continue
        start = time.monotonic()
        part(tally, room)
        print(f"  {part.__name__}: {time.monotonic() - start:.1f} s")
        sys.stdout.flush()
    return tally.end()


if __name__ == "__main__":
    run_main(main)
