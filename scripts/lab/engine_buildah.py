"""buildah, which runs each RUN of a Containerfile as a container. For try_engines.py."""

import os

from engine_room import IMAGE, BasicEngine
from oci_bundle import differs

PROGRAMS = ["buildah"]
CONF = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[engine]
cgroup_manager = "cgroupfs"
"""
CONTAINERFILE = """FROM localhost/busybox AS first
ENV COLOUR=blue
RUN echo $COLOUR >/made && echo "as root: $(id -u)"
COPY text /copied
USER 7:8
WORKDIR /tmp
RUN ["sh", "-c", "echo $(id -u) $(id -g) $(pwd) $(cat /copied) >/tmp/who"]

FROM localhost/busybox
COPY --from=first /made /tmp/who /kept/
RUN --mount=type=tmpfs,target=/scratch --mount=type=bind,from=first,source=/made,target=/given \\
    cat /given >/kept/given && touch /scratch/f && \\
    for n in pid mnt ipc uts; do readlink /proc/self/ns/$n; done >/kept/spaces
CMD ["cat", "/kept/who"]
"""


class Engine(BasicEngine):
    """buildah with a store in the room, and this runtime."""

    def __init__(self, room, tally):
        super().__init__(room, tally)
        (room.top / "containers.conf").write_text(CONF, encoding="utf-8")
        os.environ["CONTAINERS_CONF"] = str(room.top / "containers.conf")
        os.environ["TMPDIR"] = str(room.top)
        self.words = ["buildah", "--storage-driver", "vfs", "--root", room.top / "buildah/root"]
        self.words += ["--runroot", room.top / "buildah/run"]
        self.program = room.program

    def call(self, *words, **options):
        """Runs buildah, with this runtime."""
        more = []
        if words[0] in ("build", "run"):
            more = ["--isolation", "oci", "--runtime", self.program, "--network", "none"]
        if words[0] == "build":
            more += ["--cgroup-parent", f"{self.room.group}/build", "--pull-never"]
        return super().call(words[0], *more, *words[1:], **options)

    def build(self, name, text, *options):
        """Builds an image of a Containerfile."""
        folder = self.room.top / name
        folder.mkdir()
        (folder / "Containerfile").write_text(text, encoding="utf-8")
        (folder / "text").write_text("copied\n", encoding="utf-8")
        return self.call("build", "-t", name, *options, folder)

    def defect(self):
        """Imports busybox/, and tries runc."""
        if wrong := self.call("pull", f"docker-archive:{self.room.top}/image.tar").unlike(0):
            return wrong
        self.program = "runc"
        wrong = self.build("try", f"FROM {IMAGE}\nRUN true\n").unlike(0)
        self.program = self.room.program
        return wrong

    def remove_all(self):
        """Removes the images; checks that nothing is there."""
        self.says("no container is left", 0, r"\A\Z", "containers", "-q")
        self.says("rmi", 0, "", "rmi", "-af")

    def own_mount(self, point):
        """buildah's: its store is one."""
        return point.startswith(f"{self.room.top}/buildah")


def try_build(buildah):
    """Containerfiles."""
    holds = buildah.tally.holds
    ended = buildah.build("two-stages", CONTAINERFILE, "-m", "64m", "--ulimit", "nofile=77:88")
    holds("build: two stages", ended.unlike(0, "as root: 0"))
    made = buildah.call("from", "--name", "made", "two-stages")
    holds("from", made.unlike(0))
    found = buildah.call("mount", "made").out.strip()
    for name, text in ("made", "blue\n"), ("who", "7 8 /tmp copied\n"), ("given", "blue\n"):
        with open(f"{found}/kept/{name}", encoding="utf-8") as file:
            holds(f"build: {name}", differs(file.read(), text))
    info = os.stat(f"{found}/kept/who")
    holds("build: USER", differs((info.st_uid, info.st_gid), (7, 8)))
    with open(f"{found}/kept/spaces", encoding="utf-8") as file:
        spaces = file.read().split()
    same = [os.readlink(f"/proc/self/ns/{space.partition(':')[0]}") for space in spaces]
    holds("build: namespaces", f"the stage's: {spaces}" if set(spaces) & set(same) else "")
    holds("build: nothing of a RUN's mounts", "" if not os.path.exists(f"{found}/given") or
          not os.path.getsize(f"{found}/given") else "a file")
    buildah.says("umount", 0, "", "umount", "made")
    buildah.says("run", 3, "^7 8 /tmp copied$", "run", "made", "--", "sh", "-c",
                 "cat /kept/who; exit 3")
    buildah.says("run, no such program", None, "executable file not found", "run", "made", "--",
                 "nothing")
    buildah.says("rm", 0, "", "rm", "made")
    for name, line, status, pattern in (
        ("fails", "RUN exit 4", 4, "exit status 4"),
        ("no-program", 'RUN ["nothing"]', None, "executable file not found"),
    ):
        ended = buildah.build(name, f"FROM {IMAGE}\n{line}\n")
        holds(f"build: {name}", ended.unlike(status, pattern))


PARTS = [try_build]
