// Reading config.json of an OCI bundle.
#include <doctest/doctest.h>
#include <linux/sched.h>
#include <sys/personality.h>

#include <nlohmann/json.hpp>

#include "07-unionfs/oci/config.hpp"
#include "07-unionfs/oci/default_spec.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

using Texts = std::vector<std::string>;

// What `podman create` and `runc spec` write, with fewer members of each list.
constexpr char kTypical[] = R"({
  "ociVersion": "1.0.2-dev",
  "process": {
    "terminal": true, "consoleSize": {"height": 24, "width": 80},
    "user": {"uid": 1000, "gid": 100, "umask": 18, "additionalGids": [10, 20]},
    "args": ["sh", "-c", ""], "env": ["PATH=/bin", "A="], "cwd": "/srv",
    "capabilities": {"bounding": ["CAP_CHOWN", "CAP_KILL"], "effective": ["CAP_KILL"],
                     "permitted": ["CAP_KILL"], "inheritable": null, "ambient": []},
    "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 18446744073709551615, "soft": 1024}],
    "scheduler": {"policy": "SCHED_FIFO", "priority": 9, "flags": ["SCHED_FLAG_RESET_ON_FORK"]},
    "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 4},
    "execCPUAffinity": {"initial": "0-2,7", "final": ""},
    "noNewPrivileges": true, "oomScoreAdj": 0, "apparmorProfile": "", "selinuxLabel": "s0"
  },
  "root": {"path": "rootfs", "readonly": true},
  "hostname": "box", "domainname": "example.org",
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
    {"destination": "etc/hosts", "type": "bind", "source": "files/hosts", "options": ["rbind"]},
    {"destination": "/data", "source": "/data", "options": ["bind", "idmap"],
     "uidMappings": [{"containerID": 0, "hostID": 7, "size": 1}],
     "gidMappings": [{"containerID": 0, "hostID": 8, "size": 1}]}
  ],
  "hooks": {"createRuntime": [{"path": "/bin/hook", "args": ["hook", "1"], "env": ["A=b"],
                               "timeout": 5}], "poststop": [{"path": "/bin/end"}]},
  "annotations": {"org.opencontainers.image.stopSignal": "15"},
  "linux": {
    "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
    "gidMappings": [{"containerID": 0, "hostID": 0, "size": 4294967295}],
    "sysctl": {"net.ipv4.ping_group_range": "0 0"},
    "cgroupsPath": "/libpod_parent/libpod-5f3a",
    "resources": {"pids": {"limit": 2048}, "devices": []},
    "namespaces": [{"type": "pid"}, {"type": "network", "path": "/run/netns/a"}, {"type": "user"},
                   {"type": "uts"}, {"type": "mount"}, {"type": "cgroup"}, {"type": "time"}],
    "timeOffsets": {"monotonic": {"secs": -3, "nanosecs": 7}, "boottime": {"secs": 9}},
    "devices": [{"path": "/dev/fuse", "type": "u", "major": 10, "minor": 229, "fileMode": 8630,
                 "uid": 1, "gid": 2}, {"path": "/dev/pipe", "type": "p"}],
    "seccomp": {"defaultAction": "SCMP_ACT_ERRNO"}, "rootfsPropagation": "rslave",
    "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/bus", "/proc/sys"],
    "mountLabel": "", "personality": {"domain": "LINUX32", "flags": []},
    "unknown": {"unknown": [1, 2]}
  },
  "vm": {}
})";

std::string config_with(const std::string& members) {
  return join({R"({"ociVersion": "1.1.0", "root": {"path": "r"}, )", members, "}"});
}

OciConfig parsed(const std::string& members) { return parse_config(config_with(members), "/b"); }

OciProcess parsed_process(const std::string& members) {
  return parse_process(join({R"({"args": ["a"], "cwd": "/", )", members, "}"}));
}

}  // namespace

