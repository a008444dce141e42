#!/usr/bin/python3 -B
"""watch WHICH: checks a step in work/, or a challenge (-NAME), whenever a source is saved.

Checks the claim that was red first; when it is green, the next one; when none is left, all. With
CLAIM=NAME in the environment, checks that one only. Ends with ^C, or when the folder is removed.
"""

import os
import sys
import time

from check import check, failed_before
from task import Task, run_main

INTERVAL = 0.1  # seconds between two looks at the folder: 30 us of CPU time each
SOURCES = (".cpp", ".hpp", ".sh")


def state_of(folder):
    """A value that changes when a source is saved, whether the editor writes or renames the file."""
    state = {}
    try:
        for entry in os.scandir(folder):
            if entry.name.endswith(SOURCES):
                status = entry.stat()
                state[entry.name] = (status.st_ino, status.st_mtime_ns, status.st_size)
    except OSError:  # it is being saved or removed right now; the next look will see the result
        pass
    return state


def look(task, claim):
    """Checks once. A student's error must not end the watch."""
    print(time.strftime("\n--- %H:%M:%S"), flush=True)
    try:
        if not claim:
            while failed := failed_before(task):
                if check(task, failed[0]) != 0:
                    return
        check(task, claim)
    except Exception as error:  # a Complaint, or a file that has just gone
        print(error, file=sys.stderr)
    except SystemExit:  # verify has printed the reason
        pass
    sys.stdout.flush()


def main(arguments):
    """The command line; returns the exit status."""
    task = Task(arguments[0] if arguments else "")
    task.require_work()
    seen = None
    while True:
        state = state_of(task.work)
        if state != seen:
            seen = state
            look(task, os.environ.get("CLAIM", ""))
        time.sleep(INTERVAL)
        task.require_work()


if __name__ == "__main__":
    run_main(main)
