"""Mounts, devices and masked paths of an OCI runtime: rows as in oci_inside.py, and what the host
sees of them. For try_oci.py."""

import os
import subprocess
from pathlib import Path

from oci_bundle import WAIT, Container, becomes, differs, mounts
from oci_inside import Row, both, devices, linux, maps, mount, node, process, sets, without

SUB_WRITE = "echo x >/m/sub/new && echo written"
PEERS = r"sed -n 's,.* /m [^ ]*\(.*\) - .*,kind:\1.,p' /proc/self/mountinfo"
ROOT_PEERS = PEERS.replace(".* /m", "^[0-9]* [0-9]* [^ ]* [^ ]* /")
FLAGS = r"sed -n 's,^[^ ]* \(/m[^ ]*\) [^ ]* \([^ ]*\).*,\1 \2,p' /proc/mounts"
USERS = maps([0, 100000, 65536])
ADMIN = process(capabilities=sets(**dict.fromkeys(
    "bounding effective permitted".split(), "SYS_ADMIN DAC_OVERRIDE CHOWN FOWNER SETUID")))
STRICT = ["ro", "nosuid", "nodev", "noexec", "noatime", "nosymfollow"]


def mapped(first, *options, source="data"):
    """A bind mount, in which id 0 and up are these."""
    ids = [{"containerID": 0, "hostID": first, "size": 10}]

    def change(config, room):
        mount("/m", source=source, options=options)(config, room)
        config["mounts"][-1].update(uidMappings=ids, gidMappings=ids)

    return change


def remount(**members):
    """Another mount, whose source matters little."""
    return lambda config, room: config["mounts"].append(
        {"destination": "/m", "source": str(room.top / "data"), **members})


def unmounted(destination):
    """Without this mount."""

    def change(config, room):
        config["mounts"] = [one for one in config["mounts"] if one["destination"] != destination]

    return change


MOUNTS = [
    Row("bind", "cat /m/file; echo x >/m/new", "^text$", mount("/m", options=["bind"])),
    Row("bind, read-only", "echo x >/m/new2", "Read-only", mount("/m", options=["bind", "ro"]), 1),
    Row("bind of a file", "cat /made/here", "^text$", mount("/made/here", source="data/file"),
        own=True),
    Row("bind shows no mounts below", "ls /m/sub", r"\A\Z", mount("/m", options=["bind"])),
    Row("rbind does", "ls /m/sub", "^inner$", mount("/m", options=["rbind"])),
    Row("ro is for one mount", SUB_WRITE, "^written$", mount("/m", options=["rbind", "ro"])),
    Row("rro is for all", SUB_WRITE, "Read-only", mount("/m", options=["rbind", "rro"]), 1),
    Row("type none", "cat /m/file", "^text$",
        lambda config, room: config["mounts"].append(
            {"destination": "/m", "type": "none", "source": str(room.top / "data"),
             "options": ["rbind"]})),
    Row("nosuid, nodev, noexec, noatime", "grep ' /m ' /proc/mounts",
        "nosuid,nodev,noexec,noatime",
        mount("/m", options=["bind", "nosuid", "nodev", "noexec", "noatime"])),
    Row("a relative source is in the bundle", "grep -c ociVersion /config", "^1$",
        lambda config, room: config["mounts"].append(
            {"destination": "/config", "source": "config.json", "options": ["bind"]}), own=True),
    Row("rshared", PEERS, "^kind:.* shared:", mount("/m", options=["rbind", "rshared"],
                                                     source="shared")),
    Row("rslave", PEERS, "^kind: master:[0-9]*.$", mount("/m", options=["rbind", "rslave"],
                                                         source="shared")),
    Row("rprivate", PEERS, r"^kind:\.$", mount("/m", options=["rbind", "rprivate"],
                                               source="shared")),
    Row("tmpfs", "stat -c %a /m; df -k /m | tail -1", r"^1711\n\S+ +1024 ",
        mount("/m", "tmpfs", "tmpfs", ["mode=1711", "size=1m"])),
    Row("tmpcopyup", "cat /etc/hostname; rm /etc/hostname; ls -d /etc/group",
        "^busybox\n/etc/group$", mount("/etc", "tmpfs", "tmpfs", ["tmpcopyup"])),
    Row("which changes nothing below", "cat /etc/hostname", "^busybox$"),
    Row("mounts are made in their order", "cat /m/sub/deep/file; ls /m", "^text\nsub$",
        both(mount("/m", "tmpfs", "tmpfs"), mount("/m/sub/deep", options=["bind"]))),
    Row("a link in the rootfs stays there", "ls /tmp/below", "^file\nnew\nsub$",
        both(mount("/link/below", options=["bind"])), own=True),
    Row("a link out of the rootfs, too", "ls / | grep -c host-tmp; cat /host-tmp/below/file",
        "^1\ntext$", mount("/out/below", options=["bind"]), own=True),
    Row("no mount in /proc, by a link", "echo it runs", "(?i)proc",
        mount("/evil/sys", "tmpfs", "tmpfs"), None, own=True),
    Row("no mount in /proc", "echo it runs", "(?i)proc",
        mount("/proc/self/attr", options=["bind"]), None),
    Row("no mount of what is not there", "echo it runs", "missing",
        mount("/m", source="missing"), None),
    Row("sysfs is read-only", "mkdir /sys/fs/x", "Read-only", None, 1),
    Row("the group is shown, read-only", "cat $(find /sys/fs/cgroup -name cgroup.procs | head -1);"
        " mkdir $(find /sys/fs/cgroup -name cgroup.procs | head -1 | xargs dirname)/x",
        "^1\n(.*\n)*.*Read-only", None, 1),
    Row("mqueue", "grep -c ' /q mqueue' /proc/mounts", "^1$", mount("/q", "mqueue", "mqueue"),
        own=True),
]

