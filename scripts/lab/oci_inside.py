"""What a container of an OCI runtime looks like from inside: rows of a script for the shell, a
change of the config, the exit status and what is printed. For try_oci.py.

The words of the changes: config (all), process, linux, and mount(), which adds a mount.
"""

import re
from pathlib import Path
from typing import Callable, NamedTuple, Optional


class Row(NamedTuple):
    """One claim. `status` None: any but 0. `change` gets the config and the room. `own`: the rootfs
    is the container's own."""

    name: str
    script: str
    pattern: str
    change: Optional[Callable] = None
    status: Optional[int] = 0
    own: bool = False


def process(**members):
    """Sets members of `process`."""
    return lambda config, room: config["process"].update(members)


def linux(**members):
    """Sets members of `linux`."""
    return lambda config, room: config["linux"].update(members)


def mount(destination, kind="bind", source="data", options=()):
    """Adds a mount; the source of a bind mount is in the room."""

    def add(config, room):
        place = str(room.top / source) if kind == "bind" else source
        config["mounts"].append(
            {"destination": destination, "type": kind, "source": place, "options": list(options)}
        )

    return add


def both(*changes):
    """Several changes."""

    def change(config, room):
        for one in changes:
            one(config, room)

    return change


def without(kind):
    """The namespace is the host's."""

    def change(config, room):
        spaces = config["linux"]["namespaces"]
        config["linux"]["namespaces"] = [one for one in spaces if one["type"] != kind]

    return change


def more(kind, **members):
    """One more namespace."""
    return lambda config, room: config["linux"]["namespaces"].append({"type": kind, **members})


def devices(*rules, nodes=()):
    """Rules for devices after the one that denies all; nodes to make."""

    def change(config, room):
        config["linux"]["resources"]["devices"] += rules
        config["linux"]["devices"] = list(nodes)

    return change


def sets(**names):
    """Sets of capabilities."""
    return {kind: [f"CAP_{name}" for name in which.split()] for kind, which in names.items()}


def refuses(*calls, **members):
    """A filter for system calls that refuses these."""
    rule = {"names": list(calls), "action": "SCMP_ACT_ERRNO", **members}
    return {
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
        "syscalls": [rule],
    }


def node(path, kind, major, minor, **members):
    """A device to make."""
    return {"path": path, "type": kind, "major": major, "minor": minor, **members}


def maps(*ranges):
    """A new user namespace."""
    ids = [dict(zip(("containerID", "hostID", "size"), one)) for one in ranges]
    return both(more("user"), linux(uidMappings=ids, gidMappings=ids))


KMSG = {"allow": True, "type": "c", "major": 1, "minor": 11, "access": "rw"}
CAPS = "grep ^Cap /proc/self/status | cut -f2 | uniq"
ONE = sets(**dict.fromkeys("bounding effective permitted inheritable ambient".split(), "KILL"))
FEW = sets(bounding="CHOWN KILL", effective="KILL", permitted="CHOWN KILL", inheritable="KILL")
ALONE = sets(bounding="KILL", effective="KILL", permitted="KILL", ambient="KILL CHOWN")
# nice value, real-time priority, policy (proc(5), /proc/PID/stat)
SCHEDULE = ["awk", "{ print $19, $40, $41 }", "/proc/self/stat"]

