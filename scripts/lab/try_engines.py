#!/usr/bin/env -S python3 -B
"""try_engines [PROGRAM]: tests an OCI runtime under podman: build/stepbox-oci, or crun or runc to
compare. podman has a store of its own, no network, and an image of busybox/.

Runs as root in a stage with a PID namespace of its own, and leaves nothing behind. With PARTS=pods
only the functions with this in their name: try_pods().
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from oci_bundle import Room, becomes, enter_room, hide_unified, run
from summary import Summary
from tally import Tally
from task import TOP, run_main

CONF = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
netns = "none"
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
infra_image = "localhost/busybox"
"""
POD = """apiVersion: v1
kind: Pod
metadata:
  name: played
spec:
  containers:
  - name: one
    image: localhost/busybox:latest
    imagePullPolicy: Never
    command: ["sleep", "100"]
    securityContext:
      readOnlyRootFilesystem: true
      runAsUser: 7
"""
TRAP = "trap 'exit 3' TERM; echo begun; while :; do sleep 0.05; done"


class Podman:
    """podman with a store in the room, and this runtime."""

    def __init__(self, room, program, tally=None):
        self.room, self.tally = room, tally
        (room.top / "containers.conf").write_text(CONF, encoding="utf-8")
        os.environ["CONTAINERS_CONF"] = str(room.top / "containers.conf")
        os.environ["TMPDIR"] = str(room.top)
        self.words = ["podman", "--runtime", program]
        for option, name in ("--root", "root"), ("--runroot", "run"), ("--tmpdir", "tmp"):
            self.words += [option, room.top / "podman" / name]
        self.group = ["--cgroup-parent", f"{room.group}/pod"]

    def call(self, *words, **options):
        """Runs podman; containers and pods are below the room's group."""
        head = 2 if words[:2] == ("pod", "create") else 1
        group = self.group if words[0] in ("run", "create") or head == 2 else []
        return run(*self.words, *words[:head], *group, *words[head:], **options)

    def says(self, name, status, pattern, *words, **options):
        """One claim: the exit status (None: any but 0), and a pattern of the output."""
        ended = self.call(*words, **options)
        self.tally.holds(name, ended.unlike(status, pattern))
        return ended

    def becomes(self, name, pattern, *words):
        """One claim: the output soon has this pattern."""
        ended = becomes(lambda: (one := self.call(*words)).unlike(0, pattern) == "" and one)
        self.tally.holds(name, "" if ended else self.call(*words).unlike(0, pattern))


def import_image(room, podman):
    """Imports busybox/; returns the defect, if any."""
    subprocess.run(["tar", "-C", TOP / "busybox", "-cf", room.top / "image.tar", "."], check=True)
    return podman.call(
        "import", "--change", 'CMD ["sleep", "1000"]', room.top / "image.tar", "busybox"
    ).unlike(0)