IDS = [
    Row("mapped ids of a mount", "stat -c '%u:%g' /m/file", "^1000:1000$", mapped(1000, "idmap")),
    Row("mapped ids without the option", "stat -c %u /m/file", "^1000$", mapped(1000, "bind")),
    Row("idmap: not those of mounts below", "stat -c %u /m/file /m/sub/inner", "^1000\n0$",
        mapped(1000, "rbind", "idmap")),
    Row("ridmap: those, too", "stat -c %u /m/file /m/sub/inner", "^1000\n1000$",
        mapped(1000, "rbind", "ridmap")),
    Row("mapped ids in a user namespace", "stat -c %u /m/file", "^5$",
        both(USERS, mapped(100005, "rbind", "idmap"))),
    Row("not mapped in a user namespace", "stat -c %u /m/file", "^65534$",
        both(USERS, mount("/m", options=["rbind"]))),
    Row("idmap alone: as the user namespace", "stat -c %u /m/file; touch /m/mine && rm /m/mine",
        r"\A0\n\Z", both(USERS, mount("/m", options=["rbind", "idmap"]))),
    Row("idmap needs a map", "echo it runs", "idmap needs", mount("/m", options=["bind", "idmap"]),
        None),
    Row("idmap needs a bind mount", "echo it runs", "only the ids of a bind mount", both(
        USERS, mount("/m", "tmpfs", "tmpfs", ["idmap"])), None),
    Row("a source in a directory of mode 700, in a user namespace", "cat /m/file", "^text$",
        both(USERS, mount("/m", source="secret/inner", options=["rbind"]))),
    Row("a file there", "cat /etc/hostname", "^text$",
        both(USERS, mount("/etc/hostname", source="secret/inner/file", options=["bind"]))),
    Row("the host's ro is locked in a user namespace",
        "mount -o remount,bind,rw /m; echo x >/m/new; grep ' /m ' /proc/mounts", " ro,nosuid,nodev",
        both(USERS, ADMIN, mount("/m", source="strict", options=["rbind"]))),
    Row("sysfs of the host's network", "ls -d /sys/kernel", "kernel",
        both(USERS, without("network"))),
    Row("proc of the host's processes", "test $$ != 1 && cat /proc/self/comm", "^cat$",
        both(USERS, without("pid"))),
]