PROCESS = [
    Row("the exit status is the command's", "exit 42", "", status=42),
    Row("128 and the signal's number", "kill -9 $$", "", without("pid"), 137),
    Row("env", ["env"], r"\AA=b c\nPATH=/bin\nHOME=/h\n\Z",
        process(env=["A=b c", "PATH=/bin", "HOME=/h"])),
    Row("HOME is set", "echo $HOME", "^/root$"),
    Row("cwd", "pwd", "^/tmp$", process(cwd="/tmp")),
    Row("cwd is made", "pwd", "^/new/one$", process(cwd="/new/one"), own=True),
    Row("uid and gid", "id -u; id -g; id -G", "^7\n8\n8 5 6$",
        process(user={"uid": 7, "gid": 8, "additionalGids": [5, 6]})),
    Row("no mount without a mount namespace", "ls /proc; echo end", "^end$",
        both(without("mount"), linux(maskedPaths=[], readonlyPaths=[])), own=True),
    Row("a user, without /proc", "id -u; ls /proc", "^7$",
        both(process(user={"uid": 7, "gid": 8}),
             lambda config, room: config.update(mounts=[]),
             linux(maskedPaths=[], readonlyPaths=[]))),
    Row("umask", "umask", "^0027$", process(user={"uid": 0, "gid": 0, "umask": 0o27})),
    Row("umask 022, if none is given", "umask", "^0022$"),
    Row("rlimits", "ulimit -Sn; ulimit -Hn; ulimit -Hc", "^100\n200\n0$",
        process(rlimits=[{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200},
                         {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}])),
    Row("scheduler: nice", SCHEDULE, "^7 0 3$",
        process(scheduler={"policy": "SCHED_BATCH", "nice": 7})),
    Row("scheduler: a deadline", SCHEDULE, "^[0-9]+ 0 6$", process(scheduler={
        "policy": "SCHED_DEADLINE", "runtime": 1000000, "deadline": 9000000, "period": 9000000})),
    Row("scheduler in a user namespace", SCHEDULE, "^-5 0 0$", both(
        maps([0, 100000, 65536]), process(scheduler={"policy": "SCHED_OTHER", "nice": -5}))),
    Row("no scheduler of another kernel", "true", "(?i)sched", process(
        scheduler={"policy": "SCHED_ISO"}), None),
    Row("ioPriority", "ionice", "^idle", process(
        ioPriority={"class": "IOPRIO_CLASS_IDLE", "priority": 0})),
    Row("ioPriority in a user namespace", "ionice", "^realtime: prio 3$", both(
        maps([0, 100000, 65536]),
        process(ioPriority={"class": "IOPRIO_CLASS_RT", "priority": 3}))),
    Row("oomScoreAdj in a user namespace", "cat /proc/self/oom_score_adj", "^300$", both(
        maps([0, 100000, 65536]), process(oomScoreAdj=300))),
    Row("oomScoreAdj", "cat /proc/self/oom_score_adj", "^500$", process(oomScoreAdj=500)),
    Row("stdin, stdout, stderr are the caller's", "cat; echo two >&2", "^given\ntwo$"),
    Row("stdin, stdout, stderr are the user's",
        "cd /proc/self/fd; stat -L -c %u 0 1 2; echo more >>/dev/stderr", "^7\n7\n7\nmore$",
        process(user={"uid": 7, "gid": 7})),
    Row("only these descriptors", "ls -l /proc/self/fd | wc -l", "^5$"),
    Row("a session of its own", "set -- $(cat /proc/self/stat); echo $6", "^1$"),
    Row("personality", "uname -m", "^(i686|armv8l)$", linux(personality={"domain": "LINUX32"})),
    Row("no program", ["nothing"], r"executable file not found in \$PATH", status=None),
    Row("no such file", ["/bin/nothing"], "no such file or directory", status=None),
    Row("no program, but a file", ["/etc/passwd"], "(?i)permission denied", status=None),
]

