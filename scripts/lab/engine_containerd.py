"""containerd by `ctr`, without Kubernetes. For try_engines.py."""

import os

from engine_room import IMAGE, TRAP, BasicEngine, limit
from oci_bundle import becomes, differs, name_of, pids, reap

PROGRAMS = ["containerd", "ctr"]
CONF = """version = 2
root = "{top}/containerd"
state = "/run/containerd/state"
[grpc]
address = "/run/containerd/socket"
[plugins."io.containerd.internal.v1.opt"]
path = "{top}/opt"
[plugins."io.containerd.grpc.v1.cri"]
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
"""


class Engine(BasicEngine):
    """containerd with a store in the room, and this runtime."""

    namespace = "default"

    def __init__(self, room, tally):
        super().__init__(room, tally)
        path = room.top / "containerd.toml"
        path.write_text(self.config(), encoding="utf-8")
        os.environ["CONTAINERD_SNAPSHOTTER"] = "native"
        self.words = ["ctr", "-a", "/run/containerd/socket", "-n", self.namespace]
        self.runtime = ["--runc-binary", room.program, "--runc-root", room.top / "runc"]
        self.states = room.top / "runc/*/*"
        self.start_daemon(["containerd", "-c", path], "/run/containerd/socket")

    def config(self):
        """The text of config.toml."""
        return CONF.format(top=self.room.top)

    def run(self, container, *words, options=(), **more):
        """`ctr run`."""
        group = ["--cgroup", f"{self.room.group}/{container}"]
        words = [*self.runtime, *group, *options, f"{IMAGE}:latest", container, *words]
        return self.call("run", *words, **more)

    def runs(self, name, status, pattern, *words, options=(), **more):
        """One claim about `ctr run --rm`."""
        ended = self.run("c", *words, options=["--rm", *options], **more)
        self.tally.holds(f"run {name}", ended.unlike(status, pattern))
        if ended.unlike(status, pattern):
            self.call("t", "rm", "-f", "c")
            self.call("c", "rm", "c")

    def defect(self):
        """Imports busybox/, and tries runc."""
        wrong = self.call("image", "import", self.room.top / "image.tar").unlike(0)
        mine, self.runtime = self.runtime, []
        wrong = wrong or self.run("c", "true", options=["--rm"]).unlike(0)
        self.runtime = mine
        return wrong

    def remove_all(self):
        """Checks that nothing is there."""
        self.says("no task is left", 0, r"\A\Z", "t", "ls", "-q")
        self.says("no container is left", 0, r"\A\Z", "c", "ls", "-q")
        becomes(lambda: not shims())
        self.tally.holds("no shim is left", "\n".join(shims()))


def shims():
    """The command lines of containerd's shims: one a container or pod."""
    reap()
    return [name for name in map(name_of, pids()) if "containerd-shim" in name]


def try_run(engine):
    """One command each."""
    runs = engine.runs
    script = "echo hello; hostname; echo $COLOUR; pwd; exit 4"
    runs("--rm", 4, "^hello\n.*\nblue\n/tmp$", "sh", "-c", script,
         options=["--env", "COLOUR=blue", "--cwd", "/tmp"])
    runs("with input", 0, "^given$", "head", "-n", "1", stdin="given\n")
    runs("no such program", None, 'exec: "nothing": executable file not found', "nothing")
    runs("no program, but a file", None, "permission denied", "/etc/passwd")
    runs("--read-only, --cap-drop, --seccomp", 1,
         "^CapEff:\t00000000a80425fa\nSeccomp:\t2\n.*Read-only", "sh", "-c",
         "grep -e CapEff -e Seccomp: /proc/self/status; touch /f",
         options=["--read-only", "--cap-drop", "CAP_CHOWN", "--seccomp"])
    folder = engine.room.top / "shared"
    folder.mkdir()
    runs("--mount, --device", 0, "^c$", "sh", "-c", "touch /v/f; test -c /dev/zero && echo c",
         options=["--mount", f"type=bind,src={folder},dst=/v,options=rbind:rw", "--device",
                  "/dev/zero"])
    engine.tally.holds("run --mount", "" if (folder / "f").exists() else "no file")
    runs("--uidmap", 0, "^0 +100000 +1000$", "sed", "s/^ *//", "/proc/self/uid_map",
         options=["--uidmap", "0:100000:1000", "--gidmap", "0:100000:1000"])
    runs("--privileged", 0, "^CapEff:\t0*[1-9a-f][0-9a-f]{9,}$", "grep", "CapEff",
         "/proc/self/status", options=["--privileged"])
    space = os.readlink("/proc/self/ns/net")[5:-1]
    runs("--net-host", 0, rf"^net:\[{space}\]$", "readlink", "/proc/self/ns/net",
         options=["--net-host"])
    words = ["--rm", "-t", *engine.runtime, "--cgroup", f"{engine.room.group}/c"]
    engine.at_terminal("run -t", "run", *words, f"{IMAGE}:latest", "c")


