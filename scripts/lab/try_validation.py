#!/usr/bin/python3 -B
"""try_validation SOURCE [PROGRAM]: the validation suite of opencontainers/runtime-tools on an OCI
runtime: build/stepbox-oci, or another one to compare. By hand: SOURCE is a clone of that
repository in which `make runtimetest validation-executables` was run (Go 1.21 or newer).

What a file of the suite reports as "not ok" is RED, unless EXCUSES says why. Runs as root in a stage,
and leaves nothing behind.
"""

import fnmatch
import os
import re
import subprocess
from pathlib import Path

from oci_bundle import Room, enter_room, hide_unified
from tally import Tally
from task import Complaint, run_main

# FILE: CHECK, with * for any text, and why it fails. All of them fail with runc 1.1, too.
EXCUSES = {
    "delete: attempting to `delete` *": "created containers are deleted, as runc does",
    "hooks_stdin: *prestart*": "until create has ended, the status is creating, as with runc",
    "linux_cgroups_*memory: memory kernel*": "no kernel limits kernel memory any more",
    "*: pids limit is set correctly": "the suite compares two pointers",
    "misc_props: *unknown annotation*": "its root file system has no /runtimetest",
    "pidfile: *": "its command has ended before it is killed",
    "process_capabilities_fail: *": "an unknown capability is a warning in version 1.1",
    "process_rlimits: *RLIMIT_NOFILE": "programs in Go raise their own limit",
    "start: exit status 1": "create refuses a config without a process, as runc does",
    "linux_cgroups_*blkio: *": "needs blkio.leaf_weight",
    "linux_cgroups_*hugetlb: *": "needs the controller hugetlb",
    "linux_cgroups_*network: *": "needs the controllers net_cls and net_prio",
    "linux_mount_label: *": "needs SELinux",
    "linux_process_apparmor_profile: *": "needs AppArmor",
    "process_capabilities: *": "needs all capabilities",
}


def failures(test, source, program):
    """The checks of a file of the suite that fail; its exit status counts as one."""
    words = ["timeout", "60", test]
    environment = {**os.environ, "RUNTIME": program}
    ended = subprocess.run(words, cwd=source, env=environment, stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, errors="replace")
    found = re.findall(r"^not ok \d+ - (.*)$", ended.stdout, re.MULTILINE)
    found = [each for each in found if "# SKIP" not in each]
    if ended.returncode:
        found.append(f"exit status {ended.returncode}: {ended.stderr.strip()[-300:]}")
    return found


def why_excused(check):
    """The excuse for a check, if there is one."""
    return next((why for what, why in EXCUSES.items() if fnmatch.fnmatchcase(check, what)), "")


def main(arguments):
    """The command line; returns the exit status."""
    if not arguments:
        raise Complaint("try_validation: SOURCE, a clone of runtime-tools, is missing")
    scratch, source, *words = enter_room(__file__, arguments)
    tests = sorted(Path(source).glob("validation/*/*.t"))
    if not tests:
        raise Complaint(f"{source}: make runtimetest validation-executables was not run there")
    hide_unified()
    room, tally = Room(scratch, *words), Tally()
    for test in tests:
        checks = [f"{test.stem}: {each}" for each in failures(test, source, room.program)]
        for check in sorted(set(checks)):
            if why := why_excused(check):
                print(f"  {check.splitlines()[0][:70]} ({why})")
        wrong = [check for check in checks if not why_excused(check)]
        tally.holds(test.stem, "\n".join(wrong))
    room.close()
    return tally.end()


if __name__ == "__main__":
    run_main(main)
