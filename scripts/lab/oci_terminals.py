"""Terminals of an OCI runtime: sent to a socket, or relayed to the caller's own. For try_oci.py."""

import array
import os
import signal
import socket
import subprocess

from oci_bundle import PATIENCE, WAIT, Container, becomes, differs, mounts, reap
from oci_inside import maps
from terminal import Caller, Terminal

SIZE = {"terminal": True, "consoleSize": {"height": 30, "width": 100}}


def with_terminal(config):
    """A terminal."""
    config["process"].update(terminal=True)


class Sent(Terminal):
    """Listens on a socket for a terminal's master."""

    def __init__(self, room):
        super().__init__()
        self.path = room.top / f"console{next(room.numbers)}"
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(self.path))
        self.socket.listen(1)
        self.socket.settimeout(PATIENCE)

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


def at_terminal(room, *words, **piped):
    """The runtime with these words, at a terminal."""
    return Caller(room.program, "--root", room.root, *words, **piped)


def run_at_terminal(room, one, *options, **piped):
    """`run` at a terminal, in the foreground."""
    return at_terminal(room, "run", *options, "--bundle", one.bundle, one.id, **piped)


def try_terminal_sent(tally, room):
    """A terminal for the first process and for another one, sent to a socket."""
    holds, terminal = tally.holds, Sent(room)
    script = "tty; stty size; read word; echo got $word; trap 'echo over' INT;"
    script += "stat -c %t /dev/console; sleep 100"
    one = Container(room, script, lambda config: config["process"].update(SIZE))
    holds("terminal: create", one.create("--console-socket", terminal.path).unlike(0))
    holds("terminal: it is sent", terminal.receive())
    holds("terminal: start", one.verb("start").unlike(0))
    holds("terminal: its name and size", terminal.shows("/dev/pts/0\r\n30 100\r\n"))
    terminal.types("hello\n")
    holds("terminal: input", terminal.shows("got hello\r\n"))
    holds("terminal: /dev/console", terminal.shows("88\r\n"))
    other = Sent(room)
    words = ["exec", "--tty", "--console-socket", other.path, one.id]
    words = [room.program, "--root", room.root, *words, "sh", "-c", "tty; read x; exit 4"]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL) as process:
        holds("exec: terminal", other.receive() or other.shows("/dev/pts/1\r\n"))
        other.types("\n")
        holds("exec: the status of one with a terminal", differs(process.wait(), 4))
    terminal.types("\x03")
    holds("terminal: ctrl-c", terminal.shows("over"))
    holds("delete", one.delete().unlike(0) or one.traces())


def try_terminal_refused(tally, room):
    """What asks for a terminal without one, or the reverse."""
    holds, words = tally.holds, "(?i)console.socket"
    for verb, *options in ("create",), ("run", "--detach"):
        one = Container(room, "tty", with_terminal)
        ended = one.verb(verb, *options)
        holds(f"{verb}: a terminal, no socket", ended.unlike(None, words) or one.traces())
    one = Container(room, "tty", with_terminal)
    ended = one.create("--console-socket", "/nowhere")
    holds("no such socket", ended.unlike(None, "nowhere") or one.traces())
    one, sent = Container(room, "tty"), Sent(room)
    ended = one.create("--console-socket", sent.path)
    holds("a socket, no terminal", ended.unlike(None, words) or one.traces())
    one.delete()
    one = Container(room, "echo it runs", with_terminal)
    ended = one.verb("run")
    holds("run: no terminal outside", ended.unlike(None, "terminal|tty") or one.traces())
    holds("run: no terminal outside: it is not run", differs("it runs" in ended.all, False))
    one = Container(room, WAIT)
    holds("begin", one.begin())
    ended = one.verb("exec", "--tty", "--detach", ..., "tty")
    holds("exec --detach: a terminal, no socket", ended.unlike(None, words))
    ended = one.verb("exec", "--tty", ..., "tty")
    holds("exec: no terminal outside", ended.unlike(None, "terminal|tty"))
    holds("delete", one.delete().unlike(0) or one.traces())


