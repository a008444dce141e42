"""What goes in and out of an OCI runtime: terminals, descriptors, logs. For try_oci.py."""

import array
import json
import os
import re
import select
import socket
import subprocess

from oci_bundle import PATIENCE, Container, differs, run
from oci_hooks import ORDER


class Terminal:
    """Listens on a socket for a terminal's master."""

    def __init__(self, room):
        self.path = room.top / f"console{next(room.numbers)}"
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.path))
        self.socket.listen(1)
        self.socket.settimeout(PATIENCE)
        self.master, self.said = None, ""

    def receive(self):
        """Takes the master; returns the defect, if any."""
        try:
            connection, _ = self.socket.accept()
            fds = array.array("i")
            _, control, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(fds.itemsize))
            for _, _, data in control:
                fds.frombytes(data[: fds.itemsize])
            connection.close()
        except OSError as error:
            return str(error)
        self.master = fds[0] if fds else None
        return "" if fds and os.isatty(self.master) else "no terminal was sent"

    def shows(self, text):
        """Reads until the text is there; returns the defect, if any."""
        while text not in self.said and self.master is not None:
            if not select.select([self.master], [], [], PATIENCE)[0]:
                break
            try:
                self.said += os.read(self.master, 4096).decode()
            except OSError:  # its last user has ended
                break
        _, found, after = self.said.rpartition(text)
        wrong = "" if found else f"it shows no {text!r} but {self.said!r}"
        self.said = after
        return wrong

    def types(self, text):
        """Input, as if it were typed at the terminal."""
        if self.master is not None:
            os.write(self.master, text.encode())


def try_terminal(tally, room):
    """A terminal for the first process and for another one."""
    holds, terminal = tally.holds, Terminal(room)
    size = {"terminal": True, "consoleSize": {"height": 30, "width": 100}}
    script = "tty; stty size; read word; echo got $word; stat -c %t /dev/console;"
    script += "trap 'echo over' INT; sleep 100"
    one = Container(room, script, lambda config: config["process"].update(size))
    holds("terminal: create", one.create("--console-socket", terminal.path).unlike(0))
    holds("terminal: it is sent", terminal.receive())
    holds("terminal: start", one.verb("start").unlike(0))
    holds("terminal: its name and size", terminal.shows("/dev/pts/0\r\n30 100\r\n"))
    terminal.types("hello\n")
    holds("terminal: input", terminal.shows("got hello\r\n"))
    holds("terminal: /dev/console", terminal.shows("88\r\n"))
    other = Terminal(room)
    words = ["exec", "--tty", "--console-socket", other.path, one.id]
    words = [room.program, "--root", room.root, *words, "sh", "-c", "tty; read x; exit 4"]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL) as process:
        holds("exec: terminal", other.receive() or other.shows("/dev/pts/1\r\n"))
        other.types("\n")
        holds("exec: the status of one with a terminal", differs(process.wait(), 4))
    terminal.types("\x03")
    holds("terminal: ctrl-c", terminal.shows("over"))
    holds("delete", one.delete().unlike(0) or one.traces())
    one = Container(room, "tty", lambda config: config["process"].update(terminal=True))
    holds("no socket", one.create().unlike(None, "(?i)console.socket") or one.traces())
    ended = one.create("--console-socket", "/nowhere")
    holds("no such socket", ended.unlike(None, "nowhere") or one.traces())


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
