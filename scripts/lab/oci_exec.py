"""exec, and the other verbs that engines use of an OCI runtime. For try_oci.py."""

import json
import os
import shutil
import signal
import subprocess
import time

from oci_bundle import (WAIT, Container, becomes, differs, ended_status, name_of, pids, reap,
                        run)


def try_exec(tally, room):
    """Another process in a container."""
    holds = tally.holds
    one = Container(room, WAIT)
    holds("begin", one.begin() or one.prints("begun"))

    def execs(name, words, status, pattern, *options, **more):
        words = ["sh", "-c", words] if isinstance(words, str) else words
        ended = one.verb("exec", *options, ..., *words, **more)
        holds(f"exec: {name}", ended.unlike(status, pattern))

    execs("exit status", "echo in; exit 5", 5, "^in$")
    execs("the number of a signal", "kill -9 $$", 137, "")
    execs("stdin", ["cat"], 0, "^given$", stdin="given\n")
    execs("no such program", ["nothing"], 127, r"executable file not found in \$PATH")
    execs("no such file", ["/bin/nothing"], 127, "no such file or directory")
    execs("no program, but a file", ["/etc/passwd"], 126, "(?i)permission denied")
    execs("a directory", ["/etc"], 126, "(?i)permission denied|is a directory")
    execs("--env, --cwd, --user", "echo $X; pwd; id -u; id -g", 0, r"\Ay\n/tmp\n5\n6\n\Z",
          "--env", "X=y", "--cwd", "/tmp", "--user", "5:6")
    execs("--cap", "grep CapEff /proc/self/status", 0, "^CapEff:\t00000000082000ab$",
          "--cap", "CAP_SYS_ADMIN")
    execs("the namespaces", "ls -l /proc/self/ns >/tmp/a; ls -l /proc/1/ns >/tmp/b; cd /tmp;"
          " sed 's/.*->//' a >a2; sed 's/.*->//' b | cmp - a2", 0, "")
    execs("the groups", "cmp /proc/self/cgroup /proc/1/cgroup", 0, "")
    execs("no other descriptors", "ls -l /proc/self/fd | wc -l", 0, "^5$")
    execs("option-like words are the command's", ["echo", "-d", "--cwd"], 0, "^-d --cwd$")

    file = room.top / "process.json"
    process = {**one.config["process"], "args": ["sh", "-c", "echo $Z $PWD; id -u"], "cwd": "/var"}
    process.update(env=["PATH=/bin", "Z=z"], user={"uid": 9, "gid": 9})
    file.write_text(json.dumps(process))
    holds("exec --process", one.verb("exec", "--process", file).unlike(0, r"\Az /var\n9\n\Z"))
    show = "awk '{ print $19, $41 }' /proc/self/stat; grep ed_list /proc/self/status | head -1"
    last = max(os.sched_getaffinity(0))
    scheduler = {"policy": "SCHED_BATCH", "nice": 3}
    file.write_text(json.dumps({**process, "args": ["sh", "-c", show], "scheduler": scheduler,
                                "execCPUAffinity": {"initial": "0", "final": f"{last}-{last}"}}))
    holds("exec --process: scheduler, CPUs", one.verb("exec", "--process", file).unlike(
        0, rf"\A3 3\nCpus_allowed_list:\t{last}\n\Z"))
    file.write_text(json.dumps({**process, "execCPUAffinity": {"initial": "1023"}}))
    ended = one.verb("exec", "--process", file)
    holds("exec --process: a CPU that is not there", ended.unlike(None, "CPU"))
    file.write_text(json.dumps({**process, "args": []}))
    holds("exec --process: no args", one.verb("exec", "--process", file).unlike(None, "args"))

    pid_file = room.top / "exec-pid"
    ended = one.verb("exec", "-d", "--pid-file", pid_file, ..., "sleep", "100")
    holds("exec --detach", ended.unlike(0))
    pid = int(pid_file.read_text("utf-8") if pid_file.exists() else 0)
    first = one.state().get("pid", 0)
    spaces = [os.readlink(f"/proc/{each}/ns/pid") for each in (pid, first) if each in pids()]
    holds("exec --pid-file", differs(len(spaces), 2) or differs(*spaces))
    # There are this one, the first one and at times its sleep, and the sleep of exec.
    holds("exec leaves no process", "" if len(pids()) in (3, 4) else f"there are {pids()}")
    listed = json.loads(one.verb("ps", "--format", "json").out or "[]")
    holds("ps --format json", "" if {pid, first} <= set(listed) else str(listed))
    holds("ps", one.verb("ps").unlike(0, rf"PID(.*\n)+.* {first} .*(\n.*)*sleep 100"))
    holds("the program is out of reach", overwritten(room, one))
    # While nobody has waited for this one, the PID namespace cannot end.
    if pid:
        os.kill(pid, signal.SIGKILL)
    wrong = differs(ended_status(pid), -signal.SIGKILL)
    holds("what exec --detach has left is the caller's", wrong)
    holds("exec: the command ends with it", killed(room, one))
    holds("delete", one.delete().unlike(0) or one.traces())


