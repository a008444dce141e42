"""What a container must not reach: the caller's keys, the waiting process, the runtime's program.
For try_oci.py."""

import ctypes
import os
import platform
import shutil
import subprocess
from pathlib import Path

from oci_bundle import CAPABILITIES, WAIT, Container, becomes, differs, reap

ADD_KEY, KEYCTL = (217, 219) if platform.machine() == "aarch64" else (248, 250)
JOIN_SESSION_KEYRING, SETPERM, SESSION_KEYRING = 1, 5, -3
POSSESSOR_ONLY = 0x3F000000
SEIZE = """import ctypes, sys
sys.exit(ctypes.CDLL(None).ptrace(0x4206, int(sys.argv[1]), 0, 0) != 0)  # PTRACE_SEIZE"""
NO_RIGHTS = "setpriv --inh-caps=-all --bounding-set=-all".split()

# Holds the program of the process whose command line is like $1, lets this process go on, and
# writes to the program when no process runs it any more.
ATTACK = """
while :; do for p in /proc/[0-9]*; do
  if tr '\\0' ' ' 2>/dev/null <$p/cmdline | grep -q "$1"; then
    exec 3<$p/exe
    (echo bad >>$p/exe) 2>/dev/null && echo written at once
    echo held
    if [ $2 ]; then cat $2 >/dev/null; fi
    until [ -e /over ]; do sleep 0.02; done
    (echo bad >>/proc/self/fd/3) 2>/dev/null && echo written later
    echo tried; exit
  fi
done; sleep 0.01; done
"""


def with_secret():
    """[child] A session keyring with a key that only its possessors see (keyrings(7))."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    call(KEYCTL, JOIN_SESSION_KEYRING, None)
    key = call(ADD_KEY, b"user", b"stepbox-secret", b"x", ctypes.c_size_t(1), SESSION_KEYRING)
    if key == -1 or call(KEYCTL, SETPERM, key, POSSESSOR_ONLY) == -1:
        raise OSError(ctypes.get_errno(), "add a key")


def try_keyring(tally, room):
    """The keys of the caller's session."""
    script = "grep -c stepbox-secret /proc/keys"
    ended = Container(room, script).verb("run", preexec_fn=with_secret)
    tally.holds("run: the caller's keys are out of reach", ended.unlike(1, r"\A0\n\Z"))
    ended = Container(room, script).verb("run", "--no-new-keyring", preexec_fn=with_secret)
    tally.holds("run --no-new-keyring", ended.unlike(0, r"\A1\n\Z"))
    one = Container(room, WAIT)
    tally.holds("begin", one.begin())
    ended = one.verb("exec", ..., "sh", "-c", script, preexec_fn=with_secret)
    tally.holds("exec: the caller's keys are out of reach", ended.unlike(1, r"\A0\n\Z"))
    tally.holds("delete", one.delete().unlike(0) or one.traces())


def try_waiting(tally, room):
    """Until start no process of the container's user reads the memory of the waiting one, which is
    the runtime's. The same afterwards shows that nothing else prevents it."""
    one = Container(
        room, "exec sleep 100", lambda config: config["process"].update(capabilities={})
    )
    tally.holds("create", one.create().unlike(0))
    pid = one.state()["pid"]

    def reaches(*words):
        return subprocess.run([*NO_RIGHTS, *words], stderr=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL).returncode == 0

    tries = {
        "environ": ("cat", f"/proc/{pid}/environ"),
        "ptrace": ("python3", "-c", SEIZE, str(pid)),
    }
    found = {name: reaches(*words) for name, words in tries.items()}
    tally.holds("the waiting process is out of reach", differs(found, dict.fromkeys(tries, False)))
    tally.holds("start", one.verb("start").unlike(0))
    becomes(lambda: Path(f"/proc/{pid}/comm").read_text("utf-8") == "sleep\n")
    yama = Path("/proc/sys/kernel/yama/ptrace_scope")
    if yama.exists() and yama.read_text("utf-8") != "0\n":
        del tries["ptrace"]
    found = {name: reaches(*words) for name, words in tries.items()}
    tally.holds("the command is in reach", differs(found, dict.fromkeys(tries, True)))
    tally.holds("delete", one.delete().unlike(0) or one.traces())


