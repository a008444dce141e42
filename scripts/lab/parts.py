"""Runs the parts of a test in parallel, and adds up their sums.

A part is a program that ends its output with "N passed, N failed, N skipped" (summary.py). Its
output is printed when the part has ended, so that outputs do not mix. Parts start in the order of
their list, as many at a time as there are lanes.
"""

import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import time

from summary import Summary

MOST_REPEATED = 60  # lines of one red part that are shown again at the end


@dataclasses.dataclass
class Part:
    """One program to run. `counts_as_one`: its exit status alone decides, it reports no sum."""

    title: str
    command: list
    counts_as_one: bool = False
    alone: bool = False  # starts when all before it have ended; those after it wait for it
    environment: dict = dataclasses.field(default_factory=dict)

    # Its result.
    status: int = None
    summary: Summary = Summary()
    broken: bool = False  # it counted no failure, but failed
    seconds: float = 0
    cpu_seconds: float = 0
    output: str = ""

    def line(self):
        """Its line in the table at the end."""
        sum_ = "broken" if self.broken else str(self.summary)
        return f"{self.title}: {sum_} ({self.seconds:.0f} s, CPU {self.cpu_seconds:.0f} s)"

    def judge(self, status, output):
        """Evaluates the exit status and the output of the program."""
        self.status, self.output = status, output
        found = Summary.last_in(output)
        if self.counts_as_one:
            self.summary = Summary(failed=1) if status else Summary(passed=1)
        elif found is None or (status != 0 and found.failed == 0):
            self.broken = True
            self.summary = (found or Summary()) + Summary(failed=1)
        else:
            self.summary = found

    def reds(self):
        """The red lines of its output, with their reasons; of a part without a sum its last lines."""
        lines = self.output.splitlines()
        if self.counts_as_one or self.broken:
            return lines[-40:]
        found, left = [], 0
        for line in lines:
            if line.lstrip().startswith("RED "):
                left = 7  # the line itself, and six that give the reason
            if left > 0:
                found.append(line)
                left -= 1
        return found[:MOST_REPEATED]


class Runner:
    """Runs parts, `lanes` at a time. A part that is interrupted ends with all its processes."""

    def __init__(self, lanes, out=None, rule="==="):
        self.lanes = lanes
        self.out = out or sys.stdout
        self.rule = rule
        self.done = []
        self._running = {}  # pid -> (part, file of its output, time of its start)

    def run(self, parts):
        """Runs them all; returns the sum."""
        waiting = list(parts)
        try:
            while waiting or self._running:
                while waiting and self._may_start(waiting[0]):
                    self._start(waiting.pop(0))
                self._wait_for_one()
        finally:
            self._end_all()
        return sum((part.summary for part in parts), Summary())

    def _may_start(self, part):
        running = [each for each, _, _ in self._running.values()]
        if part.alone or any(each.alone for each in running):
            return not running
        return len(running) < self.lanes

    def _start(self, part):
        file = tempfile.TemporaryFile()
        process = subprocess.Popen(
            part.command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, **part.environment},
            start_new_session=True,
        )
        process.returncode = 0  # it is reaped by wait4() below: Popen must not try
        self._running[process.pid] = part, file, time.monotonic()

    def _wait_for_one(self):
        pid, status, usage = os.wait4(-1, 0)
        if pid not in self._running:
            return
        part, file, start = self._running.pop(pid)
        file.seek(0)
        part.seconds = time.monotonic() - start
        part.cpu_seconds = usage.ru_utime + usage.ru_stime
        status = os.waitstatus_to_exitcode(status)
        part.judge(status, file.read().decode(errors="replace"))
        file.close()
        self._tell(part)
        self.done.append(part)

    def _tell(self, part):
        print(f"\n{self.rule} {part.title}", file=self.out)
        self.out.write(part.output)
        if part.output and not part.output.endswith("\n"):
            self.out.write("\n")
        if part.broken or (part.counts_as_one and part.status):
            print(f"  RED   {part.title}: exit status {part.status}", file=self.out)
        self.out.flush()

    # TERM first: verify and the virtual machines remove what they have made.
    def _end_all(self):
        for pid, (part, file, _) in self._running.items():
            print(f"\n{self.rule} {part.title}: interrupted", file=self.out)
            _signal_group(pid, signal.SIGTERM)
            file.seek(0)
            self.out.write(file.read().decode(errors="replace"))
        deadline = time.monotonic() + 10
        while self._running and time.monotonic() < deadline:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            self._running.pop(pid, None)
            time.sleep(0 if pid else 0.05)
        for pid in self._running:
            _signal_group(pid, signal.SIGKILL)

    def tell_reds(self):
        """Prints the red lines of each part again."""
        red = [part for part in self.done if part.summary.failed]
        if red:
            print(f"\n{self.rule} what was red, again", file=self.out)
        for part in red:
            print(f"{part.title}:", file=self.out)
            for line in part.reds():
                print(f"  {line}", file=self.out)


def _signal_group(pid, number):
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        pass


def end_by_signals():
    """TERM and HUP end this process as ^C does: by an exception, so that parts are ended, too."""

    def interrupt(number, _):
        raise SystemExit(128 + number)

    for number in signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, interrupt)