OPTIONS = [
    Row("all flags of a file system", FLAGS,
        "^/m rw,sync,dirsync,(mand,)?lazytime,nosuid,nodev,noexec,noatime,nodiratime",
        mount("/m", "tmpfs", "tmpfs", ["defaults", "nosuid", "nodev", "noexec", "noatime",
              "nodiratime", "sync", "dirsync", "silent", "mand", "iversion", "lazytime"])),
    Row("the last of two options holds", FLAGS, "^/m rw,relatime",
        mount("/m", "tmpfs", "tmpfs", ["ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime",
              "sync", "silent", "mand", "iversion", "lazytime", "rw", "suid", "dev", "exec",
              "relatime", "diratime", "async", "loud", "nomand", "noiversion", "nolazytime"])),
    Row("nosymfollow", "ln -s /etc /m/l; ls /m/l/", "(?i)symbolic links",
        mount("/m", "tmpfs", "tmpfs", ["nosymfollow"]), None),
    Row("symfollow", "ln -s /etc /m/l; ls /m/l/passwd", "^/m/l/passwd$",
        mount("/m", "tmpfs", "tmpfs", ["nosymfollow", "symfollow"])),
    Row("strictatime", FLAGS, "^/m (?!.*relatime)",
        mount("/m", "tmpfs", "tmpfs", ["strictatime"])),
    Row("recursive options", FLAGS, "^/m/sub ro,nosuid,nodev,noexec,noatime,nodiratime",
        mount("/m", options=["rbind", "rro", "rnosuid", "rnodev", "rnoexec", "rnoatime",
                             "rnodiratime"])),
    Row("recursive options that clear", FLAGS, "^/m/strict rw,relatime",
        mount("/m", source="over", options=["rbind", "rrw", "rsuid", "rdev", "rexec", "rrelatime",
                                            "rdiratime", "rsymfollow"])),
    Row("rnosymfollow", FLAGS, "^/m/sub .*nosymfollow",
        mount("/m", options=["rbind", "rnosymfollow"])),
    Row("a bind mount keeps the options of its source", FLAGS,
        "^/m ro,(nosymfollow,)?nosuid,nodev,noexec,(nosymfollow,)?noatime",
        mount("/m", source="strict", options=["rbind"])),
    Row("remount", "df -k /m | tail -1", " 2048 ",
        both(mount("/m", "tmpfs", "tmpfs", ["size=1m"]),
             remount(type="tmpfs", options=["remount", "size=2m"]))),
    Row("remount of a bind mount", "echo x >/m/new", "Read-only",
        both(mount("/m", options=["bind"]), remount(type="none",
                                                      options=["bind", "remount", "ro"])),
        1),
    Row("unknown options are the file system's", "echo it runs", "", mount(
        "/m", "tmpfs", "tmpfs", ["nonsense=1"]), None),
    Row("data of an overlay", "cat /m/file /m/deep/file", "^text\ntext$",
        lambda config, room: config["mounts"].append(
            {"destination": "/m", "type": "overlay", "source": "overlay",
             "options": [f"lowerdir={room.top}/lower:{room.top}/shared"]})),
    Row("an unknown file system", "echo it runs", "(?i)no such device", mount(
        "/m", "nonsense", "nonsense"), None),
    Row("a file with rbind", "cat /m", "^text$", mount("/m", source="file", options=["rbind"]),
        own=True),
    Row("a link that leads to nothing", "cat /later/one/m/file", "^text$",
        mount("/dangling/m", options=["bind"]), own=True),
    Row("a link to itself", "echo it runs", "loop",
        mount("/loop/m", options=["bind"]), None, own=True),
    Row("a destination is relative, or has //, or ..", "cat /a/file /b/file /c",
        "^text\ntext\ntext$", both(
            mount("a", options=["bind"]), mount("//x/..//b/", options=["bind"]),
            mount("/c/", source="file", options=["bind"])), own=True),
    Row("a tmpfs is read-only at the end", "cat /m/inner/file; touch /m/x", "^text\n.*Read-only",
        both(mount("/m", "tmpfs", "tmpfs", ["ro"]), mount("/m/inner", options=["bind"])), None),
    Row("rootfsPropagation shared", ROOT_PEERS, "^kind: shared:[0-9]*.$",
        linux(rootfsPropagation="shared")),
    Row("rootfsPropagation unbindable", ROOT_PEERS, "^kind: unbindable.$",
        linux(rootfsPropagation="unbindable")),
    Row("rootfsPropagation private", ROOT_PEERS, r"^kind:\.$", linux(rootfsPropagation="private")),
    Row("unbindable", PEERS, "^kind: unbindable.$",
        mount("/m", options=["bind", "unbindable"])),
    Row("mountLabel needs SELinux", "echo it runs", "linux.mountLabel.*SELinux",
        linux(mountLabel="system_u:object_r:svirt_sandbox_file_t:s0"), None),
    Row("selinuxLabel needs SELinux", "echo it runs", "selinuxLabel.*SELinux",
        process(selinuxLabel="system_u:system_r:svirt_lxc_net_t:s0"), None),
    Row("apparmorProfile needs AppArmor", "echo it runs", "apparmorProfile.*AppArmor",
        process(apparmorProfile="unconfined"), None),
    Row("empty labels are not asked", "echo runs", "^runs$",
        both(process(apparmorProfile="", selinuxLabel=""), linux(mountLabel=""))),
]

