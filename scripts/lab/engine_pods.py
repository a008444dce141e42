"""Pods through containerd's CRI, as Kubernetes makes them: the runtime is a handler, as a
RuntimeClass names it. No kubelet and no CNI: pods have the stage's network. For try_engines.py."""

import importlib.util
import os
import time

import engine_containerd
from engine_room import IMAGE, TRAP, limit
from oci_bundle import PATIENCE, becomes, differs

if importlib.util.find_spec("grpc"):
    import grpc

    from cri import EXITED, NODE, Client

PROGRAMS = ["containerd", "ctr"]
MODULES = ["grpc"]
CONF = """sandbox_image = "localhost/busybox:latest"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.stepbox]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.stepbox.options]
BinaryName = "{program}"
Root = "{top}/runc"
"""
MANY = int(os.environ.get("PODS", "20"))


class Engine(engine_containerd.Engine):
    """containerd, and a client of its CRI."""

    namespace = "k8s.io"

    def __init__(self, room, tally):
        super().__init__(room, tally)
        self.client = Client("/run/containerd/socket", 12 * PATIENCE)

    def config(self):
        """The text of config.toml."""
        base = engine_containerd.CONF.rpartition("[plugins")[0] + CONF
        return base.format(top=self.room.top, program=self.room.program)

    def __exit__(self, *words):
        self.client.channel.close()
        super().__exit__(*words)

    def defect(self):
        """Imports busybox/, and tries runc."""
        if wrong := self.call("image", "import", self.room.top / "image.tar").unlike(0):
            return wrong
        pod = Pod(self, "first", "runc")
        becomes(lambda: not self.fails(self.client.call, "Version"))
        return self.fails(pod.run) or self.fails(pod.remove)

    def fails(self, function, *words, **more):
        """The error of a call, if any."""
        try:
            function(*words, **more)
        except grpc.RpcError as error:
            return error.details() or str(error)
        return ""


class Pod:
    """A pod with the network of the stage."""

    def __init__(self, engine, name, handler="stepbox"):
        self.engine, self.call, self.name = engine, engine.client.call, name
        self.handler, self.id = handler, None
        self.logs = engine.room.top / "log" / name
        self.group = f"{engine.room.group}/{name}"
        self.config = {
            "metadata": {"name": name, "uid": f"uid-{name}", "namespace": "test"},
            "log_directory": str(self.logs),
            "linux": {
                "cgroup_parent": self.group,
                "security_context": {"namespace_options": {"network": NODE}},
            },
        }

    def begin(self):
        """Begins to make the sandbox; complete() ends it."""
        self.logs.mkdir(exist_ok=True)
        client = self.engine.client
        return client.begin("RunPodSandbox", config=self.config, runtime_handler=self.handler)

    def run(self):
        """Makes the sandbox."""
        self.id = self.begin().result().pod_sandbox_id

    def remove(self):
        """Stops and removes it."""
        self.call("StopPodSandbox", pod_sandbox_id=self.id)
        self.call("RemovePodSandbox", pod_sandbox_id=self.id)

    def create(self, name, *command, **more):
        """Creates a container in it; returns the call, whose result has its id."""
        security = {"namespace_options": {"network": NODE}, **more.pop("security", {})}
        config = {
            "metadata": {"name": name},
            "image": {"image": f"{IMAGE}:latest"},
            "command": command,
            "log_path": f"{name}.log",
            "linux": {"security_context": security, "resources": more.pop("resources", {})},
            **more,
        }
        return self.engine.client.begin(
            "CreateContainer", pod_sandbox_id=self.id, config=config, sandbox_config=self.config
        )

    def start(self, name, *command, **more):
        """Creates and starts a container; returns its id."""
        container = self.create(name, *command, **more).result().container_id
        self.call("StartContainer", container_id=container)
        return container

    def exec(self, container, script):
        """What a script prints in a container, and its exit status."""
        ended = self.call("ExecSync", container_id=container, cmd=["sh", "-c", script], timeout=60)
        return ended.stdout.decode() + ended.stderr.decode(), ended.exit_code

    def log(self, name):
        """What a container has printed: lines of stream, tag and text."""
        path = self.logs / f"{name}.log"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [line.partition(" ")[2] for line in lines]

    def status(self, container):
        """Its state and exit status."""
        found = self.call("ContainerStatus", container_id=container).status
        return found.state, found.exit_code


def lacks(text, part):
    """The defect if a text has no such part."""
    return "" if part in text else f"not {part!r}, but: {text!r}"