def try_run(podman):
    """One command each."""

    def runs(name, status, pattern, *words, **options):
        podman.says(f"run {name}", status, pattern, "run", "--rm", *words, **options)

    def shell(script):
        return ["busybox", "sh", "-c", script]

    script = "echo hello; hostname; pwd; cat /proc/1/comm; exit 4"
    runs("--rm", 4, "^hello\nh\n/tmp\nsh$", "--hostname", "h", "-w", "/tmp", *shell(script))
    runs("-i", 0, "^given$", "-i", "busybox", "cat", stdin="given\n")
    runs("no such program", 127, "not found", "busybox", "nothing")
    runs("no program, but a file", 126, "(?i)permission denied", "busybox", "/etc/passwd")
    tight = ["--read-only", "--cap-drop", "all", "--pids-limit", "20", "-m", "64m"]
    tight += ["--security-opt", "no-new-privileges", "--ulimit", "nofile=77:88"]
    tight += ["--ulimit", "nproc=1000:1000"]
    runs("with restrictions", 0, "^0000000000000000\n77\n1\n.*(Read-only)", *tight, *shell(
        "sed -n 's/CapEff:\t//p' /proc/self/status; ulimit -n;"
        " sed -n 's/NoNewPrivs:\t//p' /proc/self/status; touch /f; touch /tmp/f"))
    runs("with more", 0, "^c:b\nv\n1\n5 6$", "--device", "/dev/zero:/dev/mine", "--sysctl",
         "net.ipv4.ip_forward=1", "-e", "V=v", "--user", "5:6", "--init=false", *shell(
             "test -c /dev/mine && echo c:b; echo $V; cat /proc/sys/net/ipv4/ip_forward;"
             " echo $(id -u) $(id -g)"))
    (podman.room.top / "volume").mkdir()
    volume = f"{podman.room.top}/volume:/v"
    runs("-v, --tmpfs", 0, r"^Size\n.* 1024 ", "-v", volume, "--tmpfs", "/t:size=1m", *shell(
        "touch /v/f; df -k /t | sed 's/.*1K-blocks.*/Size/'"))
    podman.tally.holds("-v", "" if (podman.room.top / "volume/f").exists() else "no file")
    runs("--network none has lo", 0, "^0x9$", *shell("cat /sys/class/net/lo/flags"))
    runs("--privileged", 0, "^CapEff:\t0*[1-9a-f][0-9a-f]{9,}$", "--privileged", *shell(
        "grep CapEff /proc/self/status"))
    runs("--uidmap", 0, "^0\n +0 +100000 +1000$", "--uidmap", "0:100000:1000", *shell(
        "id -u; cat /proc/self/uid_map"))
    runs("--pid host, --ipc host, --uts host", 0, "^no$", "--pid", "host", "--ipc", "host", "--uts",
         "host", *shell("test $$ = 1 || echo no"))
    words = [*podman.words, "run", "--rm", "-it", *podman.group, "busybox", "sh", "-c"]
    command = " ".join(f"'{word}'" for word in [*words, "tty; exit 5"])
    ended = run("script", "-qec", command, "/dev/null")
    podman.tally.holds("run -it", ended.unlike(5, "/dev/pts/0"))


def try_long(podman):
    """A container that goes on."""
    says = podman.says
    says("run -d", 0, "^[0-9a-f]{64}$", "run", "-d", "--name", "one", "--health-cmd", "test -e /ok",
         "--health-interval", "disable", "busybox", "sh", "-c", TRAP)
    podman.becomes("logs", "^begun$", "logs", "one")
    says("ps", 0, "^one Up", "ps", "--format", "{{.Names}} {{.Status}}")
    says("exec", 6, "^in$", "exec", "one", "sh", "-c", "echo in; exit 6")
    says("exec, no such program", 127, "not found", "exec", "one", "nothing")
    says("exec, no program, but a file", 126, "(?i)permission", "exec", "one", "/etc/passwd")
    says("exec -i -e -w -u", 0, "^given\nv /tmp 7$", "exec", "-i", "-e", "V=v", "-w", "/tmp", "-u",
         "7", "one", "sh", "-c", "cat; echo $V $PWD $(id -u)", stdin="given\n")
    command = " ".join(f"'{word}'" for word in [*podman.words, "exec", "-it", "one", "tty"])
    ended = run("script", "-qec", command, "/dev/null")
    podman.tally.holds("exec -it", ended.unlike(0, "/dev/pts/0"))
    says("top", 0, "PID(.*\n)+.*sh -c trap", "top", "one")
    says("stats", 0, "^one [0-9]", "stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}", "one")
    says("run --pid container:", 0, "sh -c trap", "run", "--rm", "--pid", "container:one",
         "busybox", "ps")
    says("healthcheck: not healthy", 1, "", "healthcheck", "run", "one")
    says("exec touch", 0, "", "exec", "one", "touch", "/ok")
    says("healthcheck: healthy", 0, "", "healthcheck", "run", "one")
    says("pause", 0, "", "pause", "one")
    says("exec in a paused one", None, "", "exec", "one", "true")
    says("unpause", 0, "", "unpause", "one")
    says("cp to it", 0, "", "cp", podman.room.top / "containers.conf", "one:/tmp/copied")
    says("cp from it", 0, "", "cp", "one:/tmp/copied", podman.room.top / "copied")
    text = podman.room.top / "copied"
    same = text.exists() and text.read_text("utf-8") == CONF
    podman.tally.holds("cp: the text", "" if same else "another")
    says("commit", 0, "", "commit", "-q", "one", "two")
    says("stop", 0, "", "stop", "-t", "5", "one")
    says("stop: the status", 0, "^3$", "inspect", "-f", "{{.State.ExitCode}}", "one")
    says("start again", 0, "", "start", "one")
    says("kill", 0, "", "kill", "one")
    says("wait", 0, "^137$", "wait", "one")
    says("rm", 0, "", "rm", "one")
    says("run of the new image", 0, "^/ok$", "run", "--rm", "two", "ls", "/ok")


