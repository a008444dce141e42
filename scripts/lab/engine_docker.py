"""docker: its daemon with this runtime beside its own. For try_engines.py."""

import json
import os
from pathlib import Path

from engine_room import IMAGE, TRAP, BasicEngine, limit, shell
from oci_bundle import becomes, differs

PROGRAMS = ["dockerd", "docker"]
SOCKET = "/run/docker.sock"


class Engine(BasicEngine):
    """dockerd with a store in the room, and this runtime."""

    states = "/run/docker/runtime-*/moby/*"

    def __init__(self, room, tally):
        super().__init__(room, tally)
        config = {
            "data-root": f"{room.top}/docker",
            "exec-root": "/run/docker",
            "pidfile": "/run/docker.pid",
            "hosts": [f"unix://{SOCKET}"],
            "group": "0",
            "storage-driver": "vfs",
            "cgroup-parent": f"{room.group}/docker",
            "exec-opts": ["native.cgroupdriver=cgroupfs"],
            "runtimes": {"stepbox": {"path": room.program}},
            "bridge": "none",
            "iptables": False,
            "ip-forward": False,
            "ip-masq": False,
        }
        path = room.top / "daemon.json"
        path.write_text(json.dumps(config), encoding="utf-8")
        os.environ["DOCKER_CONFIG"] = str(room.top / "client")
        own = Path("/usr/bin/docker")  # the distribution's, as its daemon
        self.words = [own if own.exists() else "docker", "-H", f"unix://{SOCKET}"]
        self.runtime = "stepbox"
        self.start_daemon(["dockerd", "--config-file", path], SOCKET)

    def call(self, *words, **options):
        """Runs docker, with this runtime."""
        more = ["--runtime", self.runtime] if words[0] in ("run", "create") else []
        return super().call(words[0], *more, *words[1:], **options)

    def defect(self):
        """Loads busybox/, and tries runc."""
        becomes(lambda: not self.call("version").status)
        if wrong := self.call("load", "-q", "-i", self.room.top / "image.tar").unlike(0):
            log = (self.room.top / "dockerd.log").read_text("utf-8", errors="replace")
            return wrong + "".join(f"\n{line}" for line in log.splitlines()[-5:])
        self.runtime = "runc"
        wrong = self.call("run", "--rm", *shell("true")).unlike(0)
        self.runtime = "stepbox"
        return wrong

    def remove_all(self):
        """Checks that nothing is there."""
        self.says("no container is left", 0, r"\A\Z", "ps", "-aq")

    def own_mount(self, point):
        """docker's: its store, and its network namespace."""
        return point in (f"{self.room.top}/docker", "/run/docker/netns/default")


def try_run(docker):
    """One command each."""

    def runs(name, status, pattern, *words, **options):
        docker.says(f"run {name}", status, pattern, "run", "--rm", *words, **options)

    runs("--rm", 4, "^hello\nh$", "--hostname", "h", *shell("echo hello; hostname; exit 4"))
    docker.at_terminal("run -it", "run", "--runtime", "stepbox", "--rm", "-it", IMAGE)
    runs("-i", 0, "^given$", "-i", *shell("cat"), stdin="given\n")
    folder = docker.room.top / "volume"
    folder.mkdir()
    (folder / "f").write_text("text\n", encoding="utf-8")
    runs("-v, -e, -w, -u", 0, "^text\nblue\n/tmp\n7 8\n(.*\n)*.*Read-only", "-v",
         f"{folder}:/v:ro", "-e", "COLOUR=blue", "-w", "/tmp", "-u", "7:8",
         *shell("cat /v/f; echo $COLOUR; pwd; echo $(id -u) $(id -g); touch /v/g; true"))
    runs("--read-only, --tmpfs", 0, "^1024\n(.*\n)*touch: /f: Read-only", "--read-only", "--tmpfs",
         "/t:size=1m", *shell("touch /f; touch /t/f; df -k /t | awk 'END { print $2 }'"))
    runs("--cap-drop, --cap-add", 0, "^CapEff:\t0000000000000001\nNoNewPrivs:\t1\nSeccomp:\t2$",
         "--cap-drop", "ALL", "--cap-add", "CHOWN", "--security-opt", "no-new-privileges",
         *shell("grep -e CapEff -e NoNew -e Seccomp: /proc/self/status"))
    runs("--ulimit, --sysctl, --device", 0, "^77\n1\nc$", "--ulimit", "nofile=77:88", "--sysctl",
         "net.ipv4.ip_forward=1", "--device", "/dev/zero:/dev/mine", "--network", "none",
         *shell("ulimit -n; cat /proc/sys/net/ipv4/ip_forward; test -c /dev/mine && echo c"))
    space = os.readlink("/proc/self/ns/net")[5:-1]
    runs("--network none", 0, r"^lo\n0x9$", "--network", "none",
         *shell("ls /sys/class/net; cat /sys/class/net/lo/flags"))
    runs("--network host", 0, rf"^net:\[{space}\]$", "--network", "host",
         *shell("readlink /proc/self/ns/net"))
    runs("--privileged", 0, "^CapEff:\t0*[1-9a-f][0-9a-f]{9,}$", "--privileged",
         *shell("grep CapEff /proc/self/status"))
    runs("--init", 0, "^docker-init|^/sbin/docker-init", "--init", *shell("cat /proc/1/cmdline"))
    runs("no such program", 127, '"nothing": executable file not found', *shell("")[:1], "nothing")
    runs("no program, but a file", 126, "permission denied", *shell("")[:1], "/etc/passwd")
    runs("-w of a file", None, "/etc/passwd", "-w", "/etc/passwd", *shell("true"))