CONFINEMENT = [
    Row("capabilities of root: bounding, effective, permitted", CAPS,
        r"^0+20\n0+21\n0+21\n0+21\n0+$|^0+20\n0+21\n0+$", process(capabilities=FEW)),
    Row("five sets for another user", CAPS, r"\A0+20\n\Z",
        process(capabilities=ONE, user={"uid": 7, "gid": 7})),
    Row("an ambient capability that is not inheritable is left out", CAPS,
        f"^{0:016x}\n{32:016x}\n{0:016x}$",
        process(capabilities=ALONE)),
    Row("no set, no capability for another user", CAPS, r"\A0+\n\Z",
        process(capabilities={}, user={"uid": 7, "gid": 7})),
    Row("unknown capabilities are ignored", "echo works", "^works$",
        process(capabilities={"bounding": ["CAP_FUTURE", "CAP_KILL"]})),
    Row("what cannot be given is a warning", CAPS, "effective: cannot be given: kill\n.*inheritable: cannot be given: kill\n.*ambient.*chown",
        process(capabilities=sets(bounding="CHOWN", permitted="CHOWN", inheritable="KILL",
                                  effective="CHOWN KILL", ambient="CHOWN"))),
    Row("noNewPrivileges", "grep NoNewPrivs /proc/self/status", "1$",
        process(noNewPrivileges=True)),
    Row("without noNewPrivileges", "grep NoNewPrivs /proc/self/status", "0$"),
    Row("seccomp: EPERM", "mkdir /tmp/d", "Operation not permitted",
        linux(seccomp=refuses("mkdir", "mkdirat")), 1),
    Row("seccomp: the error that is given", "mkdir /tmp/d", "No space left on device",
        linux(seccomp=refuses("mkdir", "mkdirat", errnoRet=28)), 1),
    Row("seccomp: by an argument", "chmod 700 /tmp/f; chmod 711 /tmp/f && echo done",
        "^done\n.*not permitted$",
        both(mount("/tmp/f", source="file", options=["bind"]), linux(seccomp=refuses("chmod", args=[
            {"index": 1, "value": 0o700, "op": "SCMP_CMP_EQ"}])))),
    Row("seccomp: flags reach the kernel", "true", "filter of system calls: Invalid argument",
        linux(seccomp={**refuses("mkdir"), "flags": ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]}),
        None),
    Row("seccomp: flags", "mkdir /tmp/d", "Operation not permitted", linux(
        seccomp={**refuses("mkdir", "mkdirat"), "flags": [
            f"SECCOMP_FILTER_FLAG_{flag}" for flag in ("LOG", "SPEC_ALLOW", "TSYNC")]}), 1),
    Row("seccomp: the process is killed", "mkdir /tmp/d", "", linux(
        seccomp={**refuses("mkdir", "mkdirat"), "syscalls": [
            {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]}), 159),
    Row("seccomp and noNewPrivileges", "mkdir /tmp/d || grep Seccomp: /proc/self/status",
        "not permitted\nSeccomp:\t2$|^Seccomp:\t2(.*\n)*.*not permitted$",
        both(process(noNewPrivileges=True), linux(seccomp=refuses("mkdir", "mkdirat")))),
    Row("masked files and directories", "cat /proc/timer_list /proc/keys; ls /etc; echo end",
        r"\Aend\n\Z", linux(maskedPaths=["/proc/timer_list", "/proc/keys", "/etc", "/missing"])),
    Row("paths that are read-only", "touch /root/f; echo 1 >/proc/sys/net/ipv4/ip_forward",
        "Read-only(.*\n)*.*Read-only", linux(readonlyPaths=["/root", "/proc/sys", "/gone"]), None),
    Row("seccomp in a user namespace", "mkdir /tmp/d", "Operation not permitted",
        both(maps([0, 100000, 65536]), linux(seccomp=refuses("mkdir", "mkdirat"))), 1),
    Row("a read-only root", "touch /f || touch /dev/shm/f && echo there", "^there\n.*Read-only",
        lambda config, room: config["root"].update(readonly=True)),
    Row("a root that is not", "touch /f && ls /f", "^/f$", own=True),
    Row("sysctl of the network", "cat /proc/sys/net/ipv4/ip_forward", "^1$",
        linux(sysctl={"net.ipv4.ip_forward": "1"})),
    Row("sysctl by a path", "cat /proc/sys/net/ipv4/conf/lo/log_martians", "^1$",
        linux(sysctl={"net/ipv4/conf/lo/log_martians": "1"})),
    Row("sysctl of ipc", "cat /proc/sys/kernel/shmmax", "^123456$",
        linux(sysctl={"kernel.shmmax": "123456"})),
    Row("no sysctl of the host", "echo it runs", "kernel.?pid_max", linux(
        sysctl={"kernel.pid_max": "99999"}), None),
    Row("no sysctl of the host's network", "echo it runs", "ip_forward",
        both(without("network"), linux(sysctl={"net.ipv4.ip_forward": "1"})), None),
    Row("no sysctl by a path", "echo it runs", "pid_max", linux(
        sysctl={"net/../kernel/pid_max": "99999"}), None),
]

NAMES = [
    Row("host name and domain name", "hostname; cat /proc/sys/kernel/domainname", "^h\nd.org$",
        lambda config, room: config.update(hostname="h", domainname="d.org")),
    Row("a cgroup namespace", "cut -d: -f3 /proc/self/cgroup | uniq", r"\A/\n\Z", more("cgroup")),
    Row("without it the path is seen", "cat /proc/self/cgroup", "/stepbox-oci/test-"),
    Row("a PID namespace", "echo $$; ls -d /proc/[0-9]*", r"\A1\n/proc/1\n\Z"),
    Row("the network has lo only", "ls /sys/class/net; cat /sys/class/net/lo/flags", "^lo\n0x9$"),
    Row("a user namespace", "id -u; id -g; cat /proc/self/uid_map",
        r"^0\n0\n +0 +100000 +65536$", maps([0, 100000, 65536])),
    Row("several ranges", "cat /proc/self/gid_map", r"^ +0 +1000 +1\n +1 +100000 +99$",
        maps([0, 1000, 1], [1, 100000, 99])),
    Row("another user in a user namespace", "id -u; id -G; touch /dev/shm/f; stat -c %u /dev/shm/f",
        "^7\n8 9\n7$", both(maps([0, 100000, 65536]),
                            process(user={"uid": 7, "gid": 8, "additionalGids": [9]}))),
    Row("devices in a user namespace", "echo x >/dev/null; head -c3 /dev/zero | wc -c", "^3$",
        maps([0, 100000, 65536])),
    Row("read-only and masked paths in a user namespace", "touch /dev/shm/f; ls /etc",
        r"\A.*Read-only.*\n\Z",
        both(maps([0, 100000, 65536]), linux(maskedPaths=["/etc"], readonlyPaths=["/dev/shm"])), 0),
]