def try_pods(podman):
    """Containers that share namespaces."""
    says = podman.says
    says("pod create", 0, "", "pod", "create", "--name", "pod", "--infra-command", "sleep 1000")
    says("a container in it", 0, "", "run", "-d", "--pod", "pod", "--name", "a", "busybox", "sleep",
         "100")
    spaces = "for n in net ipc uts pid; do readlink /proc/self/ns/$n; done"
    first = says("exec", 0, "net:", "exec", "a", "sh", "-c", spaces)
    second = says("another in it", 0, "net:", "run", "--rm", "--pod", "pod", "busybox", "sh", "-c",
                  spaces)
    same = [line for line in first.out.split() if line in second.out.split()]
    podman.tally.holds("they share net, ipc, uts", "" if len(same) == 3 else f"{first}\n{second}")
    says("pod stop", 0, "", "pod", "stop", "-t", "1", "pod")
    says("pod rm", 0, "", "pod", "rm", "-f", "-t", "1", "pod")


def try_play(podman):
    """A pod of Kubernetes' kind. Its group is podman's own."""
    path = podman.room.top / "pod.yaml"
    path.write_text(POD, encoding="utf-8")
    podman.says("kube play", 0, "played-one|Pod", "kube", "play", "--network", "none", path)
    podman.says("kube play: exec", 0, "^7$", "exec", "played-one", "id", "-u")
    words = ["exec", "-u", "0", "played-one", "touch", "/f"]
    podman.says("kube play: read-only", 1, "Read-only", *words)
    podman.says("kube down", 0, "", "kube", "down", path)


def works(room):
    """Whether podman works here with another runtime."""
    for other in "crun", "runc":
        if shutil.which(other):
            if not Podman(room, other).call("run", "--rm", "busybox", "true").status:
                return True
    return False


def main(arguments):
    """The command line; returns the exit status."""
    scratch, *words = enter_room(__file__, arguments)
    missing = [name for name in ("podman", "conmon") if not shutil.which(name)]
    if missing:
        print(f"  skip  there is no {' and no '.join(missing)}\n{Summary(skipped=1)}")
        return 0
    hide_unified()
    room, tally = Room(scratch, *words), Tally()
    podman = Podman(room, room.program, tally)
    wrong = import_image(room, podman)
    if wrong or not works(room):
        print(f"  skip  podman does not work here with another runtime\n{wrong}")
        print(Summary(skipped=1))
        room.close()
        return 0
    for part in try_run, try_long, try_pods, try_play:
        if os.environ.get("PARTS", "") not in part.__name__:
            continue
        start = time.monotonic()
        part(podman)
        print(f"  {part.__name__}: {time.monotonic() - start:.1f} s")
        sys.stdout.flush()
    podman.says("pod rm -fa", 0, "", "pod", "rm", "-fa", "-t", "0")
    podman.says("rm -fa", 0, "", "rm", "-fa", "-t", "0")
    podman.says("nothing is left", 0, r"\A\Z", "ps", "-aq")
    base = room.top / "podman"
    for point in [point for point, _ in room.new_mounts() if point.startswith(f"{base}/")]:
        if not re.search(r"/(overlay|shm|netns)", point[len(str(base)) :]):
            tally.holds("no mount is left", point)
        subprocess.run(["umount", "-l", point])
    tally.holds("at the end nothing is left", room.left(groups=False))
    tops = [Path(path) for path in room.groups() if "libpod-" in path.name]
    tally.holds("no group is left", "\n".join(map(str, tops)))
    room.close()
    return tally.end()


if __name__ == "__main__":
    run_main(main)