TEST_CASE("the process of a typical config") {
  const OciConfig config = parse_config(kTypical, "/run/bundle");
  REQUIRE(config.process);
  CHECK(parse_process(config.process_text).args == config.process->args);
  const OciProcess& process = *config.process;
  CHECK(process.terminal);
  CHECK(process.rows == 24);
  CHECK(process.columns == 80);
  CHECK(process.uid == 1000);
  CHECK(process.gid == 100);
  CHECK(process.umask == 022);
  CHECK(process.additional_gids == std::vector<gid_t>{10, 20});
  CHECK(process.args == Texts{"sh", "-c", ""});
  CHECK(process.env == Texts{"PATH=/bin", "A="});
  CHECK(process.cwd == "/srv");
  REQUIRE(process.capabilities);
  CHECK(process.capabilities->bounding == (1U << 0 | 1U << 5));
  CHECK(process.capabilities->effective == 1U << 5);
  CHECK(process.capabilities->inheritable == 0);
  REQUIRE(process.rlimits.size() == 1);
  CHECK(process.rlimits[0].name == "nofile");
  CHECK(process.rlimits[0].soft == 1024);
  CHECK(process.rlimits[0].hard == -1);
  CHECK(process.no_new_privileges);
  CHECK(process.oom_score_adj == 0);
  REQUIRE(process.scheduler);
  CHECK(process.scheduler->policy == SCHED_FIFO);
  CHECK(process.scheduler->priority == 9);
  CHECK(process.scheduler->flags == SCHED_FLAG_RESET_ON_FORK);
  REQUIRE(process.io_priority);
  CHECK(process.io_priority->type == 2);
  CHECK(process.io_priority->level == 4);
  REQUIRE(process.initial_cpus);
  CHECK(CPU_COUNT(&*process.initial_cpus) == 4);
  CHECK(CPU_ISSET(7, &*process.initial_cpus));
  CHECK_FALSE(process.final_cpus);
  CHECK(process.apparmor_profile == "");
  CHECK(process.selinux_label == "s0");
}

TEST_CASE("the file system of a typical config") {
  const OciConfig config = parse_config(kTypical, "/run/bundle");
  CHECK(config.root == "/run/bundle/rootfs");
  CHECK(config.read_only_root);
  CHECK(config.root_propagation == "rslave");
  CHECK(config.masked_paths == Texts{"/proc/kcore"});
  CHECK(config.read_only_paths == Texts{"/proc/bus", "/proc/sys"});
  REQUIRE(config.mounts.size() == 4);
  CHECK(config.mounts[0].source == "proc");
  CHECK(config.mounts[1].options.flags == MS_NOSUID);
  CHECK(config.mounts[1].options.data == "mode=755");
  CHECK(config.mounts[2].destination == "/etc/hosts");
  CHECK(config.mounts[2].source == "/run/bundle/files/hosts");
  CHECK(config.mounts[3].type == "");
  CHECK(config.mounts[3].source == "/data");
  CHECK(config.mounts[3].uid_maps.at(0).outside == 7);
  CHECK(config.mounts[3].gid_maps.at(0).outside == 8);
  REQUIRE(config.devices.size() == 2);
  CHECK(config.devices[0].type == 'c');
  CHECK(config.devices[0].major == 10);
  CHECK(config.devices[0].minor == 229);
  CHECK(config.devices[0].mode == 0666);
  CHECK(config.devices[0].uid == 1);
  CHECK(config.devices[0].gid == 2);
  CHECK(config.devices[1].type == 'p');
}

TEST_CASE("the rest of a typical config") {
  const OciConfig config = parse_config(kTypical, "/run/bundle");
  CHECK(config.version == "1.0.2-dev");
  CHECK(config.bundle == "/run/bundle");
  CHECK(config.hostname == "box");
  CHECK(config.domainname == "example.org");
  CHECK(config.annotations.at("org.opencontainers.image.stopSignal") == "15");
  REQUIRE(config.hooks.create_runtime.size() == 1);
  CHECK(config.hooks.create_runtime[0].path == "/bin/hook");
  CHECK(config.hooks.create_runtime[0].args == Texts{"hook", "1"});
  CHECK(config.hooks.create_runtime[0].env == Texts{"A=b"});
  CHECK(config.hooks.create_runtime[0].timeout == 5);
  CHECK(config.hooks.poststop.at(0).timeout == 0);
  CHECK(config.hooks.prestart.empty());
  CHECK(config.namespaces.size() == 7);
  REQUIRE(config.find_namespace(CLONE_NEWNET));
  CHECK(config.find_namespace(CLONE_NEWNET)->path == "/run/netns/a");
  CHECK(config.find_namespace(CLONE_NEWTIME));
  CHECK_FALSE(config.find_namespace(CLONE_NEWIPC));
  CHECK(config.uid_maps.at(0).outside == 100000);
  CHECK(config.uid_maps.at(0).size == 65536);
  CHECK(config.gid_maps.at(0).size == UINT32_MAX);
  CHECK(config.time_offsets == "boottime 9 0\nmonotonic -3 7\n");
  CHECK(config.cgroups_path == "/libpod_parent/libpod-5f3a");
  CHECK(config.resources == R"({"devices":[],"pids":{"limit":2048}})");
  CHECK(config.sysctl.at("net/ipv4/ping_group_range") == "0 0");
  CHECK(config.seccomp.rules == R"({"defaultAction":"SCMP_ACT_ERRNO"})");
  CHECK(config.personality == static_cast<unsigned long>(PER_LINUX32));
}

