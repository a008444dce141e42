"""The hooks of an OCI runtime: which run, when, and what they are told. For try_oci.py."""

import json
import os
import subprocess
import time

from oci_bundle import PATIENCE, Container, becomes, differs, ended_status, pids, reap

ORDER = {
    "prestart": "creating",
    "createRuntime": "creating",
    "createContainer": "creating",
    "startContainer": "created",
    "poststart": "running",
    "poststop": "stopped",
}


def hook(script, **members):
    """A hook that runs a script in the shell."""
    words = {"path": "/bin/sh", "args": ["sh", "-c", script]}
    return {**words, "env": ["PATH=/bin:/usr/bin"], **members}


def with_hooks(room, **hooks):
    """A change of a config; a line per hook goes to the room's log."""

    def change(config):
        config["hooks"] = hooks
        config["mounts"].append(
            {"destination": "/log", "type": "bind", "source": str(room.top / "log"),
             "options": ["bind"]}
        )

    return change


def try_hooks(tally, room):
    """Which hooks run, when, and what they are told."""
    holds, log = tally.holds, room.top / "log/hooks"
    inside = "/log/hooks"
    notes = {
        kind: [hook(f"""printf '{kind} %s\\n' "$(tr -d '\\n')" >>"""  # one write(2)
                    + (inside if kind == "startContainer" else str(log)))]
        for kind in ORDER
    }
    one = Container(room, "echo command >>/log/hooks", with_hooks(room, **notes))
    wrong = one.create().unlike(0)
    pid = one.state().get("pid")
    wrong = wrong or one.verb("start").unlike(0) or differs(ended_status(pid), 0)
    holds("hooks: the acts", wrong or one.verb("delete").unlike(0) or one.traces())
    lines = [line.partition(" ") for line in log.read_text("utf-8").splitlines()]
    names = [line[0] for line in lines if line[0] != "poststart"]
    expected = [*ORDER, "command"]
    expected.remove("poststart")
    expected[-2:] = reversed(expected[-2:])
    holds("hooks: their order", differs(names, expected))
    states = {line[0]: json.loads(line[2] or "{}") for line in lines if line[0] in ORDER}
    told = {kind: each.get("status") for kind, each in states.items()}
    holds("hooks: status", differs(told, ORDER))
    for kind, state in states.items():
        found = {key: state.get(key) for key in ("id", "bundle", "annotations")}
        holds(f"hooks: {kind}'s state", differs(
            found, {"id": one.id, "bundle": str(one.bundle),
                    "annotations": one.config["annotations"]}))
    told = [states.get(kind, {}).get("pid") for kind in ("prestart", "createRuntime", "poststart")]
    holds("hooks: the pid", differs(told, [pid] * 3))
    holds("hooks: run", Container(room, "exit 3", with_hooks(room, **notes)).verb("run").unlike(3))

    for kind in list(ORDER)[:3]:
        log.unlink(missing_ok=True)
        fails = {kind: [hook("echo fails >&2; exit 9")], "poststop": notes["poststop"]}
        one = Container(room, "echo it runs", with_hooks(room, **fails))
        holds(f"hooks: {kind} fails", one.create().unlike(None, "fails") or one.traces())
        log.touch()
        holds(f"hooks: {kind} fails, poststop runs", differs(
            log.read_text("utf-8")[:9], "poststop "))
    one = Container(room, "echo it runs", with_hooks(room, startContainer=[hook("exit 9")]))
    ended = one.verb("run")
    holds("hooks: startContainer fails", ended.unlike(None, "(?i)hook") or (
        str(ended) if "it runs" in ended.all else ""))
    one.delete()
    one = Container(room, "echo it runs", with_hooks(room, startContainer=[hook("exit 9")]))
    wrong = one.create().unlike(0) or one.verb("start").unlike(None)
    holds("hooks: startContainer fails, start fails", wrong)
    holds("hooks: startContainer fails, it is stopped", differs(one.status(), "stopped"))
    one.delete()
    for kind in "poststart", "poststop":
        fails = with_hooks(room, **{kind: [hook("exit 9")]})
        one = Container(room, "echo it runs; sleep 0.1", fails)
        holds(f"hooks: {kind} fails: a warning", one.verb("run").unlike(0, "it runs"))
        holds(f"hooks: {kind} fails: no trace", one.traces())
        one.delete()
    start = time.monotonic()
    script = f"sleep 60 & echo $! >{log}; wait"
    long = with_hooks(room, createRuntime=[hook(script, timeout=1)])
    one = Container(room, "true", long)
    holds("hooks: timeout", one.create().unlike(None, "1 s|timed|timeout|killed") or one.traces())
    late = time.monotonic() - start > 1 + PATIENCE
    holds("hooks: timeout is 1 s", "it was later" if late else "")
    sleep = int(log.read_text("utf-8"))
    wrong = differs(becomes(lambda: reap() or sleep not in pids()), True)
    holds("hooks: timeout ends what a hook has started", wrong)
    one.delete()
    try_endless(tally, room)
    fds = {"createRuntime": [hook(f"ls /proc/self/fd | wc -l >{log}")]}  # ls has a fourth one
    wrong = Container(room, "true", with_hooks(room, **fds)).verb(
        "run", "--preserve-fds=1", preexec_fn=lambda: os.dup2(0, 3), close_fds=False).unlike(0)
    holds("hooks: --preserve-fds is not for them", wrong or differs(log.read_text("utf-8"), "4\n"))


