"""The listener of a seccomp filter: the engine's program that answers system calls of a container
of an OCI runtime. (seccomp_unotify(2), runtime-spec, "Container Process State".) For try_oci.py.
"""

import array
import contextlib
import errno
import fcntl
import json
import os
import select
import socket
import struct
import threading

from oci_bundle import PATIENCE, WAIT, Container, differs

RECEIVE, SEND = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_*
CONTINUE = 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE
REQUEST, ANSWER = "QIIiIQ6Q", "QqiI"  # struct seccomp_notif, seccomp_notif_resp
NUMBERS = {"x86_64": (83, 258), "aarch64": (-1, 34)}[os.uname().machine]  # mkdir(2), mkdirat(2)


class Listener:
    """Answers each call of mkdir(2) with an error, and lets all others go on. `states` are the
    container process states that were sent."""

    def __init__(self, path):
        self.path, self.states = path, []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(str(path))
        self.socket.listen()
        self.done, self.end = os.pipe()
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self):
        """Serves one filter after the other."""
        while select.select([self.socket, self.done], [], [])[0][0] is self.socket:
            connection = self.socket.accept()[0]
            with connection:
                connection.settimeout(PATIENCE)
                text, (calls,), _, _ = socket.recv_fds(connection, 1 << 16, 1)
                while more := connection.recv(1 << 16):
                    text += more
            self.states.append(json.loads(text))
            self.threads.append(threading.Thread(target=self.answer, args=[calls]))
            self.threads[-1].start()

    def answer(self, calls):
        """Answers the calls of one filter until no process has it any more."""
        poll = select.poll()
        poll.register(calls, select.POLLIN)
        poll.register(self.done, select.POLLIN)
        while poll.poll() == [(calls, select.POLLIN)]:
            request = array.array("B", bytes(struct.calcsize(REQUEST)))
            with contextlib.suppress(OSError):  # ENOENT: the process was killed meanwhile
                fcntl.ioctl(calls, RECEIVE, request)
                identity, _, _, number, *_ = struct.unpack(REQUEST, request)
                refused = number in NUMBERS
                answer = (0, -errno.ENOMEDIUM, 0) if refused else (0, 0, CONTINUE)
                fcntl.ioctl(calls, SEND, struct.pack(ANSWER, identity, *answer))
        os.close(calls)

    def close(self):
        """Ends the threads."""
        os.write(self.end, b"x")
        for thread in self.threads:
            thread.join()
        self.socket.close()
        self.path.unlink()


def notifies(path, *calls, **members):
    """A filter that asks the listener about these calls."""
    return {
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [{"names": list(calls), "action": "SCMP_ACT_NOTIFY"}],
        "listenerPath": str(path),
        **members,
    }


def try_listener(tally, room):
    """A listener is told of the container, and answers its calls; exec's too."""
    holds = tally.holds
    path = room.top / "listener"
    # Among the calls are those that the runtime makes between seccomp(2) and execve(2).
    every = ["mkdir", "mkdirat", "read", "write", "close", "sendmsg", "execve", "close_range"]
    for forbids in False, True:
        case = f"seccomp listener, {'no ' if forbids else ''}new privileges"
        listener = Listener(path)

        def change(config, forbids=forbids):
            config["process"]["noNewPrivileges"] = forbids
            config["linux"]["seccomp"] = notifies(path, *every, listenerMetadata="some data")

        one = Container(room, f"mkdir /tmp/d; {WAIT}", change)
        wrong = one.create().unlike(0)
        sent = listener.states[0] if listener.states else {}
        pid = one.state().get("pid")
        holds(f"{case}: create", wrong)
        found = {key: sent.get(key) for key in ("ociVersion", "fds", "pid", "metadata")}
        holds(f"{case}: the process", differs(found, {
            "ociVersion": "1.0.2", "fds": ["seccompFd"], "pid": pid, "metadata": "some data"}))
        found = sent.get("state", {})
        expected = {"id": one.id, "status": "creating", "pid": pid, "bundle": str(one.bundle)}
        holds(f"{case}: the state", differs({key: found.get(key) for key in expected}, expected))
        wrong = one.verb("start").unlike(0) or one.prints("begun")
        holds(f"{case}: its answer", wrong or one.prints("No medium found"))
        ended = one.verb("exec", ..., "mkdir", "/tmp/e")
        holds(f"{case}: exec", ended.unlike(1, "No medium found"))
        sent = listener.states[1] if len(listener.states) == 2 else {}
        found = {key: sent.get("state", {}).get(key) for key in ("status", "pid")}
        holds(f"{case}: exec's state", differs(found, {"status": "running", "pid": pid}))
        holds(f"{case}: exec's process", differs(sent.get("pid", pid) != pid, True))
        holds(f"{case}: delete", one.delete().unlike(0) or one.traces())
        listener.close()

    def alone(config):
        config["linux"]["seccomp"] = notifies(path, "mkdir", "mkdirat")

    one = Container(room, "true", alone)
    holds("seccomp listener: nobody listens", one.create().unlike(None, str(path)) or one.traces())
    one.delete()
