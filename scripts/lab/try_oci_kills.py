#!/usr/bin/python3 -B
"""try_oci_kills [--times N] [--calls N] [--verb VERB]... [PROGRAM]: whatever goes wrong in create,
start, exec and delete, `delete --force` leaves nothing: no process, mount, group, network device,
no file.

--times N   kill -9 of each verb at N moments (8; by hand 120)
--calls N   each system call of each verb fails once, with EPERM, ENOMEM or EIO in turn; of all
            these tries, N a verb, evenly spread (8; 0: each call with all three)

PROGRAM: build/stepbox-oci, or crun or runc to compare. A verb with a failed system call either
fails and says why in one line, or has done its work. Runs as root in a stage.
"""

import argparse
import collections
import itertools
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from oci_bundle import (PATIENCE, WAIT, Container, Ended, Room, becomes, enter_room, hide_unified,
                        pids, reap, run)
from tally import Tally
from task import run_main

VERBS = "create", "start", "exec", "delete"
ERRORS = "EPERM", "ENOMEM", "EIO"
# exit(2) has no result. A descriptor that close(2) keeps open is no failure that a kernel has.
# Without brk(2) a static program ends before main().
NEVER_FAILS = "brk", "close", "exit", "exit_group", "rt_sigreturn", "restart_syscall"
# As a process of its own: the verb is our child, and is not waited for until its container ends.
TRACE = ["strace", "--daemonize", "--follow-forks", "--quiet=all"]


def links():
    """The network devices."""
    return set(os.listdir("/sys/class/net"))


def with_all(config):
    """A config with something of each kind. Every other container shares the PID namespace: there
    the end of its first process does not end the others."""
    words = {"path": "/bin/true", "args": ["true"]}
    config["hooks"] = {"createRuntime": [words], "poststart": [words], "poststop": [words]}
    config["linux"]["resources"].update(
        memory={"limit": 64 << 20}, pids={"limit": 100}, cpu={"shares": 500})
    config["linux"]["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}
    config["linux"]["maskedPaths"] = ["/proc/kcore"]
    config["linux"]["readonlyPaths"] = ["/proc/sys"]
    config["linux"]["sysctl"] = {"net.ipv4.ping_group_range": "0 0"}


def reaping(*words):
    """Like run(), and waits for orphans meanwhile, as an engine does: a PID namespace does not end
    while a process that exec has brought in is not waited for."""
    with tempfile.TemporaryFile() as out, subprocess.Popen(words, stdout=out, stderr=out) as one:
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT):
            if ended.si_pid == one.pid:
                break
            os.waitpid(ended.si_pid, 0)
        status = one.wait()
        out.seek(0)
        return Ended(words, status, "", out.read().decode(errors="replace"))


class Trial:
    """A container that is ready for a verb."""

    def __init__(self, room, verb, *, own_pids=True):
        self.verb = verb
        self.one = Container(room, WAIT, with_all)
        if not own_pids:
            self.one.config["linux"]["namespaces"].pop(0)
            self.one.save()
        self.wrong = "" if verb == "create" else self.one.create().unlike(0)
        if not self.wrong and verb in ("exec", "delete"):
            self.wrong = self.one.verb("start").unlike(0) or self.one.prints("begun")
        self.links = links()

    def words(self):
        """The command line of the verb."""
        one, room = self.one, self.one.room
        verb = {"create": ["create", "--bundle", one.bundle, one.id], "start": ["start", one.id],
                "exec": ["exec", one.id, "sh", "-c", "sleep 0.01; echo done"],
                "delete": ["delete", "--force", one.id]}[self.verb]
        return [str(word) for word in [room.program, "--root", room.root, *verb]]

    def what_is_left(self):
        """After delete --force."""
        one, room = self.one, self.one.room
        ended = reaping(one.room.program, "--root", room.root, "delete", "--force", one.id)
        found = one.traces() + room.left()
        found += "".join(f"network device {name}\n" for name in links() - self.links)
        wrong = ended.unlike(0) or found
        if wrong:  # reported once
            for pid in pids() - {os.getpid()}:
                os.kill(pid, signal.SIGKILL)
            shutil.rmtree(room.root / one.id, ignore_errors=True)
            becomes(lambda: reap() or pids() == {os.getpid()})
        return wrong

    def undone(self):
        """The defect of a verb that says that it has done its work."""
        wanted = {"create": ["created"], "start": ["running"], "exec": ["running"],
                  "delete": ["none"]}[self.verb]
        status = self.one.status()
        return "" if status in wanted else f"{self.verb} ended with 0, but it is {status}"


