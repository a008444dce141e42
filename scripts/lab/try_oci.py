#!/usr/bin/python3 -B
"""try_oci [PROGRAM] [--report=FILE]: tests an OCI runtime by itself, without an engine, as
runtime-spec and engines use it: build/stepbox-oci, or crun or runc to compare (what they do
otherwise is RED: oci_matrix.py, which reads the report, says why).

Runs as root in a stage with a PID namespace of its own, and leaves nothing behind. With
PARTS='hooks acts' only the functions with these in their names: try_hooks(), try_acts().
"""

import json
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

import oci_inside
import oci_mounts
from oci_acts import try_acts, try_refusals
from oci_attacks import PARTS as ATTACKS
from oci_bundle import WAIT, Container, Room, becomes, differs, enter_room, hide_unified, reap
from oci_exec import try_control, try_exec, try_exec_group, try_exec_users
from oci_hooks import try_hooks, try_hooks_outside
from oci_seccomp import try_listener
from oci_streams import try_descriptors, try_words
from oci_terminals import PARTS as TERMINALS
from tally import Tally
from task import run_main


GROUPS = oci_inside.DEVICES + oci_inside.LIMITS


def try_rows(tally, room, rows):
    """Each row of oci_inside.py or oci_mounts.py."""
    for row in rows:
        if not oci_inside.possible(row):
            continue
        one = Container(room, row.script, own=row.own)
        if row.own:
            links = {"link": "/tmp", "evil": "/proc", "out": "../../../host-tmp"}
            for name, target in {**links, "dangling": "later/one", "loop": "loop"}.items():
                (one.rootfs / name).symlink_to(target)
            (one.rootfs / "host-tmp").mkdir()
            (one.rootfs / "proc/keys").touch()
            (one.rootfs / "sys/kernel").mkdir()
        if row.change:
            row.change(one.config, room)
            one.config["linux"].setdefault("cgroupsPath", f"{room.group}/{one.id}")
        one.save()
        ended = one.verb("run", stdin="given\n")
        tally.holds(row.name, ended.unlike(row.status, row.pattern))
        if wrong := one.traces():
            one.delete()
        tally.holds(f"{row.name}: nothing is left", wrong)


def try_limits(tally, room):
    """Devices and limits: what depends on the cgroups."""
    try_rows(tally, room, GROUPS)


def try_inside(tally, room):
    """What else a container looks like from inside."""
    (room.top / "file").write_text("text\n", encoding="utf-8")
    try_rows(tally, room, [row for row in oci_inside.ALL if row not in GROUPS])


def try_mounts(tally, room):
    """Its mounts, from inside and from the host."""
    oci_mounts.prepare(room)
    try:
        try_rows(tally, room, oci_mounts.ROWS)
        oci_mounts.try_copy_up(tally, room)
        oci_mounts.try_propagation(tally, room)
        oci_mounts.try_joined_users(tally, room)
    finally:
        oci_mounts.clear(room)


def try_pair(tally, room):
    """A tree of two controllers, which this machine need not have."""
    if os.environ.get("STEPBOX_VM"):
        pair = oci_mounts.make_pair(room)
        try_rows(tally, room, [oci_mounts.PAIR])
        subprocess.run(["umount", pair], check=True)


