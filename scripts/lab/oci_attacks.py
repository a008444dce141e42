"""What a container must not reach: the caller's keys, the waiting process, the runtime's program.
For try_oci.py."""

import ctypes
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import oci_inside
from oci_bundle import CAPABILITIES, WAIT, Container, becomes, differs, reap

ADD_KEY, KEYCTL = (217, 219) if platform.machine() == "aarch64" else (248, 250)
JOIN_SESSION_KEYRING, SETPERM, SESSION_KEYRING = 1, 5, -3
POSSESSOR_ONLY = 0x3F000000
SEIZE = """import ctypes, sys
sys.exit(ctypes.CDLL(None).ptrace(0x4206, int(sys.argv[1]), 0, 0) != 0)  # PTRACE_SEIZE"""
TRACE = """import ctypes, os
trace = ctypes.CDLL(None).ptrace
pid = max(int(name) for name in os.listdir("/proc") if name.isdigit())
print("ready", flush=True)
while True:
    for other in range(pid + 1, pid + 8):
        if trace(0x4206, other, 0, 0) == 0:  # PTRACE_SEIZE
            print("traced", flush=True)
            os._exit(1)"""
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
        "ptrace": (sys.executable, "-c", SEIZE, str(pid)),
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
        # The runtime writes its error to the FIFO: open(2) blocks until a reader opens it.
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


def try_tracer(tally, room):
    """CVE-2016-9962: root of a user and a PID namespace, with all capabilities there, traces the
    process of the runtime that joins them for another container: it is still the host's root."""
    users = oci_inside.maps([0, 100000, 65536])
    first = Container(room, "exec sleep 100", lambda config: users(config, room))
    tally.holds("tracer: begin", first.begin())
    pid = first.state().get("pid", 0)

    def joins(config):
        for one in config["linux"]["namespaces"]:
            if one["type"] == "pid":
                one["path"] = f"/proc/{pid}/ns/pid"
        config["linux"]["namespaces"].append({"type": "user", "path": f"/proc/{pid}/ns/user"})

    words = ["nsenter", "--target", pid, "--user", "--pid", "unshare", "--mount"]
    words += ["sh", "-c", 'mount -t proc proc /proc && exec "$@"', "-", sys.executable, "-c", TRACE]
    with subprocess.Popen(list(map(str, words)), stdout=subprocess.PIPE, text=True) as tracer:
        found = tracer.stdout.readline()
        for _ in range(5):
            second = Container(room, "true", joins)
            wrong = second.create().unlike(0) or second.delete().unlike(0)
            tally.holds("tracer: create", wrong)
        wrong = first.delete().unlike(0) or first.traces()  # and ends the tracer
        found += tracer.stdout.read()
    tally.holds("tracer: the runtime's process is out of reach", differs(found, "ready\n"))
    tally.holds("tracer: delete", wrong)


def try_groups_kept(tally, room):
    """A rootfs that says, by a file in the place of /proc, that groups cannot be changed."""

    def change(config):
        config["mounts"] = [one for one in config["mounts"] if one["destination"] != "/proc"]
        config["process"]["user"] = {"uid": 1000, "gid": 1000}
        config["process"]["capabilities"]["bounding"].append("CAP_SETGID")

    def with_groups():
        os.setgroups([4, 27])

    for content in "deny\n", None:
        one = Container(room, "id -G; sleep 100", change, own=True)
        (one.rootfs / "proc/self").mkdir()
        if content:
            (one.rootfs / "proc/self/setgroups").write_text(content, encoding="utf-8")
        else:
            os.mkfifo(one.rootfs / "proc/self/setgroups")
        words = [room.program, "--root", room.root, "create", "--bundle", one.bundle, one.id]
        with open(one.bundle / "output", "wb") as output:
            subprocess.run(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                           preexec_fn=with_groups, timeout=20, check=False)
        wrong = one.verb("start").unlike(0) or one.prints("\n") or differs(one.output(), "1000\n")
        tally.holds("create: the caller's groups are gone", wrong)
        ended = one.verb("exec", ..., "id", "-G", preexec_fn=with_groups)
        tally.holds("exec: the caller's groups are gone", ended.unlike(0, r"\A1000\n\Z"))
        tally.holds("groups: delete", one.delete().unlike(0) or one.traces())


