"""The two acts of an OCI runtime, and what it refuses. For try_oci.py."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

from oci_bundle import WAIT, Container, Ended, becomes, differs, ended_status, pids, reap


def try_acts(tally, room):
    """create, start, state, kill, delete."""
    one = Container(room, WAIT)
    holds, pid_file = tally.holds, room.top / "pid"
    holds("create", one.create("--pid-file", pid_file).unlike(0))
    state = one.state()
    pid = state.get("pid", 0)
    expected = {"id": one.id, "status": "created", "bundle": str(one.bundle)}
    holds("state: created", differs({key: state.get(key) for key in expected}, expected))
    holds("state: annotations", differs(state.get("annotations"), one.config["annotations"]))
    version = state.get("ociVersion", "")
    holds("state: ociVersion", "" if re.match(r"1\.\d", version) else str(state))
    holds("the pid file", differs(pid_file.read_text("utf-8"), str(pid)))
    holds("only the container's process is left", differs(pids(), {os.getpid(), pid}))
    holds("nothing runs before start", differs(one.output(), ""))
    holds("an id that exists", one.create().unlike(None, "exists"))
    holds("and the container is still there", differs(one.status(), "created"))
    holds("start", one.verb("start").unlike(0))
    holds("its output", one.prints("begun\n"))
    holds("the process is the same", differs(one.state().get("pid"), pid))
    holds("state: running", differs(one.status(), "running"))
    holds("start again", one.verb("start").unlike(None, "running|not.*created"))
    holds("delete of one that runs", one.verb("delete").unlike(None, "not stopped|stop"))
    holds("it still runs", differs(one.status(), "running"))
    holds("kill TERM", one.verb("kill", ..., "TERM").unlike(0))
    holds("the status goes to the caller", differs(ended_status(pid), 7))
    holds("state: stopped", differs(one.status(), "stopped"))
    holds("a pid is shown no more", differs(one.state().get("pid", 0), 0))
    holds("kill of one that has ended", one.verb("kill", ..., "KILL").unlike(None, "not running"))
    holds("start of one that has ended", one.verb("start").unlike(None))
    holds("exec in one that has ended", one.verb("exec", ..., "true").unlike(None))
    holds("delete", one.verb("delete").unlike(0))
    holds("delete leaves nothing", one.traces())
    holds("state of it", one.verb("state").unlike(None, "does not exist"))
    for name in "9", "KILL", "SIGKILL":
        two = Container(room, WAIT)
        holds("begin", two.begin())
        pid = two.state().get("pid", 0)
        holds(f"kill {name}", two.verb("kill", ..., name).unlike(0))
        holds(f"kill {name}: its effect", differs(ended_status(pid), -signal.SIGKILL))
        holds("delete", two.verb("delete").unlike(0))
    three = Container(room, WAIT)
    holds("begin", three.begin())
    pid = three.state().get("pid", 0)
    holds("an unknown signal", three.verb("kill", ..., "NOSUCH").unlike(None))
    holds("delete --force", three.verb("delete", "--force").unlike(0))
    holds("delete --force leaves nothing", three.traces())
    holds("delete --force ends the process", differs(ended_status(pid), -signal.SIGKILL))
    holds("delete --force of one that is only created", try_created(room))
    holds("run --detach", try_detached(room))
    holds("delete ends the processes of the group", try_others(room))
    holds("delete --force, four at once", try_deletes(room))
    holds("run passes signals on", try_signal(room))
    holds("pause before start", try_paused(room))
    holds("kill --all", try_all(room))
    holds("a filter without close_range(2)", try_filter(room))
    try_creating(tally, room)
    if Path(room.program).name == "stepbox-oci":
        try_asking(tally, room)
        try_records(tally, room)
    try_roots(tally, room)
    try_formats(tally, room)


def try_created(room):
    """A container that is never started; kill ends it, too."""
    one, two = Container(room, WAIT), Container(room, WAIT)
    wrong = one.create().unlike(0) or one.delete().unlike(0) or one.traces() or one.output()
    wrong = wrong or two.create().unlike(0)
    pid = two.state().get("pid", 0)
    wrong = wrong or two.verb("kill", ..., "KILL").unlike(0)
    wrong = wrong or differs(ended_status(pid), -signal.SIGKILL)
    wrong = wrong or differs(two.status(), "stopped") or two.verb("delete").unlike(0)
    return wrong or two.traces()


def try_detached(room):
    """run --detach returns, and the container stays until it is deleted."""
    one = Container(room, WAIT)
    wrong = one.verb("run", "--detach").unlike(0) or differs(one.status(), "running")
    return wrong or one.delete().unlike(0) or one.traces()


def try_others(room):
    """Without a PID namespace delete ends all processes of the group."""
    one = Container(room, "trap '' HUP TERM; sleep 100 & sleep 100 & echo $!",
                    lambda config: config["linux"]["namespaces"].pop(0))
    wrong = one.begin() or one.prints("\n")
    becomes(lambda: one.status() == "stopped")
    wrong = wrong or one.delete().unlike(0) or one.traces()
    return wrong or differs(becomes(lambda: reap() or pids() == {os.getpid()}), True)


def try_deletes(room):
    """Those that wait for the lock find that another one was faster."""
    wrong = ""
    for _ in range(5):
        one = Container(room, WAIT)
        words = [room.program, "--root", room.root, "delete", "--force", one.id]
        wrong = wrong or one.begin()
        every = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        told = [process.communicate()[1] for process in every]
        wrong = wrong or "".join(told) or one.traces()
        reap()
    return wrong


def try_signal(room):
    """A signal to run, in the foreground, is the container's."""
    one = Container(room, WAIT)
    words = [room.program, "--root", room.root, "run", "--bundle", one.bundle, one.id]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.terminate()
        return differs(process.wait(), 7) or one.traces()


