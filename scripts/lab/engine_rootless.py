"""podman of an ordinary user: the runtime is in the user's namespaces. For try_engines.py."""

import os
from pathlib import Path

import engine_podman
from engine_room import IMAGE, TRAP, replace_file, shell
from oci_bundle import differs

PROGRAMS = ["podman", "conmon", "newuidmap", "setpriv"]
NAME, UID = "tester", 2000
RANGE = f"{NAME}:300000:70000\n"


class Engine(engine_podman.Engine):
    """podman of a user that there is in the stage only."""

    def __init__(self, room, tally):
        super().__init__(room, tally)
        home = room.top / "home"
        for path in home, home / "run", home / "tmp":
            path.mkdir()
            os.chown(path, UID, UID)
        user, group = f"{NAME}:x:{UID}:{UID}::{home}:/bin/sh\n", f"{NAME}:x:{UID}:\n"
        for path, text in ("/etc/passwd", user), ("/etc/group", group):
            replace_file(room, path, Path(path).read_text(encoding="utf-8") + text)
        for path in "/etc/subuid", "/etc/subgid":
            replace_file(room, path, RANGE)
        os.environ |= {"HOME": str(home), "XDG_RUNTIME_DIR": f"{home}/run", "TMPDIR": f"{home}/tmp"}
        os.environ |= {"USER": NAME, "LOGNAME": NAME}
        self.group = []
        self.states = home / "run/stepbox-oci/*"

    def words_for(self, program):
        """What begins each command with this runtime."""
        words = ["setpriv", "--reuid", UID, "--regid", UID, "--init-groups", "podman"]
        return [*words, "--runtime", program, "--storage-driver", "vfs"]

    def remove_all(self):
        """podman's own process keeps the user namespace: it ends, too."""
        super().remove_all()
        self.says("system migrate", 0, "", "system", "migrate")

    def own_mount(self, _):
        """podman's mounts are in a namespace of its own."""
        return False


def try_run(podman):
    """One command each."""

    def runs(name, status, pattern, *words, **options):
        podman.says(f"run {name}", status, pattern, "run", "--rm", *words, **options)

    script = "echo hello; hostname; sed 's/^ *//; s/  */ /g' /proc/self/uid_map; exit 4"
    runs("--rm", 4, f"^hello\nh\n0 {UID} 1\n1 300000 70000$", "--hostname", "h", *shell(script))
    script = "id -u; id -g; touch /v/f; sed -n 's/CapEff:\t//p' /proc/self/status"
    volume = podman.room.top / "home/volume"
    volume.mkdir()
    os.chown(volume, UID, UID)
    runs("--userns keep-id, -v", 0, f"^{UID}\n{UID}\n0*$", "--userns", "keep-id", "-v",
         f"{volume}:/v", *shell(script))
    path = volume / "f"
    podman.tally.holds("the owner", differs(path.exists() and path.stat().st_uid, UID))
    runs("--userns auto", 0, "^0\n +0 +1 +1024$", "--userns", "auto", *shell(
        "id -u; cat /proc/self/uid_map"))
    runs("with restrictions", 0, "^c\n77\n.*Read-only", "--read-only", "--cap-drop", "all",
         "--ulimit", "nofile=77:88", "--device", "/dev/zero:/dev/mine", *shell(
             "test -c /dev/mine && echo c; ulimit -n; touch /f; true"))
    runs("no such program", 127, "not found", "busybox", "nothing")
    runs("no program, but a file", 126, "(?i)permission denied", "busybox", "/etc/passwd")
    podman.at_terminal("run -it", "run", "--rm", "-it", IMAGE)


def try_long(podman):
    """A container that goes on, and one in a pod."""
    says = podman.says
    says("run -d", 0, "^[0-9a-f]{64}$", "run", "-d", "--name", "one", *shell(TRAP))
    podman.becomes("logs", "^begun$", "logs", "one")
    says("exec", 6, "^in\n7$", "exec", "-u", "7", "one", "sh", "-c", "echo in; id -u; exit 6")
    says("top", 0, "PID(.*\n)+.*sh -c trap", "top", "one")
    engine_podman.end(says)
    says("pod create", 0, "", "pod", "create", "--name", "pod", "--infra-command", "sleep 1000")
    says("a container in it", 0, "", "run", "-d", "--pod", "pod", "--name", "two", *shell(TRAP))
    says("exec in it", 0, "^pod$", "exec", "two", "hostname")
    says("pod rm", 0, "", "pod", "rm", "-f", "-t", "0", "pod")


PARTS = [try_run, try_long]