def try_kills(tally, room, verb, times):
    """kill -9 at random moments; the first try takes the time."""
    trial = Trial(room, verb)
    begin = time.monotonic()
    ended = run(*trial.words())
    whole = time.monotonic() - begin
    tally.holds(f"{verb}", ended.unlike(0) or trial.undone() or trial.what_is_left())
    early = 0
    for number in range(times):
        trial = Trial(room, verb, own_pids=number % 2 == 0)
        moment = random.uniform(0, 1.1 * whole)
        with open(os.devnull, "r+b") as null:
            with subprocess.Popen(trial.words(), stdin=null, stdout=null, stderr=null) as process:
                time.sleep(moment)
                process.kill()
        early += process.returncode == -signal.SIGKILL
        name = f"kill -9 of {verb} after {1000 * moment:.1f} ms"
        left = trial.what_is_left()
        tally.holds(name, trial.wrong or left)
    print(f"  kill -9 of {verb}: {early} of {times} before its end")


def calls_of(room, verb):
    """Which system calls the verb makes, and each how often: the most by any of its processes."""
    trial, log = Trial(room, verb), room.top / "trace"
    ended = run(*TRACE, "--output", log, *trial.words())
    wrong = trial.wrong or ended.unlike(0) or trial.undone() or trial.what_is_left()
    counts = collections.Counter()
    for line in log.read_text("utf-8", errors="replace").splitlines():
        if match := re.match(r"(\d+) +([a-z]\w*)\(", line):
            counts[match.groups()] += 1
    most = {}
    for (_, name), count in counts.items():
        most[name] = max(count, most.get(name, 0))
    return wrong, {name: count for name, count in most.items() if name not in NEVER_FAILS}


def failures_of(counts, most):
    """(call, number, error): all, or `most` of them."""
    places = [(name, number) for name in sorted(counts) for number in range(1, counts[name] + 1)]
    places = [place for place in places if place != ("execve", 1)]  # that of strace
    if not most:
        return [(*place, error) for place in places for error in ERRORS]
    step = max(1, len(places) // most)
    return [(*place, error) for place, error in
            zip(places[random.randrange(step)::step], itertools.cycle(ERRORS))]


def try_failures(tally, room, verb, most):
    """One failed system call."""
    wrong, counts = calls_of(room, verb)
    tally.holds(f"{verb} under strace", wrong)
    tries = [] if wrong else failures_of(counts, most)
    refused = 0
    for call, number, error in tries:
        trial = Trial(room, verb)
        inject = f"inject={call}:error={error}:when={number}"
        out = room.top / "words"
        words = [*TRACE, "--output", os.devnull, "-e", inject, *trial.words()]
        with open(out, "wb") as file, open(os.devnull, "rb") as null:
            with subprocess.Popen(words, stdin=null, stdout=file, stderr=file,
                                  start_new_session=True) as process:
                try:
                    process.wait(2 * PATIENCE)
                    late = ""
                except subprocess.TimeoutExpired:
                    late = "it does not end"
                    process.kill()
        text = out.read_text("utf-8", errors="replace")
        lines = [line for line in text.splitlines() if not re.search("^done$|^begun$", line)]
        wrong = trial.wrong or late
        if process.returncode == 0:
            wrong = wrong or trial.undone()
        else:
            refused += 1
            told = lines or call == "write"  # the message's own, as strace counts by process
            wrong = wrong or ("" if told else f"exit status {process.returncode}, without a word")
        left = trial.what_is_left()
        wrong = wrong or left
        tally.holds(f"{verb}: {call} number {number} fails: {error}", wrong and f"{wrong}\n{text}")
    print(f"  {verb}: {len(tries)} failed system calls, {refused} times it failed")


def main(arguments):
    """The command line; returns the exit status."""
    scratch, *words = enter_room(__file__, arguments)
    parser = argparse.ArgumentParser(prog="try_oci_kills")
    parser.add_argument("--times", type=int, default=8)
    parser.add_argument("--calls", type=int, default=8)
    parser.add_argument("--verb", action="append")
    parser.add_argument("program", nargs="?", default="build/stepbox-oci")
    chosen = parser.parse_args(words)
    if chosen.program == "crun":
        hide_unified()
    room, tally = Room(scratch, chosen.program), Tally()
    for verb in chosen.verb or VERBS:
        begin = time.monotonic()
        try_kills(tally, room, verb, chosen.times)
        try_failures(tally, room, verb, chosen.calls)
        print(f"  {verb}: {time.monotonic() - begin:.1f} s")
        sys.stdout.flush()
    tally.holds("at the end nothing is left", room.left())
    room.close()
    return tally.end()


if __name__ == "__main__":
    run_main(main)