def try_paused(room):
    """pause before start: then start waits for nothing, and resume makes it possible."""
    one = Container(room, WAIT)
    wrong = one.create().unlike(0) or one.verb("pause").unlike(0) or differs(one.status(), "paused")
    wrong = wrong or one.verb("start").unlike(None, "paused") or one.verb("resume").unlike(0)
    wrong = wrong or differs(one.status(), "created") or one.verb("start").unlike(0)
    wrong = wrong or one.prints("begun")
    return one.delete().unlike(0) or wrong or one.traces()


def try_all(room):
    """kill --all reaches also the processes that are made meanwhile."""
    fork = "trap '' TERM; while :; do sh -c 'sleep 0.01; :' & sleep 0.001; done"
    one = Container(room, f"echo begun; ({fork}) & ({fork}) & ({fork}) & wait",
                    lambda config: config["linux"]["namespaces"].pop(0))
    wrong = one.begin() or one.prints("begun") or one.verb("kill", "--all", ..., "KILL").unlike(0)
    wrong = wrong or differs(becomes(lambda: reap() or pids() == {os.getpid()}), True)
    return one.delete().unlike(0) or wrong or one.traces()


def try_filter(room):
    """What create does when the filter is in force needs old system calls only."""
    rules = [{"names": ["close_range"], "action": "SCMP_ACT_KILL_PROCESS"},
             {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]
    filter_ = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules}
    one = Container(room, WAIT, lambda config: config["linux"].update(seccomp=filter_))
    wrong = one.begin() or one.prints("begun")
    wrong = wrong or one.verb("exec", ..., "mkdir", "/tmp/x").unlike(1, "not permitted")
    kept = room.root / one.id / "filter"
    if kept.exists():  # peers compile it again
        kept.write_bytes(bytes(8))
        wrong = wrong or one.verb("exec", ..., "true").unlike(None, "filter: it is damaged")
    return one.delete().unlike(0) or wrong or one.traces()


def try_asking(tally, room):
    """state and list, while the container is made and deleted."""
    one = Container(room, WAIT)
    call = f"{room.program} --root {room.root}"
    script = (f"for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do {call} create --bundle {one.bundle}"
              f" {one.id} </dev/null >/dev/null; {call} delete --force {one.id}; done")
    found = set()
    with subprocess.Popen(["sh", "-c", script], stderr=subprocess.DEVNULL) as maker:
        while maker.poll() is None:
            for ended in one.verb("state"), room.call("list"):
                if ended.err and "does not exist" not in ended.err:
                    found.add(ended.err)
            if "does not exist" in room.call("list").err:
                found.add("list: does not exist")
    tally.holds("while others make and delete it", differs(sorted(found), []))


def try_creating(tally, room):
    """While create works: a hook asks."""
    log, one = room.top / "log/creating", Container(room, WAIT)
    call = f"{room.program} --root {room.root}"
    lines = f"{call} state {one.id}", f"{call} list", f"{call} exec {one.id} true"
    script = "".join(f"{line} >>{log} 2>&1; " for line in lines) + "true"
    hook = {"path": "/bin/sh", "args": ["sh", "-c", script], "env": ["PATH=/bin"]}
    one.config["hooks"] = {"createRuntime": [hook]}
    one.save()
    wrong = one.begin()
    text = log.read_text("utf-8") if log.exists() else ""
    tally.holds("state: creating", wrong or differs('"status": "creating"' in text, True))
    found = re.search(rf"^{one.id} .* creating ", text, re.MULTILINE)
    tally.holds("list: creating", "" if found else text)
    found = re.search("cannot exec in a container that is being created", text)
    tally.holds("exec in one that is being made", "" if found else text)
    tally.holds("delete", one.delete().unlike(0) or one.traces())