def try_tasks(engine):
    """A container that goes on."""
    says, holds = engine.says, engine.tally.holds
    limits = ["--memory-limit", str(64 << 20), "--cpu-quota", "50000", "--cpu-period", "100000"]
    pid_file = engine.room.top / "pid"
    log = engine.room.top / "log/c1"
    options = ["-d", *limits, "--pid-file", pid_file, "--log-uri", f"file://{log}"]
    holds("run -d", engine.run("c1", "sh", "-c", TRAP, options=options).unlike(0))
    pid = pid_file.read_text("utf-8")
    says("tasks ls", 0, f"^c1 +{pid} +RUNNING$", "t", "ls")
    holds("its log", "" if becomes(lambda: log.exists() and log.stat().st_size) else "empty")
    holds("its log", differs(log.read_text("utf-8"), "begun\n"))
    for kind, value in ("memory", 64 << 20), ("cpu", 50000):
        holds(f"limit: {kind}", differs(limit(f"{engine.room.group}/c1", kind), str(value)))
    says("tasks ps", 0, f"^{pid} ", "t", "ps", "c1")
    script = "echo in; pwd; exit 6"
    says("tasks exec", 6, "^in\n/tmp$", "t", "exec", "--exec-id", "e1", "--cwd", "/tmp", "c1", "sh",
         "-c", script)
    says("tasks exec, no such program", None, "executable file not found", "t", "exec", "--exec-id",
         "e2", "c1", "nothing")
    engine.at_terminal("tasks exec -t", "t", "exec", "--exec-id", "e3", "-t", "c1")
    says("tasks pause", 0, "", "t", "pause", "c1")
    says("tasks ls: paused", 0, f"^c1 +{pid} +PAUSED$", "t", "ls")
    says("tasks resume", 0, "", "t", "resume", "c1")
    pattern = r"^(pids\.current|memory\.usage_in_bytes) +[1-9]"
    says("tasks metrics", 0, pattern, "t", "metrics", "c1")
    says("tasks delete of one that runs", None, "stopped|running", "t", "rm", "c1")
    says("tasks kill", 0, "", "t", "kill", "-s", "TERM", "c1")
    engine.becomes("tasks ls: stopped", f"^c1 +{pid} +STOPPED$", "t", "ls")
    says("tasks delete: the status", 0, "exit code 3", "t", "rm", "c1")
    says("tasks start", 0, "", "t", "start", "-d", "c1")
    engine.becomes("tasks ls: again", r"^c1 +\d+ +RUNNING$", "t", "ls")
    says("tasks kill -a", 0, "", "t", "kill", "-a", "-s", "KILL", "c1")
    engine.becomes("tasks ls: killed", r"^c1 +\d+ +STOPPED$", "t", "ls")
    says("tasks delete: killed", 0, "exit code 137", "t", "rm", "c1")
    says("containers delete", 0, "", "c", "rm", "c1")


PARTS = [try_run, try_tasks]