def try_joining(tally, room):
    """Namespaces that are new, and those of another process."""
    kinds = {"pid": "pid", "ipc": "ipc", "uts": "uts", "mount": "mnt", "network": "net"}
    kinds["cgroup"] = "cgroup"
    script = "".join(f"echo {kind} $(readlink /proc/self/ns/{kind});" for kind in kinds.values())

    def spaces(ended):
        return dict(line.split() for line in ended.out.splitlines() if line.count(" ") == 1)

    host = {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in kinds.values()}

    def all_new(config):
        config["linux"]["namespaces"] = [{"type": kind} for kind in kinds]

    ended = Container(room, script, all_new).verb("run")
    same = [kind for kind in host if spaces(ended).get(kind, host[kind]) == host[kind]]
    tally.holds("new namespaces", f"not new: {same}\n{ended}" if same else "")

    def mount_only(config):
        config["linux"]["namespaces"] = [{"type": "mount"}]
        config["mounts"] = config["mounts"][:2]

    ended = Container(room, script, mount_only).verb("run")
    found = spaces(ended)
    changed = [kind for kind in host if kind != "mnt" and found.get(kind) != host[kind]]
    tally.holds("no other new namespaces", f"not the host's: {changed}\n{ended}" if changed else "")

    words = ["unshare", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child"]
    with subprocess.Popen([*words, "sleep", "100"]) as other:
        below = Path(f"/proc/{other.pid}/task/{other.pid}/children")
        child = int(becomes(lambda: below.read_text("utf-8")).split()[0])

        def join(config):
            for one in config["linux"]["namespaces"]:
                if one["type"] != "mount":
                    one["path"] = f"/proc/{child}/ns/{kinds[one['type']]}"

        one = Container(room, script, join)
        ended = one.verb("run")
        joined = "net", "uts", "ipc", "pid"
        wanted = {kind: os.readlink(f"/proc/{child}/ns/{kind}") for kind in joined}
        wrong = differs({kind: spaces(ended).get(kind) for kind in wanted}, wanted)
        tally.holds("namespaces of another process", wrong and f"{wrong}\n{ended}")
        tally.holds("namespaces of another process: nothing left", one.traces())
        other.kill()
    reap()

    def unknown(config):
        config["linux"]["namespaces"][0]["path"] = "/proc/0/ns/pid"

    one = Container(room, script, unknown)
    wrong = one.create().unlike(None, "/proc/0") or one.traces()
    tally.holds("a namespace that is not there", wrong)
    one = Container(room, WAIT, lambda config: oci_inside.maps([0, 100000, 65536])(config, room))
    tally.holds("a user namespace: begin", one.begin() or one.prints("begun"))
    pid = one.state().get("pid", 0)
    uid = os.stat(f"/proc/{pid}").st_uid if pid else None
    tally.holds("a user namespace: the host's view", differs(uid, 100000))
    ended = one.verb("exec", ..., "sh", "-c", "id -u; cat /proc/self/uid_map")
    tally.holds("a user namespace: exec", ended.unlike(0, "^0\n +0 +100000 +65536$"))
    tally.holds("delete", one.delete().unlike(0) or one.traces())


def main(arguments):
    """The command line; returns the exit status."""
    scratch, *words = enter_room(__file__, arguments)
    report = [word.partition("=")[2] for word in words if word.startswith("--report=")]
    words = [word for word in words if not word.startswith("--report=")]
    if "crun" in words:
        hide_unified()
    room, tally = Room(scratch, *words), Tally()
    parts = (try_acts, try_refusals, try_exec, try_exec_group, try_exec_users, try_control)
    parts += (try_hooks, *TERMINALS, *ATTACKS, try_descriptors, try_words, try_hooks_outside)
    parts += (try_listener, try_joining, try_limits, try_inside, try_mounts, try_pair)
    for part in parts:
        wanted = os.environ.get("PARTS", "").split()
        if wanted and not any(name in part.__name__ for name in wanted):
            continue
        start = time.monotonic()
        try:
            part(tally, room)
        except (LookupError, OSError, TypeError, ValueError):  # of an answer that nobody expects
            tally.holds(f"{part.__name__} comes to its end", traceback.format_exc())
        if wrong := room.left(groups=False):
            room.clear()
        tally.holds(f"{part.__name__}: nothing is left", wrong)
        print(f"  {part.__name__}: {time.monotonic() - start:.1f} s")
        sys.stdout.flush()
    tally.holds("at the end nothing is left", room.left())
    room.close()
    for file in report:
        Path(file).write_text(json.dumps(tally.report), encoding="utf-8")
    return tally.end()


if __name__ == "__main__":
    run_main(main)