def try_records(tally, room):
    """Records of other processes, of another version, and damaged ones. Peers write other ones."""
    holds = tally.holds
    one = Container(room, WAIT)
    holds("begin", one.begin())
    pid = one.state().get("pid", 0)
    path = room.root / one.id / "state.json"
    text = path.read_text("utf-8")
    for member, value in ("start_time", "1"), ("boot", "another"), ("pid", os.getpid()):
        path.write_text(json.dumps({**json.loads(text), member: value}), encoding="utf-8")
        wrong = differs(one.status(), "stopped")
        holds(f"another {member}: it is stopped", wrong)
        wrong = one.verb("kill", ..., "KILL").unlike(None, "not running")
        holds(f"another {member}: no signal", wrong or differs(pid in pids(), True))
    path.write_text("{", encoding="utf-8")
    for words in ["state"], ["delete"], ["delete", "--force"]:
        holds(f"a damaged record: {words}", one.verb(*words).unlike(None, "state.json.* damaged"))
    record = {**json.loads(text), "version": 99}
    for member in "poststop", "annotations", "bundle":
        del record[member]
    path.write_text(json.dumps(record), encoding="utf-8")
    for words in ["state"], ["kill"], ["delete"]:
        wrong = one.verb(*words).unlike(None, "another version")
        holds(f"a record of another version: {words}", wrong or differs(pid in pids(), True))
    wrong = one.verb("delete", "--force").unlike(0) or one.traces()
    wrong = wrong or differs(ended_status(pid), -signal.SIGKILL)
    holds("a record of another version: delete --force", wrong)


def try_roots(tally, room):
    """--root that is relative, not there, or no directory."""
    holds, one, file = tally.holds, Container(room, WAIT), room.top / "file-root"
    file.touch()

    def call(root, *words):
        words = [room.program, "--root", root, *words]
        with open(room.top / "said", "wb") as said:
            status = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                                    check=False, cwd=room.top).returncode
        return Ended(words, status, (room.top / "said").read_text("utf-8"), "")

    wrong = call("relative/root", "create", "--bundle", one.bundle, one.id).unlike(0)
    wrong = wrong or call(room.top / "relative/root", "state", one.id).unlike(0, "created")
    wrong = wrong or call("relative/root", "delete", one.id).unlike(0)
    wrong = wrong or differs(list((room.top / "relative/root").iterdir()), [])
    holds("--root relative", wrong or one.traces())
    for root in "/proc/nowhere", file:
        ended = call(root, "create", "--bundle", one.bundle, one.id)
        holds(f"--root {root}: create", ended.unlike(1, f"{root}.*: ") or one.traces())
        holds(f"--root {root}: state", call(root, "state", one.id).unlike(1))
    holds("--root is no directory: list", call(file, "list").unlike(1, str(file)))
    holds("--root is not there: list", call("/nowhere", "list").unlike(0, r"\AID .*\n\Z"))


def try_formats(tally, room):
    """What list, ps and events print, and refuse."""
    holds, one = tally.holds, Container(room, WAIT)
    for verb in "list", "ps":
        ended = one.create() if verb == "ps" else None
        words = [one.id] if ended else []
        wrong = room.call(verb, "--format", "xml", *words).unlike(1, "invalid format")
        holds(f"{verb} --format xml", wrong)
    holds("list: who", room.call("list").unlike(0, rf"OWNER\n{one.id} .* created .* root *$"))
    holds("kill 0", one.verb("kill", ..., "0").unlike(0) or differs(one.status(), "created"))
    wrong = one.verb("kill", ..., "KILL").unlike(0)
    becomes(lambda: one.status() == "stopped")
    holds("kill 0 of one that has ended", wrong or one.verb("kill", ..., "0").unlike(1))
    holds("kill --all of one that has ended", one.verb("kill", "--all", ..., "KILL").unlike(0))
    holds("events of one that has ended", one.verb("events", "--stats").unlike(1, "not running"))
    holds("ps of one that has ended", differs(one.verb("ps", "--format", "json").out, "[]\n"))
    holds("delete", one.delete().unlike(0) or one.traces())