TEST_CASE("a setting has two forms of a name") {
  const auto path = [](const std::string& name) {
    const OciConfig config = parsed(join(
        {R"("linux": {"namespaces": [{"type": "network"}], "sysctl": {")", name, R"(": "1"}})"}));
    return config.sysctl.begin()->first;
  };
  CHECK(path("net.ipv4.conf.eth0/1.forwarding") == "net/ipv4/conf/eth0.1/forwarding");
  CHECK(path("net/ipv4/conf/eth0.1/forwarding") == "net/ipv4/conf/eth0.1/forwarding");
}

TEST_CASE("features: what is listed for seccomp is accepted") {
  const auto features = nlohmann::json::parse(kFeatures).at("linux").at("seccomp");
  const auto accepts = [&](const char* key, const std::string& before, const std::string& after) {
    CHECK(features.at(key).size() > 3);
    for (const std::string word : features.at(key)) {
      CHECK_NOTHROW(parsed(join({R"("linux": {"seccomp": {"listenerPath": "/s", "defaultAction": )",
                                 before, "\"", word, "\"", after, "}}"})));
    }
  };
  accepts("actions", "", "");
  accepts("archs", R"("SCMP_ACT_ALLOW", "architectures": [)", "]");
  accepts("knownFlags", R"("SCMP_ACT_ALLOW", "flags": [)", "]");
  accepts("supportedFlags", R"("SCMP_ACT_ALLOW", "flags": [)", "]");
  accepts("operators",
          R"("SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_LOG",
             "args": [{"index": 0, "value": 0, "op": )",
          "}]}]");
}

TEST_CASE("capabilities that cannot be given are left out") {
  const OciProcess process = parsed_process(
      R"("capabilities": {"bounding": ["CAP_KILL"], "permitted": ["CAP_KILL", "CAP_CHOWN"],
          "effective": ["CAP_FOWNER", "CAP_KILL"], "inheritable": ["CAP_CHOWN", "CAP_KILL"],
          "ambient": ["CAP_CHOWN", "CAP_KILL"]})");
  REQUIRE(process.capabilities);
  CHECK(process.capabilities->effective == 1U << 5);
  CHECK(process.capabilities->inheritable == 1U << 5);
  CHECK(process.capabilities->ambient == 1U << 5);
}

TEST_CASE("mounts are for a mount namespace of the container's own") {
  const std::string mounts = R"("mounts": [{"destination": "/a", "type": "tmpfs"}])";
  CHECK(parsed(mounts).mounts.empty());
  CHECK(parsed(mounts + R"(, "linux": {"namespaces": [{"type": "mount"}]})").mounts.size() == 1);
}

TEST_CASE("what is missing, null or empty is not asked for") {
  const OciConfig bare = parse_config(R"({"ociVersion": "1.2.1", "root": {"path": "/r"}})", "/b");
  CHECK(bare.root == "/r");
  CHECK_FALSE(bare.process);
  CHECK(bare.process_text == "");
  CHECK(bare.namespaces.empty());
  CHECK_FALSE(bare.personality);
  const OciConfig empty =
      parsed(R"("process": null, "mounts": null, "hooks": {"prestart": null}, "hostname": "",
                "linux": {"resources": {}, "seccomp": null, "devices": [], "personality": null,
                          "rootfsPropagation": "", "cgroupsPath": null, "sysctl": null})");
  CHECK_FALSE(empty.process);
  CHECK(empty.resources == "");
  CHECK(empty.seccomp.rules == "");
  const OciProcess process =
      parsed_process(R"("env": [], "capabilities": null, "consoleSize": {"height": 9})");
  CHECK_FALSE(process.capabilities);
  CHECK_FALSE(process.umask);
  CHECK_FALSE(process.oom_score_adj);
  CHECK(process.rows == 0);  // no terminal
}

TEST_CASE("the file of a bundle is read") {
  const ScratchDirectory bundle;
  create_file(bundle.file("config.json"), config_with(R"("hooks": {})"));
  CHECK(read_config(bundle.path() + "/.").bundle == std::filesystem::canonical(bundle.path()));
  CHECK_THROWS_WITH_AS(read_config(bundle.file("none")), doctest::Contains("none"),
                       std::system_error);
}

TEST_CASE("a process is read by itself") {
  CHECK(parsed_process(R"("noNewPrivileges": true)").no_new_privileges);
  CHECK_THROWS_WITH_AS(parsed_process(R"("cwd": "srv")"), "process: cwd: 'srv' is no absolute path",
                       Failure);
  CHECK_THROWS_WITH_AS(parse_process("[]"), "process: an object is needed, found a list", Failure);
}

TEST_CASE("unknown capabilities are ignored") {
  const OciProcess process =
      parsed_process(R"("capabilities": {"bounding": ["CAP_KILL", "CAP_TO_FLY", "ALL"]})");
  REQUIRE(process.capabilities);
  CHECK(process.capabilities->bounding == 1U << 5);
}

}  // namespace stepbox