def killed(room, one):
    """kill -9 of exec in the foreground: what it has started ends, as any user."""
    words = [room.program, "--root", room.root, "exec", "-u", "7", one.id, "sleep", "200"]

    def found():
        return [pid for pid in pids() if name_of(pid) == "sleep 200 "]

    with subprocess.Popen(words) as process:
        begun = becomes(found)
        process.kill()
    wrong = differs([len(begun), becomes(lambda: reap() or not found())], [1, True])
    for pid in found():
        os.kill(pid, signal.SIGKILL)
    becomes(lambda: reap() or not found())
    return wrong


def overwritten(room, one):
    """CVE-2019-5736: who holds /proc/PID/exe of a runtime's process could write to its file when
    the process has ended. Tried from the host, which may do more than a container."""
    created = Container(room, "true")
    held = []
    if created.create().status == 0:
        held.append(os.open(f"/proc/{created.state()['pid']}/exe", os.O_RDONLY))
    seen = {os.stat(room.rootfs / "bin/busybox").st_ino}
    for _ in range(5):
        words = [room.program, "--root", room.root, "exec", one.id, "/bin/true"]
        with subprocess.Popen(words) as process:
            while process.poll() is None:
                for pid in pids() - {os.getpid(), process.pid}:
                    try:
                        fd = os.open(f"/proc/{pid}/exe", os.O_RDONLY)
                    except OSError:
                        continue
                    inode = os.fstat(fd).st_ino
                    if inode in seen:
                        os.close(fd)
                    else:
                        held.append(fd)
                        seen.add(inode)
    created.delete()
    wrong = "" if held else "no process of the runtime was seen"
    for fd in held:
        try:
            os.close(os.open(f"/proc/self/fd/{fd}", os.O_WRONLY))
            wrong = f"{os.readlink(f'/proc/self/fd/{fd}')} could be opened for writing"
        except OSError:
            pass
        os.close(fd)
    return wrong


def enabled(group, controller):
    """Whether the groups below have it now: as long as a process is in the group itself, EBUSY."""
    try:
        (group / "cgroup.subtree_control").write_text(f"+{controller}", encoding="utf-8")
    except OSError:
        return False
    return True


def try_exec_group(tally, room):
    """A v2 group: the process is made in it, for a write to cgroup.procs waits for 10 ms. One with
    controllers for the groups below takes no process: EBUSY, which strace(1) makes where v2 has no
    controllers. Then exec takes the group of the first process."""
    one = Container(room, WAIT)
    tally.holds("begin", one.begin())
    pid = one.state()["pid"]
    words = [room.program, "--root", room.root, "exec", one.id, "cat", "/proc/self/cgroup"]
    trees = [group for group in room.groups() if group.name == one.id]
    for group in trees:
        controllers = group / "cgroup.controllers"
        if not controllers.exists() or not shutil.which("strace"):
            continue
        trace = ["strace", "-f", "-o", "/dev/null"]
        moves = ["-P", group / "cgroup.procs", "-e", "inject=write:error=EBUSY"]
        wrong = run(*trace, *moves, *words).unlike(0, f"^0::.*/{one.id}$")
        tally.holds("exec: made in the group, not moved", wrong)
        other = Container(room, "cat /proc/self/cgroup")
        other.save()
        moves[1] = group.parent / other.id / "cgroup.procs"
        begin = [*words[:3], "run", "--bundle", other.bundle, other.id]
        wrong = run(*trace, *moves, *begin).unlike(0, f"^0::.*/{other.id}$")
        tally.holds("run: made in the group, not moved", wrong)
        (group / "below").mkdir()
        (group / "below/cgroup.procs").write_text(str(pid), encoding="utf-8")
        if names := controllers.read_text("utf-8").split():
            wrong = "" if becomes(lambda: enabled(group, names[0])) else f"{group} is not empty"
            trace = []
        else:  # the first clone3(2) asks whether there is one; the last write is to this tree
            trace += ["-e", "inject=clone3:error=EBUSY:when=2"]
            trace += ["-e", f"inject=write:error=EBUSY:when={len(trees)}"]
            wrong = ""
        wrong = wrong or run(*trace, *words).unlike(0, f"^0::.*/{one.id}/below$")
        tally.holds("exec: the group of the first process", wrong)
    tally.holds("delete", one.delete().unlike(0) or one.traces())


def try_exec_users(tally, room):
    """In a user namespace: what the host's root alone may do for the process is done."""
    ids = [{"containerID": 0, "hostID": 100000, "size": 65536}]

    def users(config):
        config["linux"].update(uidMappings=ids, gidMappings=ids)
        config["linux"]["namespaces"].append({"type": "user"})

    one = Container(room, WAIT, users, own=True)
    file = room.top / "process.json"
    words = ["sh", "-c", "awk '{ print $19 }' /proc/self/stat; id -u"]
    urgent = {"policy": "SCHED_OTHER", "nice": -5}
    wrong = one.begin()
    file.write_text(json.dumps({**one.config["process"], "args": words, "scheduler": urgent}))
    wrong = wrong or one.verb("exec", "--process", file).unlike(0, r"\A-5\n0\n\Z")
    tally.holds("exec: the priority of a process in a user namespace", wrong)
    tally.holds("delete", one.delete().unlike(0) or one.traces())