def try_terminal_of_spec(tally, room):
    """What a person types: spec, run, exit."""
    name = f"spec-{room.top.name[-8:]}"
    bundle = room.top / "bundles" / name
    bundle.mkdir()
    room.copy_rootfs(bundle / "rootfs")
    tally.holds("spec", room.call("spec", "--bundle", bundle).unlike(0))
    screen = at_terminal(room, "run", "--bundle", bundle, name)
    tally.holds("spec, run: a prompt", screen.shows("/ # "))
    screen.types("exit 7\n")
    tally.holds("spec, run, exit 7", screen.ends(7))
    screen.close()
    tops = [point for point, kind in mounts() if kind.startswith("cgroup")]
    found = [top for top in tops if os.path.exists(f"{top}/stepbox-oci/{name}")]
    found += room.root.glob("*")
    tally.holds("spec, run, exit: nothing is left", differs(found, []))
    room.call("delete", "--force", name)


def try_terminal_of_run(tally, room):
    """`run` at a terminal relays it."""
    holds = tally.holds
    script = "tty; stty size; trap 'stty size' WINCH; trap 'echo int' INT; trap 'exit 9' TERM;"
    script += "stat -c %u $(tty) /dev/console; while :; do read word && echo got $word; done"

    def of_user(config):
        with_terminal(config)
        config["process"]["user"] = {"uid": 7, "gid": 8}

    one = Container(room, script, of_user)
    screen = run_at_terminal(room, one)
    holds("run: its name and size", screen.shows("/dev/pts/0\r\n50 120\r\n"))
    holds("run: its owner", screen.shows("7\r\n7\r\n"))
    screen.types("hello\n")
    holds("run: input, and its echo", screen.shows("hello\r\ngot hello\r\n"))
    holds("run: the caller's is raw", "" if screen.is_raw() else "it is not")
    screen.resize(40, 99)
    holds("run: another size", screen.shows("40 99\r\n"))
    screen.types("\x03")
    holds("run: ctrl-c", screen.shows("int\r\n"))
    screen.process.send_signal(signal.SIGINT)
    holds("run: INT", screen.shows("int\r\n"))
    screen.process.send_signal(signal.SIGTERM)
    holds("run: TERM, the status", screen.ends(9) or one.traces())
    screen.close()

    one = Container(room, "stty size; exit 3", lambda config: config["process"].update(SIZE))
    screen = run_at_terminal(room, one, "--keep")
    holds("run: consoleSize", screen.shows("30 100\r\n"))
    holds("run: an exit status", screen.ends(3))
    holds("run --keep", differs(one.status(), "stopped") or one.delete().unlike(0))
    screen.close()

    def in_user_namespace(config):
        maps([0, 100000, 65536])(config, room)
        of_user(config)

    one = Container(room, "stat -c %u $(tty) /dev/console; exit 4", in_user_namespace)
    screen = run_at_terminal(room, one)
    holds("run: a terminal in a user namespace", screen.shows("7\r\n7\r\n") or screen.ends(4))
    screen.close()

    one = Container(room, "echo begun; exec sleep 100", with_terminal)
    screen = run_at_terminal(room, one)
    holds("run: begin", screen.shows("begun"))
    screen.process.send_signal(signal.SIGTERM)
    holds("run: TERM, without a handler", screen.ends(143) or one.traces())
    screen.close()

    one = Container(room, "echo begun; exec sleep 100", with_terminal)
    screen = run_at_terminal(room, one)
    holds("run: begin", screen.shows("begun"))
    screen.close()
    holds("run: the caller's terminal hangs up", differs(screen.status(), 129))
    holds("run: nothing is left of that", one.traces())