def try_endless(tally, room):
    """A startContainer hook that never ends is in nobody's way."""
    endless = with_hooks(room, startContainer=[hook("exec sleep 1000")])
    for name, act in ("delete --force", None), ("TERM", subprocess.Popen.terminate):
        one = Container(room, "true", endless)
        wrong = one.create().unlike(0)
        words = [room.program, "--root", room.root, "start", one.id]
        with subprocess.Popen(words, stderr=subprocess.DEVNULL) as start:
            becomes(lambda one=one: one.status() == "running")
            wrong = wrong or (act(start) if act else one.verb("delete", "--force").unlike(0))
            wrong = wrong or differs(becomes(lambda start=start: start.poll() is not None), True)
            start.kill()
        wrong = one.delete().unlike(0) or wrong or one.traces()
        tally.holds(f"hooks: {name}, while startContainer never ends", wrong)


def try_hooks_outside(tally, room):
    """Where hooks run, when the container joins a user namespace: in the runtime's, or its own."""
    log = room.top / "log/hooks"
    log.unlink(missing_ok=True)
    inside = list(ORDER)[2:4]
    notes = {
        kind: [hook(f"echo {kind} $(readlink /proc/self/ns/user) >>"
                    + ("/log/hooks" if kind == "startContainer" else str(log)))]
        for kind in ORDER
    }
    words = ["unshare", "--user", "--map-root-user", "--net", "sleep", "100"]
    with subprocess.Popen(words) as other:
        place, own = f"/proc/{other.pid}/ns/", os.readlink("/proc/self/ns/user")
        becomes(lambda: os.readlink(place + "net") != os.readlink("/proc/self/ns/net"))

        def join(config):
            with_hooks(room, **notes)(config)
            spaces = config["linux"]["namespaces"]
            spaces[-1]["path"] = place + "net"  # the user namespace owns it
            spaces.append({"type": "user", "path": place + "user"})

        script = "cd /proc/self/ns; readlink user; readlink net; id -u"
        ended = Container(room, script, join).verb("run")
        theirs = os.readlink(place + "user")
        shown = "\n".join([theirs, os.readlink(place + "net"), "0", ""])
        tally.holds("hooks of a joined user namespace", ended.unlike(0) or differs(
            ended.out, shown))
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        expected = {kind: theirs if kind in inside else own for kind in ORDER}
        tally.holds("hooks of a joined user namespace: where they run", differs(
            dict(line.split() for line in lines), expected))
        other.kill()
    reap()