def try_pod(engine):
    """A pod with two containers."""
    holds, call = engine.tally.holds, engine.client.call
    pod = Pod(engine, "pod")
    holds("RunPodSandbox", engine.fails(pod.run))
    ours = engine.room.top / "runc/k8s.io" / pod.id
    holds("the handler is this runtime", "" if ours.exists() else f"there is no {ours}")
    resources = {"memory_limit_in_bytes": 64 << 20, "cpu_quota": 50000, "cpu_period": 100000}
    one = pod.start("one", "sh", "-c", TRAP, resources=resources,
                    envs=[{"key": "COLOUR", "value": "blue"}])
    for kind, value in ("memory", 64 << 20), ("cpu", 50000):
        holds(f"limit: {kind}", differs(limit(f"{pod.group}/{one}", kind), str(value)))
    becomes(lambda: pod.log("one"))
    holds("logs", differs(pod.log("one"), ["stdout F begun"]))
    answer = pod.exec(one, "echo $COLOUR; echo no >&2; exit 4")
    holds("ExecSync", differs(answer, ("blue\nno\n", 4)))
    wrong = engine.fails(call, "ExecSync", container_id=one, cmd=["nothing"])
    holds("ExecSync: no such program", lacks(wrong, "executable file not found"))
    folder = engine.room.top / "volume"
    folder.mkdir()
    two = pod.start("two", "sh", "-c", "echo here >/v/f; touch /f; id -u; exec sleep 1000",
                    mounts=[{"container_path": "/v", "host_path": str(folder)}],
                    security={"readonly_rootfs": True, "no_new_privs": True,
                              "capabilities": {"drop_capabilities": ["ALL"]}})
    becomes(lambda: len(pod.log("two")) == 2)
    holds("a read-only root", lacks("\n".join(pod.log("two")), "Read-only"))
    holds("a mount", "" if (folder / "f").exists() else "no file")
    script = "grep -e CapBnd -e NoNew /proc/self/status | xargs"
    holds("security", differs(pod.exec(two, script)[0], f"CapBnd: {0:016x} NoNewPrivs: 1\n"))
    script = "for n in ipc net uts pid mnt; do readlink /proc/self/ns/$n; done"
    same = set(pod.exec(one, script)[0].split()) & set(pod.exec(two, script)[0].split())
    kinds = sorted(name.partition(":")[0] for name in same)
    holds("namespaces of a pod", differs(kinds, ["ipc", "net", "pid", "uts"]))
    call("UpdateContainerResources", container_id=one, linux={"memory_limit_in_bytes": 32 << 20})
    holds("UpdateContainerResources", differs(limit(f"{pod.group}/{one}", "memory"), str(32 << 20)))
    stats = call("ContainerStats", container_id=one).stats
    holds("ContainerStats", "" if stats.memory.working_set_bytes.value else str(stats))
    call("StopContainer", container_id=one, timeout=60)
    holds("StopContainer: TERM", differs(pod.status(one), (EXITED, 3)))
    call("StopContainer", container_id=two, timeout=0)
    holds("StopContainer: KILL", differs(pod.status(two), (EXITED, 137)))
    call("RemoveContainer", container_id=two)
    for name, words, pattern in (
        ("no such program", ["nothing"], "executable file not found"),
        ("no program, but a file", ["/etc/passwd"], "permission denied"),
    ):
        wrong = engine.fails(pod.start, words[0].strip("/").replace("/", "-"), *words)
        holds(f"StartContainer: {name}", lacks(wrong, pattern))
    three = pod.start("three", "sleep", "1000", security={"run_as_user": {"value": 7}})
    holds("run as a user", differs(pod.exec(three, "id -u"), ("7\n", 0)))
    holds("StopPodSandbox, RemovePodSandbox", engine.fails(pod.remove))
    holds("the groups are gone", "\n".join(map(str, engine.groups_left())))


def try_many(engine):
    """Many pods at once, each with a container."""
    holds, begin = engine.tally.holds, engine.client.begin
    many = [Pod(engine, f"many-{number}") for number in range(MANY)]
    start = time.monotonic()
    for pod, call in [(pod, pod.begin()) for pod in many]:
        pod.id = call.result().pod_sandbox_id
    made = [(pod, pod.create("c", "sh", "-c", f"echo {pod.name}; exec sleep 1000")) for pod in many]
    made = [(pod, call.result().container_id) for pod, call in made]
    for call in [begin("StartContainer", container_id=container) for _, container in made]:
        call.result()
    print(f"  {MANY} pods run: {time.monotonic() - start:.1f} s")
    becomes(lambda: all(pod.log("c") for pod in many))
    said = [line for pod in many for line in pod.log("c")]
    holds("each prints its name", differs(said, [f"stdout F {pod.name}" for pod in many]))
    made = [container for _, container in made]
    asked = [begin("ExecSync", container_id=one, cmd=["pidof", "sleep"]) for one in made]
    failed = [pod.name for pod, call in zip(many, asked) if call.result().exit_code]
    holds("exec in each", " ".join(failed))
    start = time.monotonic()
    # The order of the kubelet. Without it containerd 1.6 now and then leaves a shim behind.
    for call in [begin("StopContainer", container_id=container, timeout=0) for container in made]:
        call.result()
    for verb in "StopPodSandbox", "RemovePodSandbox":
        for call in [begin(verb, pod_sandbox_id=pod.id) for pod in many]:
            call.result()
    print(f"  {MANY} pods removed: {time.monotonic() - start:.1f} s")
    holds("no pod is left", str(engine.client.call("ListPodSandbox").items or ""))


PARTS = [try_pod, try_many]