# These need what not every machine has: see possible().
RAISED = [
    Row("rlimits above the caller's, in a user namespace", "grep 'realtime pri' /proc/self/limits",
        "priority +5 +7 ", both(maps([0, 100000, 65536]), process(
            rlimits=[{"type": "RLIMIT_RTPRIO", "soft": 5, "hard": 7}]))),
]

REAL_TIME = [
    Row("scheduler: real time", SCHEDULE, "^[0-9]+ 9 1$", process(scheduler={
        "policy": "SCHED_FIFO", "priority": 9, "flags": ["SCHED_FLAG_RESET_ON_FORK"]})),
]

TIME = [
    Row("a time namespace", "test $(cut -d. -f1 /proc/uptime) -gt 9000000 && echo later", "^later$",
        both(more("time"), linux(timeOffsets={"boottime": {"secs": 9999999}}))),
    Row("a time namespace in a user namespace", "grep boot /proc/self/timens_offsets", " 99 +0$",
        both(maps([0, 100000, 65536]), more("time"),
             linux(timeOffsets={"boottime": {"secs": 99}}))),
]

DEVICES = [
    Row("default devices", "cd /dev; stat -c '%n %t:%T %a' null zero full random urandom tty",
        "^null 1:3 666\nzero 1:5 666\nfull 1:7 666\nrandom 1:8 666\nurandom 1:9 666\ntty 5:0 666$"),
    Row("they work", "echo x >/dev/null; head -c2 /dev/zero /dev/urandom | wc -c; echo >/dev/full",
        "(?i)^[0-9]+\n.*no space left", None, None),
    Row("links", "for n in fd stdin stdout stderr ptmx; do readlink /dev/$n; done",
        "^/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\n(/dev/)?pts/ptmx$"),
    Row("one more node", "stat -c '%t:%T %u %g %a' /dev/a/b; echo x >/dev/a/b", "^1:3 7 8 640$",
        devices(nodes=[node("/dev/a/b", "c", 1, 3, fileMode=0o640, uid=7, gid=8)])),
    Row("a node outside of /dev", "stat -c '%F' /n", "character special", devices(
        nodes=[node("/n", "c", 1, 3)]), own=True),
    Row("block and fifo", "stat -c %F /dev/b /dev/p", "^block special file\nfifo$",
        devices(nodes=[node("/dev/b", "b", 7, 77), {"path": "/dev/p", "type": "p"}])),
    Row("what is not allowed cannot be opened", "mknod /k c 1 11; : >/k",
        "Operation not permitted", None, None, own=True),
    Row("what is allowed can", "mknod /k c 1 11; : >/k && echo opened", "^opened$", devices(KMSG),
        own=True),
    Row("the last rule decides", "mknod /k c 1 11; : >/k", "Operation not permitted",
        devices(KMSG, {**KMSG, "allow": False}), None, own=True),
    Row("all allowed", "mknod /k c 1 11; : >/k && echo opened", "^opened$",
        devices({"allow": True, "access": "rwm"}), own=True),
]

LIMITS = [
    Row("pids.limit", "for i in 1 2 3 4 5 6 7 8; do sleep 0.3 & done", "(?i)can't fork",
        linux(resources={"pids": {"limit": 4}}), None),
    # The command is process 1: no other one can be killed in its place.
    Row("memory.limit", "exec dd if=/dev/zero of=/dev/shm/x bs=1M count=60", "",
        linux(resources={"memory": {"limit": 20 << 20, "swap": 20 << 20}}), 137),
]



def possible(row):
    """Whether this machine can host the row."""
    if row in TIME:
        return Path("/proc/self/ns/time").exists()
    if row in RAISED:
        held = re.search(r"CapEff:\s*(\S+)", Path("/proc/self/status").read_text("utf-8"))
        return bool(int(held[1], 16) >> 24 & 1)  # CAP_SYS_RESOURCE
    # With CONFIG_RT_GROUP_SCHED a new v1 group has no time for real-time processes.
    return row not in REAL_TIME or not Path("/sys/fs/cgroup/cpu/cpu.rt_runtime_us").exists()


ALL = PROCESS + RAISED + REAL_TIME + CONFINEMENT + NAMES + TIME + DEVICES + LIMITS
