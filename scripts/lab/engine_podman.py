"""podman, as root. For try_engines.py."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from engine_room import IMAGE, TRAP, BasicEngine, limit, replace_file, shell
from oci_bundle import differs

PROGRAMS = ["podman", "conmon"]
CONF = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
netns = "none"
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
infra_image = "localhost/busybox"
[engine.runtimes]
named = ["{program}"]
"""
POD = """apiVersion: v1
kind: Pod
metadata:
  name: played
spec:
  shareProcessNamespace: true
  containers:
  - name: one
    image: localhost/busybox:latest
    imagePullPolicy: Never
    command: ["sleep", "100"]
    securityContext:
      readOnlyRootFilesystem: true
      runAsUser: 7
  - name: two
    image: localhost/busybox:latest
    imagePullPolicy: Never
    command: ["sh", "-c", "echo $COLOUR; exec sleep 200"]
    env:
    - name: COLOUR
      value: blue
    resources:
      limits:
        memory: 64Mi
"""


class Engine(BasicEngine):
    """podman with a store in the room, and this runtime."""

    def __init__(self, room, tally):
        super().__init__(room, tally)
        conf = room.top / "containers.conf"
        conf.write_text(CONF.format(program=room.program), encoding="utf-8")
        os.environ["CONTAINERS_CONF"] = str(conf)
        os.environ["TMPDIR"] = str(room.top)
        self.words = self.words_for(room.program)
        self.group = ["--cgroup-parent", f"{room.group}/pod"]

    def words_for(self, program):
        """What begins each command with this runtime."""
        folder = self.room.top / "podman"
        words = ["podman", "--runtime", program, "--root", folder / "root"]
        return [*words, "--runroot", folder / "run", "--tmpdir", folder / "tmp"]

    def call(self, *words, **options):
        """Runs podman; containers and pods are below the room's group."""
        head = 2 if words[:2] == ("pod", "create") else 1
        group = self.group if words[0] in ("run", "create") or head == 2 else []
        return super().call(*words[:head], *group, *words[head:], **options)

    def defect(self):
        """Imports busybox/, and tries other runtimes."""
        wrong = self.call("load", "-q", "-i", self.room.top / "image.tar").unlike(0)
        mine = self.words
        for other in filter(shutil.which, [] if wrong else ["runc", "crun"]):
            self.words = self.words_for(other)
            if not (wrong := self.call("run", "--rm", "busybox", "true").unlike(0)):
                break
        self.words = mine
        return wrong

    def remove_all(self):
        """Removes what the parts have left; checks that nothing is there."""
        self.says("pod rm -fa", 0, "", "pod", "rm", "-fa", "-t", "0")
        self.says("rm -fa", 0, "", "rm", "-fa", "-t", "0")
        self.says("nothing is left", 0, r"\A\Z", "ps", "-aq")

    def own_mount(self, point):
        """podman's: the store, /dev/shm of its containers, network namespaces."""
        return bool(re.search(r"/podman/.*(overlay|shm|netns)", point))


def end(says):
    """Ends the container one, whose command is TRAP, twice."""
    says("stop", 0, "", "stop", "-t", "5", "one")
    says("stop: the status", 0, "^3$", "inspect", "-f", "{{.State.ExitCode}}", "one")
    says("start again", 0, "", "start", "one")
    says("kill", 0, "", "kill", "one")
    says("wait", 0, "^137$", "wait", "one")
    says("rm", 0, "", "rm", "one")


def try_run(podman):
    """One command each."""

    def runs(name, status, pattern, *words, **options):
        podman.says(f"run {name}", status, pattern, "run", "--rm", *words, **options)

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
    for path in "/etc/subuid", "/etc/subgid":
        replace_file(podman.room, path, "containers:200000:70000\n")
    runs("--userns auto", 0, "^0\n +0 +200000 +1024$", "--userns", "auto", *shell(
        "stat -c %u /bin/busybox; cat /proc/self/uid_map"))
    runs("--pid host, --ipc host, --uts host", 0, "^no$", "--pid", "host", "--ipc", "host", "--uts",
         "host", *shell("test $$ = 1 || echo no"))
    mine, podman.words = podman.words, podman.words_for("named")
    runs("by the name of the runtime", 0, "^in$", *shell("echo in"))
    podman.words = mine
    podman.at_terminal("run -it", "run", "--rm", "-it", *podman.group, IMAGE)


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
    podman.at_terminal("exec -it", "exec", "-it", "one")
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
    texts = [(podman.room.top / name).read_text("utf-8") for name in ("containers.conf", "copied")]
    podman.tally.holds("cp: the text", differs(texts[1], texts[0]))
    says("commit", 0, "", "commit", "-q", "one", "two")
    end(says)
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
    says = podman.says
    path = podman.room.top / "pod.yaml"
    path.write_text(POD, encoding="utf-8")
    says("kube play", 0, "played-one|Pod", "kube", "play", "--network", "none", path)
    says("kube play: exec", 0, "^7$", "exec", "played-one", "id", "-u")
    words = ["exec", "-u", "0", "played-one", "touch", "/f"]
    says("kube play: read-only", 1, "Read-only", *words)
    podman.becomes("kube play: the other's logs", "^blue$", "logs", "played-two")
    words = ["exec", "played-two", "ps"]
    says("kube play: they share processes", 0, "sleep 100(.*\n)+.*sleep 200", *words)
    words = ["inspect", "-f", "{{.State.CgroupPath}}", "played-two"]
    group = podman.call(*words).out.strip()
    podman.tally.holds("kube play: a limit", differs(limit(group, "memory"), str(64 << 20)))
    says("kube down", 0, "", "kube", "down", path)


PARTS = [try_run, try_long, try_pods, try_play]