GROUPS = [
    Row("cgroups with rw", "for g in $(find /cg -name cgroup.procs -maxdepth 2); do d=${g%/*};"
        " mkdir $d/x && rmdir $d/x && echo made; done | uniq", "^made$",
        mount("/cg", "cgroup", "cgroup", ["rw", "nosuid"])),
    Row("cgroup2 is the group of the v2 tree", "cat /m/cgroup.procs; ls /m/cgroup.controllers",
        "^1\n(.*\n)*/m/cgroup.controllers$", mount("/m", "cgroup2", "cgroup2", ["ro"])),
]
PAIR = Row("a v1 tree of two controllers",
           "cd /cg; readlink one; readlink two; head -1 one/cgroup.procs",
           "^one,two\none,two\n1$", mount("/cg", "cgroup", "cgroup", ["ro"]))

NODES = [
    Row("a device that is there", "echo x >/dev/null", "",
        devices(nodes=[node("/dev/null", "c", 1, 3)])),
    Row("ptmx stays a link", "readlink /dev/ptmx", "pts/ptmx",
        devices(nodes=[node("/dev/ptmx", "c", 5, 2)])),
    Row("another file in the place of a device", "echo it runs", "/passwd",
        devices(nodes=[node("/etc/passwd", "c", 1, 3)]), None, own=True),
    Row("a link in the place of a device", "echo it runs", "/link",
        devices(nodes=[node("/link", "c", 1, 3)]), None, own=True),
    Row("a device in a user namespace is the host's", "stat -c %t:%T /dev/kmsg", "^1:b$",
        both(USERS, linux(devices=[node("/dev/kmsg", "c", 1, 11)]))),
    Row("no console without a terminal", "ls /dev", r"\A(?!(.*\n)*console)", None),
]

MASKS = [
    Row("one path twice", "ls /sys/firmware; cat /proc/keys; echo end", r"\Aend\n\Z",
        linux(maskedPaths=["/proc/keys", "/sys/firmware", "/proc/keys", "/sys/firmware"])),
    Row("one read-only path twice", "touch /root/f", "Read-only",
        linux(readonlyPaths=["/root", "/root"]), 1),
    Row("a masked directory is empty, and stays so", "touch /etc/x", "Read-only",
        linux(maskedPaths=["/etc"]), 1),
    Row("what is masked is the kernel's", "echo it runs", "/proc/keys.*kernel",
        both(unmounted("/proc"), linux(maskedPaths=["/proc/keys"])), None, own=True),
    Row("what is read-only is the kernel's", "echo it runs", "/sys/kernel.*kernel",
        both(unmounted("/sys"), unmounted("/sys/fs/cgroup"), linux(readonlyPaths=["/sys/kernel"])),
        None, own=True),
]

ROWS = MOUNTS + IDS + OPTIONS + GROUPS + NODES + MASKS
TREES = ["data/sub", "shared", "strict", "over/strict"]


def prepare(room):
    """The sources of the mounts."""
    for name in "data/sub", "shared", "strict", "over/strict", "secret/inner", "lower":
        (room.top / name).mkdir(parents=True)
    for name in "data/file", "file", "secret/inner/file", "lower/file":
        (room.top / name).write_text("text\n", encoding="utf-8")
    os.chown(room.top / "secret", 1234, 1234)
    (room.top / "secret").chmod(0o700)
    words = ["mount", "-t", "tmpfs", "-o", "mode=755", "source"]
    for name in TREES:
        subprocess.run([*words, room.top / name], check=True)
    (room.top / "data/sub/inner").touch()
    (room.top / "shared/deep").mkdir()
    (room.top / "shared/deep/file").write_text("text\n", encoding="utf-8")
    subprocess.run(["mount", "--make-shared", room.top / "shared"], check=True)
    words = ["mount", "-o", "remount,bind," + ",".join(STRICT)]
    for name in "strict", "over/strict":
        subprocess.run([*words, room.top / name], check=True)
    room.mounts = mounts()


def make_pair(room):
    """A v1 tree without controllers, named as one of two. A hierarchy that every process of the
    machine is in, and that a test that is killed leaves: only for a machine of scripts/vm."""
    pair = room.top / "one,two"
    pair.mkdir()
    words = ["mount", "-t", "cgroup", "-o", f"none,name=stepbox-{room.top.name[-8:]}", "none", pair]
    subprocess.run(words, check=True)
    return pair