def try_terminal_of_files(tally, room):
    """A part of stdin, stdout and stderr is a terminal."""
    holds = tally.holds
    one = Container(room, "read word; stty size; echo got $word; exit 5", with_terminal)
    with open(room.rootfs / "etc/hostname", "rb") as given:
        screen = run_at_terminal(room, one, stdin=given)
        holds("run: stdin from a file", screen.shows("50 120\r\ngot busybox\r\n"))
        holds("run: stdin from a file, the status", screen.ends(5) or one.traces())
        screen.close()
    one = Container(room, "tty; while :; do echo more || exit; done", with_terminal)
    screen = run_at_terminal(room, one, stdout=subprocess.PIPE)
    said = screen.process.stdout.readline().decode().strip()
    holds("run: stdout to a pipe", differs(said, "/dev/pts/0"))
    screen.process.stdout.close()
    screen.status()
    holds("run: the reader of stdout ends", one.traces())
    one.delete()
    screen.close()


def try_terminal_of_exec(tally, room):
    """`exec --tty` at a terminal relays it."""
    holds = tally.holds
    one = Container(room, WAIT)
    holds("begin", one.begin())
    words = "tty; stty size; test -e /dev/console && echo a console; stat -c %u $(tty);"
    words += "read x; exit $x"
    screen = at_terminal(room, "exec", "--tty", "--user", "7:8", one.id, "sh", "-c", words)
    holds("exec: its name and size", screen.shows("/dev/pts/0\r\n50 "))
    holds("exec: its owner; no /dev/console", screen.shows("120\r\n7\r\n"))
    screen.types("6\n")
    holds("exec: a status", screen.ends(6))
    screen.close()
    file = room.top / f"process{next(room.numbers)}"
    process = {**one.config["process"], **SIZE, "args": ["stty", "size"]}
    file.write_text(str(process).replace("'", '"').replace("True", "true"), encoding="utf-8")
    screen = at_terminal(room, "exec", "--process", file, one.id)
    holds("exec: consoleSize", screen.shows("30 100\r\n") or screen.ends(0))
    screen.close()
    holds("delete", one.delete().unlike(0) or one.traces())


def try_terminal_without(tally, room):
    """Without a terminal of its own, a command gets the signals of the caller's."""
    holds = tally.holds
    script = "trap 'echo int' INT; trap 'exit 9' TERM; echo begun; while :; do sleep 0.05; done"
    one = Container(room, script)
    screen = run_at_terminal(room, one)
    holds("run: begin", screen.shows("begun\r\n"))
    screen.types("\x03")
    holds("run: ctrl-c reaches a command without a terminal", screen.shows("int\r\n"))
    inner = at_terminal(room, "exec", one.id, "sh", "-c", script)
    holds("exec: begin", inner.shows("begun\r\n"))
    inner.types("\x03")
    holds("exec: ctrl-c reaches a command without a terminal", inner.shows("int\r\n"))
    inner.process.terminate()
    holds("exec: TERM", inner.ends(9))
    inner.close()
    owner = os.fstat(screen.slave).st_uid
    ended = one.verb("exec", "--user", "7:8", ..., "true")
    holds("exec: true", ended.unlike(0))
    screen.process.terminate()
    holds("run: TERM", screen.ends(9) or one.traces())
    screen.close()
    one = Container(room, "exec sleep 100", lambda config: config["process"].update(
        user={"uid": 7, "gid": 7}))
    screen = run_at_terminal(room, one)
    becomes(lambda: one.status() == "running")
    holds("the caller's terminal stays the caller's", differs(os.fstat(screen.slave).st_uid, owner))
    screen.process.terminate()
    holds("run: TERM, without a handler", screen.ends(143) or one.traces())
    screen.close()
    reap()


PARTS = (
    try_terminal_sent,
    try_terminal_refused,
    try_terminal_of_spec,
    try_terminal_of_run,
    try_terminal_of_files,
    try_terminal_of_exec,
    try_terminal_without,
)