def try_long(docker):
    """A container that goes on."""
    says, holds = docker.says, docker.tally.holds
    says("run -d", 0, "^[0-9a-f]{64}$", "run", "-d", "--name", "one", "-m", "64m", "--cpus", "0.5",
         "--pids-limit", "20", "--health-cmd", "test -e /ok", "--health-interval", "200ms",
         "--health-retries", "1", *shell(TRAP))
    docker.becomes("logs", "^begun$", "logs", "one")
    found = docker.call("inspect", "-f", "{{.Id}} {{.HostConfig.Runtime}}", "one").out.split()
    holds("its runtime", differs(found[1:], ["stepbox"]))
    group = f"{docker.room.group}/docker/{found[0]}"
    for kind, value in ("memory", 64 << 20), ("cpu", 50000), ("pids", 20):
        holds(f"limit: {kind}", differs(limit(group, kind), str(value)))
    docker.becomes("healthcheck: not healthy", "^unhealthy$", *health())
    says("exec", 6, "^in\nv /tmp 7$", "exec", "-e", "V=v", "-w", "/tmp", "-u", "7", "one", "sh",
         "-c", "echo in; echo $V $PWD $(id -u); exit 6")
    says("exec touch", 0, "", "exec", "one", "touch", "/ok")
    docker.becomes("healthcheck: healthy", "^healthy$", *health())
    docker.at_terminal("exec -it", "exec", "-it", "one")
    says("exec, no such program", 126, "executable file not found", "exec", "one", "nothing")
    says("top", 0, "PID(.*\n)+.*sh -c trap", "top", "one")
    says("stats", 0, "^one [0-9]", "stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}", "one")
    says("update", 0, "", "update", "-m", "32m", "--memory-swap", "64m", "one")
    holds("update: its effect", differs(limit(group, "memory"), str(32 << 20)))
    says("pause", 0, "", "pause", "one")
    says("ps: paused", 0, r"^one Up.*\(Paused\)", "ps", "--format", "{{.Names}} {{.Status}}")
    says("unpause", 0, "", "unpause", "one")
    says("stop", 0, "", "stop", "-t", "5", "one")
    says("stop: the status", 0, "^3$", "inspect", "-f", "{{.State.ExitCode}}", "one")
    says("start again", 0, "", "start", "one")
    says("restart", 0, "", "restart", "-t", "0", "one")
    says("kill", 0, "", "kill", "one")
    says("wait", 0, "^137$", "wait", "one")
    says("rm", 0, "", "rm", "one")
    says("run -d, to be removed", 0, "", "run", "-d", "--name", "two", *shell("sleep 1000"))
    says("rm -f", 0, "", "rm", "-f", "two")


def health():
    """The words that show the state of health."""
    return "inspect", "-f", "{{.State.Health.Status}}", "one"


PARTS = [try_run, try_long]