def try_program(tally, room):
    """CVE-2019-5736: the runtime's program, by /proc/PID/exe and by a command `#!/proc/self/exe`,
    from a container with the capabilities for it. The program is a copy: an attack may succeed."""
    copy = shutil.copy(room.program, room.top / "program")
    text = copy.read_bytes()

    def strong(config):
        sets = [*CAPABILITIES, "CAP_DAC_READ_SEARCH", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE"]
        for kind in "bounding", "effective", "permitted":
            config["process"]["capabilities"][kind] = sets

    def attack(name, word, gate, act):
        one = Container(room, ["sh", "/attack", word, *gate], strong, own=True)
        (one.rootfs / "attack").write_text(ATTACK, encoding="utf-8")
        # It waits with its message until somebody reads the FIFO.
        (one.rootfs / "evil").write_text("#!/proc/self/exe --log=/gate\n", encoding="utf-8")
        (one.rootfs / "evil").chmod(0o755)
        os.mkfifo(one.rootfs / "gate")
        tally.holds(f"{name}: begin", one.begin())
        wrong = act(one)
        (one.rootfs / "over").touch()
        wrong = wrong or one.prints("tried\n")
        wrong = wrong or differs(one.output(), "held\ntried\n")
        wrong = wrong or differs(copy.read_bytes() == text, True)
        tally.holds(f"{name}: the program is out of reach", wrong)
        copy.write_bytes(text)
        tally.holds("delete", one.delete().unlike(0) or one.traces())

    def beside(one, command):
        def joins(config):
            strong(config)
            spaces = config["linux"]["namespaces"]
            next(each for each in spaces if each["type"] == "pid")["path"] = (
                f"/proc/{one.state()['pid']}/ns/pid")
            config["root"]["path"] = str(one.rootfs)

        return Container(room, command, joins)

    def by_run(one):
        subprocess.run([copy, "--root", room.root, "run", "--bundle", beside(one, ["/evil"]).bundle,
                        "evil"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def by_exec(one):
        subprocess.run([copy, "--root", room.root, "exec", one.id, "/evil"],
                       stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def by_create(one):
        words = ["create", "--bundle", beside(one, ["true"]).bundle, "waiting"]
        subprocess.run([copy, "--root", room.root, *words], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        wrong = one.prints("held")
        room.call("start", "waiting")
        wrong = room.call("delete", "--force", "waiting").unlike(0) or wrong
        reap()  # while nobody has waited for it, the PID namespace cannot end
        return wrong

    attack("run, #!/proc/self/exe", "[/]evil", ["/gate"], by_run)
    attack("exec, #!/proc/self/exe", "[/]evil", ["/gate"], by_exec)
    attack("create, /proc/PID/exe", "[c]reate .*waiting", [], by_create)


def try_neighbour(tally, room):
    """CVE-2016-9962: a container that may trace processes looks for the host's root directory in
    those that the runtime makes in its namespaces, as for a pod."""
    ids = [{"containerID": 0, "hostID": 100000, "size": 65536}]

    def users(config):
        config["linux"].update(uidMappings=ids, gidMappings=ids)
        config["linux"]["namespaces"].append({"type": "user"})
        for kind in config["process"]["capabilities"].values():
            kind.append("CAP_SYS_PTRACE")

    found = f"[ -e $p{room.top}/state ] && echo found"
    script = f"echo begun; while :; do for p in /proc/[0-9]*/root; do {found}; done; done"
    one = Container(room, script, users, own=True)
    wrong = one.begin() or one.prints("begun")
    place = f"/proc/{one.state().get('pid')}/ns/"

    def joins(config):
        config["linux"].update(uidMappings=ids, gidMappings=ids)
        spaces = config["linux"]["namespaces"]
        next(each for each in spaces if each["type"] == "pid")["path"] = place + "pid"
        spaces.append({"type": "user", "path": place + "user"})

    for _ in range(5):
        wrong = wrong or Container(room, "true", joins).verb("run").unlike(0)
    tally.holds("a neighbour does not reach the host", wrong or differs(one.output(), "begun\n"))
    tally.holds("delete", one.delete().unlike(0) or one.traces())


PARTS = try_keyring, try_waiting, try_program, try_neighbour