def try_group_names(tally, room):
    """Groups that the container makes below its own, and hides in, as far as it can."""
    hide = """
for g in $(find /g -maxdepth 2 -name cgroup.procs); do
  cd ${g%/*}; for name in $NAMES; do
    mkdir $name && cd $name || continue
    if [ -e cpuset.cpus ]; then cat ../cpuset.cpus >cpuset.cpus; cat ../cpuset.mems >cpuset.mems; fi
  done; echo $$ >cgroup.procs
done 2>/dev/null; cd /; echo hidden; sleep 100 & sleep 100"""
    tries = {"a name with a dot": ".x .y", "many": " ".join(map(str, range(60)))}

    def change(config):
        config["mounts"].append({"destination": "/g", "type": "cgroup", "source": "cgroup",
                                 "options": ["rw"]})

    for name, names in tries.items():
        for paused in False, True:
            one = Container(room, f"NAMES='{names}'\n{hide}", change)
            tally.holds(f"{name}: begin", one.begin() or one.prints("hidden"))
            if paused:
                tally.holds(f"{name}: pause", one.verb("pause").unlike(0))
            title = f"{name}, {'paused' if paused else 'running'}: delete"
            start = time.monotonic()
            tally.holds(title, one.delete().unlike(0) or one.traces())
            print(f"  {title}: {time.monotonic() - start:.1f} s")


def racing(one, other):
    """A process that exchanges two files for each other, without a pause."""
    program = ("import ctypes, sys\ncall = ctypes.CDLL(None).renameat2\n"
               "one, other = (word.encode() for word in sys.argv[1:])\n"
               "while True:\n    call(-100, one, -100, other, 2)")  # AT_FDCWD, RENAME_EXCHANGE
    return subprocess.Popen([sys.executable, "-c", program, str(one), str(other)])


def try_races(tally, room):
    """CVE-2021-30465, CVE-2023-27561: another container, which shares the rootfs, replaces
    directories by links or by other directories while the runtime works on them."""
    secret = room.top / "secrets"
    secret.mkdir()
    for number in range(50):
        (secret / f"f{number}").write_text("secret\n", encoding="utf-8")

    def copies(config):
        config["mounts"].append({"destination": "/c", "type": "tmpfs", "source": "tmpfs",
                                 "options": ["tmpcopyup"]})

    one = Container(room, "grep -rl secret /c | head -3; echo end", copies, own=True)
    (one.rootfs / "c/d").mkdir(parents=True)
    for number in range(50):
        (one.rootfs / f"c/d/f{number}").touch()
    (one.rootfs / "c/l").symlink_to(secret)
    with racing(one.rootfs / "c/d", one.rootfs / "c/l") as racer:
        found = [one.verb("run").out for _ in range(20)]
        racer.kill()
    tally.holds("tmpcopyup: no file of the host is copied", differs(
        sorted({text for text in found if text not in ("", "end\n")}), []))
    room.call("delete", "--force", one.id)

    def masks(config):
        config["linux"]["maskedPaths"] = ["/proc/keys", "/proc/timer_list", "/proc/interrupts"]
        config["linux"]["readonlyPaths"] = ["/proc/sys", "/vol/x"]

    script = "echo keys:; cat /proc/keys /proc/interrupts 2>/dev/null | wc -c; ls /vol/x | grep f0"
    one = Container(room, script, masks, own=True)
    for name in "fake/sys", "vol/x":
        (one.rootfs / name).mkdir(parents=True)
    for name in "keys", "timer_list", "interrupts":
        (one.rootfs / "fake" / name).touch()
    (one.rootfs / "vol/y").symlink_to(secret)
    with racing(one.rootfs / "proc", one.rootfs / "fake") as racer:
        with racing(one.rootfs / "vol/x", one.rootfs / "vol/y") as second:
            found = [one.verb("run").out for _ in range(60)]
            second.kill()
        racer.kill()
    bad = [text for text in found if text not in ("", "keys:\n0\n")]
    tally.holds("what ran had masks, and no file of the host", differs(bad, []))
    print(f"  of 60 containers {len([text for text in found if text])} ran")
    shutil.rmtree(secret)


PARTS = (try_keyring, try_waiting, try_program, try_neighbour, try_groups_kept, try_group_names,
         try_races)
