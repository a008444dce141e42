#!/usr/bin/python3 -B
"""try_oci_apparmor [PROGRAM]: tests an OCI runtime under AppArmor: build/stepbox-oci, or crun or
runc to compare. Only for a virtual machine of scripts/vm: it loads a profile.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from oci_bundle import Container, Room, run
from tally import Tally
from task import TOP, run_main

# All but one file may be written.
PROFILE = """profile stepbox-test flags=(attach_disconnected,mediate_deleted) {
  file,
  capability,
  network,
  signal,
  mount,
  deny /tmp/denied w,
}
"""
WRITE = "cat /proc/self/attr/current; echo x >/tmp/allowed && echo written; echo x >/tmp/denied"
CONFINED = r"\Astepbox-test \(enforce\)\nwritten\n.*(?i:denied: permission denied)"
FREE = r"\Aunconfined\nwritten\n\Z"


def confined(config, profile="stepbox-test"):
    """Asks for the profile."""
    config["process"]["apparmorProfile"] = profile


def without_new_privileges(config):
    """A profile needs none."""
    confined(config)
    config["process"]["noNewPrivileges"] = True


def try_profile(tally, room):
    """The profile of a container, and of another process in it."""
    holds = tally.holds
    holds("no profile", Container(room, WRITE).verb("run").unlike(0, FREE))
    ended = Container(room, WRITE, confined).verb("run")
    holds("apparmorProfile", ended.unlike(None, CONFINED))
    ended = Container(room, WRITE, without_new_privileges).verb("run")
    holds("apparmorProfile with noNewPrivileges", ended.unlike(None, CONFINED))
    one = Container(room, "true", lambda config: confined(config, "stepbox-unknown"))
    holds("an unknown profile", one.verb("run").unlike(None, "stepbox-unknown") or one.traces())
    one = Container(room, ["sleep", "1000"], confined)
    holds("begin", one.begin())
    holds("exec has the same", one.verb("exec", ..., "sh", "-c", WRITE).unlike(None, CONFINED))
    holds("delete", one.delete().unlike(0) or one.traces())
    one = Container(room, ["sleep", "1000"])
    holds("begin", one.begin())
    holds("exec without one", one.verb("exec", ..., "sh", "-c", WRITE).unlike(0, FREE))
    words = ["exec", "--apparmor", "stepbox-test", ..., "sh", "-c", WRITE]
    holds("exec --apparmor", one.verb(*words).unlike(None, CONFINED))
    words[2] = "stepbox-unknown"
    holds("exec --apparmor: an unknown one", one.verb(*words).unlike(None, "stepbox-unknown"))
    holds("delete", one.delete().unlike(0) or one.traces())


def main(arguments):
    """The command line; returns the exit status."""
    if not Path("/run/vm/settings").exists():
        sys.exit("try_oci_apparmor: only in a machine of scripts/vm")
    if not os.path.ismount("/sys/kernel/security"):
        words = ["mount", "-t", "securityfs", "security", "/sys/kernel/security"]
        subprocess.run(words, check=True)
    room, tally = Room(tempfile.mkdtemp(prefix="try-oci-"), *arguments), Tally()
    subprocess.run([TOP / "scripts/rootfs", TOP / "busybox"], check=True)
    tally.holds("apparmor_parser", run("apparmor_parser", "-r", stdin=PROFILE).unlike(0))
    try_profile(tally, room)
    return tally.end()


if __name__ == "__main__":
    run_main(main)
