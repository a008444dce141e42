"""What goes in and out of an OCI runtime: descriptors, logs. For try_oci.py."""

import json
import os
import re

from oci_bundle import Container, differs, run
from oci_hooks import ORDER

UNKNOWN = {"capabilities": {"bounding": ["CAP_FUTURE", "CAP_KILL"]}}


def try_descriptors(tally, room):
    """What of the caller's descriptors reaches a container."""
    (room.top / "kept").write_text("kept\n", encoding="utf-8")
    shell = ["sh", "-c", 'exec "$@" 3</dev/null 4<"$0" 5</dev/null 9</dev/null', room.top / "kept"]

    def calls(one, verb, *words):
        return run(*shell, room.program, "--root", room.root, verb, *words)

    one = Container(room, "ls /proc/self/fd; sleep 100")
    ended = calls(one, "run", "--bundle", one.bundle, "--detach", one.id)
    tally.holds("descriptors do not leak", ended.unlike(0))
    ended = calls(one, "exec", one.id, "ls", "/proc/self/fd")
    tally.holds("exec: descriptors do not leak", ended.unlike(0, r"\A0\n1\n2\n3\n\Z"))
    words = [one.id, "sh", "-c", "cat <&4; ls /proc/self/fd"]
    ended = calls(one, "exec", "--preserve-fds", "2", *words)
    tally.holds("exec --preserve-fds", ended.unlike(0, r"\Akept\n0\n1\n2\n3\n4\n5\n\Z"))
    one.delete()
    script = "ls /proc/self/fd; cat <&4"
    one = Container(room, script)
    ended = calls(one, "run", "--bundle", one.bundle, one.id)
    tally.holds("run: descriptors do not leak", ended.unlike(None, r"\A0\n1\n2\n3\n"))
    one = Container(room, script)
    ended = calls(one, "run", "--bundle", one.bundle, "--preserve-fds", "2", one.id)
    tally.holds("run --preserve-fds", ended.unlike(0, r"\A0\n1\n2\n3\n4\n5\nkept\n\Z"))

    # sd_listen_fds(3): for the process whose number LISTEN_PID is. sh becomes the runtime.
    script = "echo $LISTEN_FDS of $LISTEN_PID $$; ls /proc/self/fd; cat <&4"
    shell[2] = f"export LISTEN_FDS=2 LISTEN_PID=$$; {shell[2]}"
    one = Container(room, script)
    ended = calls(one, "run", "--bundle", one.bundle, "--preserve-fds", "1", one.id)
    listened = r"\A2 of 1 1\n0\n1\n2\n3\n4\n5\n6\nkept\n\Z"
    tally.holds("LISTEN_FDS, --preserve-fds", ended.unlike(0, listened))
    ended = calls(one, "run", "--bundle", one.bundle, "--preserve-fds", "4", one.id)
    tally.holds("LISTEN_FDS, too few descriptors", ended.unlike(None, "preserve") or one.traces())
    shell[2] = shell[2].replace("=$$", "=1")
    ended = calls(one, "run", "--bundle", one.bundle, one.id)
    other = r"\Aof 1\n0\n1\n2\n3\n"
    tally.holds("LISTEN_FDS of another process", ended.unlike(None, other))


def try_words(tally, room):
    """Logs, and what the program says about itself."""
    holds, log = tally.holds, room.top / "log.json"
    ended = room.call("--log", log, "--log-format", "json", "state", "unknown")
    line = json.loads(log.read_text("utf-8").splitlines()[-1]) if log.exists() else {}
    wrong = ended.unlike(None) or differs(sorted(line), ["level", "msg", "time"])
    holds("--log-format json", wrong)
    told = line.get("level") == "error" and "does not exist" in line.get("msg", "")
    holds("--log: the message", "" if told else str(line))
    log.unlink()
    one = Container(room, ["no\"thing"])
    words = ["create", "--bundle", one.bundle, one.id]
    ended = room.call("--log", log, "--log-format", "json", *words)
    line = json.loads(log.read_text("utf-8").splitlines()[-1]) if log.exists() else {}
    told = "not found in $PATH" in line.get("msg", "")
    holds("--log: the child's error", "" if told else str(ended))
    log.unlink()
    room.call("--log", log, "state", "unknown")
    said = log.read_text("utf-8") if log.exists() else ""
    holds("--log: text", "" if re.match("time=.* level=error msg=", said) else said)
    log.unlink()
    one = Container(room, "echo works", lambda config: config["process"].update(UNKNOWN))
    ended = room.call("--log", log, "run", "--bundle", one.bundle, one.id)
    said = log.read_text("utf-8") if log.exists() else ""
    holds("--log: a warning", "" if re.match("time=.* level=warning msg=.*CAP_FUTURE", said) else said)
    holds("--log: a warning is in no output", ended.unlike(0, r"\Aworks\n\Z"))

    holds("--version", run(room.program, "--version").unlike(0, r"version \d(.*\n)*spec: 1\."))
    ended = room.call("features")
    features = json.loads(ended.out or "{}")
    holds("features", ended.unlike(0) or differs(sorted(features.get("hooks", [])), sorted(ORDER)))

    bundle = room.top / "bundles/spec"
    bundle.mkdir()
    room.copy_rootfs(bundle / "rootfs")
    holds("spec", room.call("spec", "--bundle", bundle).unlike(0))
    path = bundle / "config.json"
    holds("spec writes over no file", room.call("spec", "--bundle", bundle).unlike(None, "exist"))
    config = json.loads(path.read_text("utf-8"))
    config["process"].update(terminal=False, args=["sh", "-c", "touch /f; id -u; echo $TERM"])
    config["linux"]["cgroupsPath"] = f"{room.group}/spec"
    path.write_text(json.dumps(config), encoding="utf-8")
    ended = room.call("run", "--bundle", bundle, "spec")
    holds("spec, then run", ended.unlike(0, "Read-only(.*\n)*0\nxterm$|^0\nxterm\n.*Read-only"))