def try_refusals(tally, room):
    """Ids and configs that are refused; nothing is made."""
    holds = tally.holds
    good = Container(room, "true")
    before = set(room.top.iterdir())
    for bad in "", ".", "..", "../x", "a/b", "a b", "/tmp":
        ended = room.call("create", "--bundle", good.bundle, bad)
        holds(f"id {bad!r}", ended.unlike(None) or differs(list(room.root.glob("*")), []))
    holds("ids lead nowhere", differs(set(room.top.iterdir()), before))
    for verb in "state start kill delete pause resume ps update events exec".split():
        options = {"update": ["--pids-limit", "9"], "events": ["--stats"]}.get(verb, [])
        after = ["true"] if verb == "exec" else []
        ended = room.call(verb, *options, "unknown", *after)
        holds(f"{verb} of an unknown id", ended.unlike(None, "does not exist"))
    holds("delete --force of an unknown id", room.call("delete", "--force", "unknown").unlike(0))
    if not os.path.exists("/run/systemd/system"):
        for words in ["--systemd-cgroup"], ["--cgroup-manager", "systemd"]:
            one = Container(room, "true", lambda config: config["linux"].update(cgroupsPath=":a:b"))
            ended = room.call(*words, "create", "--bundle", one.bundle, one.id)
            wrong = ended.unlike(None, "systemd|sd-bus") or one.traces()
            holds(f"{words[-1]}, without systemd", wrong)
    ended = room.call("--cgroup-manager", "other", "create", "--bundle", good.bundle, "x")
    holds("no such cgroup manager", ended.unlike(None, "cgroup.manager"))
    holds("no such verb", room.call("fly", "x").unlike(None, "fly"))
    for place, value in BAD:
        one = Container(room, "true")
        *above, last = place.split(".")
        member = one.config
        for key in above:
            member = member.setdefault(key, {})
        member[last] = value
        one.save()
        name = f"config.json: {place}: {json.dumps(value)}"
        holds(name, one.create().unlike(None, re.escape(place)) or one.traces())
    for what, text in ("is missing", None), ("is no JSON", "{"), ("is no object", "[]"):
        one = Container(room, "true")
        path = one.bundle / "config.json"
        path.unlink()
        if text:
            path.write_text(text, encoding="utf-8")
        holds(f"config.json {what}", one.create().unlike(None, "config.json") or one.traces())
    for what, words in ("no bundle", ["--bundle", "/nowhere"]), ("no option", ["--nothing"]):
        holds(what, room.call("create", *words, "x").unlike(None) or differs(one.traces(), ""))
    for verb in "create", "run":
        one = Container(room, "true", lambda config: config["root"].update(path="/missing"))
        holds(f"{verb}: no rootfs", one.verb(verb).unlike(None, "missing") or one.traces())
        one = Container(room, ["nothing"])
        holds(f"{verb}: no program", one.verb(verb).unlike(None, r"not found in \$PATH"))
        holds(f"{verb}: no program, nothing left", one.traces())
    one = Container(room, ["/bad"], own=True)
    (one.rootfs / "bad").write_text("no program\n", encoding="utf-8")
    (one.rootfs / "bad").chmod(0o755)
    holds("run: what execve(2) refuses is told", one.verb("run").unlike(None, "(?i)format error"))
    one.delete()


BAD = [
    ("ociVersion", "2.0.0"),
    ("process.args", []),
    ("process.cwd", "tmp"),
    ("process.env", "A=b"),
    ("process.oomScoreAdj", 2000),
    ("process.user.uid", -1),
    ("process.capabilities.bounding", "CAP_KILL"),
    ("root.path", 7),
    ("mounts", {}),
    ("hooks.poststop", [{"args": ["x"]}]),
    ("linux.namespaces", [{"type": "nets"}]),
    ("linux.uidMappings", [{"containerID": 0, "hostID": 0, "size": 1}]),
    ("linux.resources.pids.limit", "many"),
    ("linux.resources.devices", [{"allow": "yes"}]),
    ("process.scheduler.policy", "SCHED_FAST"),
    ("process.ioPriority.class", "IOPRIO_CLASS_NONE"),
    ("linux.mountLabel", "system_u:object_r:x"),
    ("linux.seccomp.defaultAction", "SCMP_ACT_FLY"),
    ("linux.intelRdt", {"closID": "x"}),
    ("linux.rootfsPropagation", "sideways"),
    ("linux.cgroupsPath", "/../outside"),
    ("linux.maskedPaths", ["relative"]),
    ("linux.devices", [{"path": "/dev/x", "type": "z"}]),
]