def clear(room):
    """Unmounts the sources."""
    for name in TREES:
        subprocess.run(["umount", room.top / name], check=True)
    room.mounts = mounts()


def try_copy_up(tally, room):
    """Modes, owners and extended attributes."""

    def change(config):
        mount("/c", "tmpfs", "tmpfs", ["tmpcopyup"])(config, room)

    one = Container(room, WAIT, change, own=True)
    folder = one.rootfs / "c"
    (folder / "below").mkdir(parents=True)
    (folder / "below/file").write_text("text\n", encoding="utf-8")
    for path in folder, folder / "below/file":
        os.chown(path, 7, 8)
    (folder / "below/file").chmod(0o4750)
    folder.chmod(0o1770)
    os.setxattr(folder / "below/file", "user.colour", b"blue")
    wrong = one.begin()
    if not wrong:
        made = Path(f"/proc/{one.state()['pid']}/root/c")
        found = [(path.stat().st_mode, path.stat().st_uid, path.stat().st_gid)
                 for path in (made, made / "below/file")]
        wrong = differs(found, [(0o41770, 7, 8), (0o104750, 7, 8)])
        wrong += differs(os.listxattr(made / "below/file"), ["user.colour"])
    tally.holds("tmpcopyup: modes, owners, attributes", wrong)
    tally.holds("tmpcopyup: delete", one.delete().unlike(0) or one.traces())


def try_propagation(tally, room):
    """Mounts of the container on the host, and the other way."""
    place = str(room.top / "shared/deep")
    script = "mount -t tmpfs inside /m/deep && " + WAIT

    def peers(kind, script, options=("rbind", "rshared")):
        change = both(ADMIN, linux(rootfsPropagation=kind),
                      mount("/m", source="shared", options=options))
        return Container(room, script, lambda config: change(config, room))

    subprocess.run(["mount", "--make-rshared", "/"], check=True)
    before = mounts()
    for kind, count in ("shared", 1), ("rshared", 1), ("slave", 0), ("private", 0), ("", 0):
        one = peers(kind, script)
        wrong = one.begin() or one.prints("begun")
        found = [point for point, _ in mounts()].count(place)
        tally.holds(f"{kind or 'no'} propagation: mounts of the container on the host",
                    wrong or differs(found, count))
        wrong = one.delete().unlike(0) or one.traces()
        if found:
            subprocess.run(["umount", place], check=True)
        tally.holds(f"{kind or 'no'} propagation: the host's mounts stay",
                    wrong or differs(mounts(), before))
    for kind, options, count in ("rslave", ("rbind", "rslave"), 1), ("rprivate", ("rbind",), 0):
        one = peers(kind, WAIT, options)
        wrong = one.begin() or one.prints("begun")
        subprocess.run(["mount", "-t", "tmpfs", "outside", place], check=True)
        found = one.verb("exec", ..., "grep", "-c", " /m/deep ", "/proc/mounts").out.strip()
        wrong = wrong or differs(found, str(count))
        tally.holds(f"{kind}: mounts of the host in the container", wrong)
        subprocess.run(["umount", place], check=True)
        tally.holds(f"{kind}: delete", one.delete().unlike(0) or one.traces())
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "--make-shared", room.top / "shared"], check=True)


def try_joined_users(tally, room):
    """In the user namespace of another container, as in a pod."""
    first = Container(room, WAIT, lambda config: USERS(config, room))
    wrong = first.begin() or first.prints("begun")

    def change(config):
        both(USERS, mount("/m", source="secret/inner", options=["rbind"]),
             mount("/tmp", options=["rbind", "idmap"]))(config, room)
        files = {"user": "user", "network": "net", "ipc": "ipc"}
        for one in config["linux"]["namespaces"]:
            if one["type"] in files:
                one["path"] = f"/proc/{first.state()['pid']}/ns/{files[one['type']]}"
        del config["linux"]["uidMappings"], config["linux"]["gidMappings"]

    if not wrong:
        second = Container(room, "cat /m/file; stat -c %u /tmp/file", change)
        wrong = second.verb("run").unlike(0, "^text\n0$") or second.traces()
    tally.holds("sources in a user namespace that is joined", wrong)
    tally.holds("sources: delete", first.delete().unlike(0) or first.traces())