def try_control(tally, room):
    """pause, list, events, update."""
    holds = tally.holds
    one = Container(room, "while :; do echo .; sleep 0.02; done")
    created = Container(room, "true")
    holds("begin", one.begin() or one.prints("."))
    holds("create", created.create().unlike(0))
    listed = room.call("list", "--format", "json")
    rows = {row["id"]: row["status"] for row in json.loads(listed.out or "[]") or []}
    holds("list --format json", differs(rows, {one.id: "running", created.id: "created"}))
    holds("list -q", differs(room.call("list", "-q").out.split(), sorted([one.id, created.id])))
    holds("list", room.call("list").unlike(0, rf"^ID .*\n(.*\n)?{one.id} .*running"))
    holds("pause", one.verb("pause").unlike(0))
    holds("state: paused", differs(one.status(), "paused"))
    size = len(one.output())
    time.sleep(0.1)
    holds("a paused one does nothing", differs(len(one.output()), size))
    holds("pause again", one.verb("pause").unlike(None))
    holds("exec in a paused one", one.verb("exec", ..., "true").unlike(None, "paused"))
    holds("delete of a paused one", one.verb("delete").unlike(None))
    holds("resume", one.verb("resume").unlike(0))
    holds("it goes on", "" if becomes(lambda: len(one.output()) > size) else one.output())
    holds("resume again", one.verb("resume").unlike(None))

    stats = one.verb("events", "--stats")
    holds("events --stats", stats.unlike(0))
    event = json.loads(stats.out or "{}")
    usage = event.get("data", {}).get("memory", {}).get("usage", {}).get("usage", 0)
    holds("events: memory", "" if usage > 0 else str(stats))
    count = event.get("data", {}).get("pids", {}).get("current", 0)
    holds("events: pids", "" if count > 0 else str(stats))
    cpu = event.get("data", {}).get("cpu", {}).get("usage", {}).get("total", 0)
    holds("events: cpu", "" if cpu > 0 else str(stats))

    def limit(name):
        paths = [path / name for path in room.groups() if path.name == one.id]
        return "".join(path.read_text("utf-8") for path in paths if path.exists())

    holds("update --pids-limit", one.verb("update", "--pids-limit", "77").unlike(0))
    holds("update: its effect", differs(limit("pids.max"), "77\n"))
    resources = {"pids": {"limit": 78}, "memory": {"limit": 64 << 20}}
    ended = one.verb("update", "--resources", "-", stdin=json.dumps(resources))
    holds("update --resources -", ended.unlike(0))
    memory = limit("memory.max") or limit("memory.limit_in_bytes")
    holds("update: all members", differs((limit("pids.max"), memory), ("78\n", f"{64 << 20}\n")))
    ended = one.verb("update", "--kernel-memory", "9999999")
    holds("update --kernel-memory", ended.unlike(0, "(?i)kernel.*ignored"))
    holds("update --memory: a size", one.verb("update", "--memory", "65M").unlike(0))
    memory = limit("memory.max") or limit("memory.limit_in_bytes")
    holds("update --memory: its effect", differs(memory, f"{65 << 20}\n"))
    holds("update --memory: no size", one.verb("update", "--memory", "65X").unlike(None, "65X"))
    words = ["--cpu-quota", "20000", "--cpu-period", "40000"]
    holds("update --cpu-quota, --cpu-period", one.verb("update", *words).unlike(0))
    times = [limit(f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")]
    shown = limit("cpu.max").strip() or " ".join(times)
    holds("update: both", differs(shown, "20000 40000"))
    holds("update --cpu-burst", one.verb("update", "--cpu-burst", "9000").unlike(0))
    burst = limit("cpu.max.burst") or limit("cpu.cfs_burst_us")
    holds("update: the burst", differs(burst, "9000\n"))
    ended = one.verb("update", "--cpuset-cpus", "0", "--cpuset-mems", "0")
    holds("update --cpuset-cpus, --cpuset-mems", ended.unlike(0))
    holds("update: the CPUs", differs(limit("cpuset.cpus"), "0\n"))
    resources = {"unified": {"no.such": "1"}}
    ended = one.verb("update", "--resources", "-", stdin=json.dumps(resources))
    holds("update: a limit that cannot be set", ended.unlike(None, "unified.no.such"))
    holds("update: no number", one.verb("update", "--pids-limit", "x").unlike(None))
    holds("pause before delete", one.verb("pause").unlike(0))
    holds("delete --force of a paused one", one.delete().unlike(0) or one.traces())
    holds("delete", created.delete().unlike(0) or created.traces())
