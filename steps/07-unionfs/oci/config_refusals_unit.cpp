// What is refused in the config.json of an OCI bundle, and how it is named.
#include <doctest/doctest.h>

#include "07-unionfs/oci/config.hpp"
#include "common/error.hpp"

namespace stepbox {
namespace {

std::string config_with(const std::string& members) {
  return join({R"({"ociVersion": "1.1.0", "root": {"path": "r"}, )", members, "}"});
}

OciConfig parsed(const std::string& members) { return parse_config(config_with(members), "/b"); }
OciConfig parsed_linux(const std::string& members) {
  return parsed(join({R"("linux": {)", members, "}"}));
}
OciConfig parsed_process(const std::string& members) {
  return parsed(join({R"("process": {"args": ["a"], "cwd": "/", )", members, "}"}));
}

// The message for an invalid config; empty for one that is accepted.
template <class Parse>
std::string message(Parse parse, const std::string& members) {
  try {
    parse(members);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

struct Wrong {
  const char* members;
  const char* message;  // after "config.json: "
};
template <class Parse, size_t count>
void check_refused(Parse parse, const Wrong (&cases)[count]) {
  for (const Wrong& wrong : cases) {
    CHECK(message(parse, wrong.members) == join({"config.json: ", wrong.message}));
  }
}

}  // namespace

TEST_CASE("invalid JSON is refused with its place") {
  const auto parse = [](const std::string& text) { parse_config(text, "/b"); };
  check_refused(parse, {{"", "invalid JSON: line 1, column 1"},
                        {"{\n \"a\": x}", "invalid JSON: line 2, column 7"},
                        {"{\"a\": 1e999}", "invalid JSON: a number is too large"},
                        {"{} {}", "invalid JSON: line 1, column 4"},
                        {"7", "an object is needed, found a number"},
                        {"null", "ociVersion: must be given"}});
  CHECK(message(parse, std::string(2'000'000, '[')) == "config.json: nests too deep");
}

TEST_CASE("any version 1 is accepted") {
  const auto parse = [](const std::string& version) {
    parse_config(join({R"({"root": {"path": "r"}, "ociVersion": )", version, "}"}), "/b");
  };
  for (const char* version : {"\"1.0.0\"", "\"1.0.0-rc5-dev\"", "\"1.3.0+x\""}) {
    CHECK(message(parse, version) == "");
  }
  check_refused(parse, {{"\"2.0.0\"", "ociVersion: version '2.0.0' is unknown, 1.x is needed"},
                        {"\"1.x\"", "ociVersion: version '1.x' is unknown, 1.x is needed"},
                        {"\"\"", "ociVersion: must be given"},
                        {"1.1", "ociVersion: a string is needed, found 1.1"}});
}

TEST_CASE("invalid members are refused with their path") {
  check_refused(
      parsed,
      {{R"("root": {})", "root.path: must be given"},
       {R"("root": "r")", "root: an object is needed, found a string"},
       {R"("mounts": {})", "mounts: a list is needed, found an object"},
       {R"("mounts": [{}])", "mounts[0].destination: must be given"},
       {R"("mounts": [{"destination": "/a"}, 7])",
        "mounts[1]: an object is needed, found a number"},
       {R"("mounts": [{"destination": "/a", "type": "bind"}])", "mounts[0].source: must be given"},
       {R"("mounts": [{"destination": "/a\u0000b"}])",
        "mounts[0].destination: a NUL is in the string"},
       {R"("mounts": [{"destination": "/a", "uidMappings":
            [{"containerID": 0, "hostID": 0, "size": 1}]}])",
        "mounts[0]: uidMappings and gidMappings need each other"},
       {R"("mounts": [{"destination": "/a", "type": "tmpfs", "options": ["ridmap"]}])",
        "mounts[0]: only the ids of a bind mount can be mapped"},
       {R"("mounts": [{"destination": "/a", "source": "/b", "options": ["bind", "idmap"]}])",
        "mounts[0].options: idmap needs uidMappings, or a user namespace"},
       {R"("hooks": {"poststop": [{"path": "x"}]})",
        "hooks.poststop[0].path: 'x' is no absolute path"},
       {R"("hooks": {"poststart": [{"path": "/x", "timeout": 0}]})",
        "hooks.poststart[0].timeout: 0 is not within 1 to 2147483"},
       {R"("hooks": {"poststart": [{"path": "/x", "env": ["A"]}]})",
        "hooks.poststart[0].env[0]: 'A' is not NAME=VALUE"},
       {R"("annotations": {"a": 1})", "annotations.a: a string is needed, found a number"},
       {R"("root": {"path": "r", "readonly": true})",
        "root.readonly: the container needs its own mount namespace"},
       {R"("hostname": "h")", "hostname: the container needs its own uts namespace"},
       {R"("hostname": "h", "linux": {"namespaces": [{"type": "uts", "path": "/proc/self/ns/uts"}]})",
        "hostname: the container needs its own uts namespace"},
       {R"("domainname": "d")", "domainname: the container needs its own uts namespace"}});
}

TEST_CASE("invalid members of the process are refused with their path") {
  check_refused(
      parsed_process,
      {{R"("args": 7)", "process.args: a list of strings is needed, found a number"},
       {R"("args": [])", "process.args: a program must be given"},
       {R"("args": ["a", false])", "process.args[1]: a string is needed, found false"},
       {R"("cwd": null)", "process.cwd: must be given"},
       {R"("cwd": "a")", "process.cwd: 'a' is no absolute path"},
       {R"("env": ["A=b", "C"])", "process.env[1]: 'C' is not NAME=VALUE"},
       {R"("terminal": 1)", "process.terminal: true or false is needed, found a number"},
       {R"("terminal": true, "consoleSize": {"height": 65536})",
        "process.consoleSize.height: 65536 is not within 0 to 65535"},
       {R"("user": {"uid": -1})", "process.user.uid: -1 is not within 0 to 4294967295"},
       {R"("user": {"gid": 1.5})", "process.user.gid: a whole number is needed, found 1.5"},
       {R"("user": {"umask": 512})", "process.user.umask: 512 is not within 0 to 511"},
       {R"("user": {"additionalGids": [1, "a"]})",
        "process.user.additionalGids[1]: a whole number is needed, found a string"},
       {R"("capabilities": {"ambient": "CAP_KILL"})",
        "process.capabilities.ambient: a list is needed, found a string"},
       {R"("oomScoreAdj": 1001)", "process.oomScoreAdj: 1001 is not within -1000 to 1000"},
       {R"("scheduler": {})", "process.scheduler.policy: must be given"},
       {R"("scheduler": {"policy": "FIFO"})", "process.scheduler.policy: 'FIFO' is no policy"},
       {R"("scheduler": {"policy": "SCHED_BATCH", "nice": 20})",
        "process.scheduler.nice: 20 is not within -20 to 19"},
       {R"("scheduler": {"policy": "SCHED_BATCH", "priority": 1})",
        "process.scheduler.priority: 1 is not within 0 to 0"},
       {R"("scheduler": {"policy": "SCHED_RR", "period": 1})",
        "process.scheduler.period: 1 is not within 0 to 0"},
       {R"("scheduler": {"policy": "SCHED_RR", "flags": ["RECLAIM"]})",
        "process.scheduler.flags[0]: 'RECLAIM' is no flag of sched_setattr(2)"},
       {R"("ioPriority": {"class": "IDLE"})",
        "process.ioPriority.class: 'IDLE' is no class of ioprio_set(2)"},
       {R"("ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 8})",
        "process.ioPriority.priority: 8 is not within 0 to 7"},
       {R"("execCPUAffinity": {"initial": "0-3,x"})",
        "process.execCPUAffinity.initial: 'x' is no CPU and no range of CPUs"},
       {R"("execCPUAffinity": {"final": "3-0"})",
        "process.execCPUAffinity.final: '3-0' is no CPU and no range of CPUs"},
       {R"("execCPUAffinity": {"final": "1024"})",
        "process.execCPUAffinity.final: '1024' is no CPU and no range of CPUs"}});
}

TEST_CASE("invalid limits are refused with their path") {
  const auto parse = [](const std::string& limits) {
    parsed_process(join({R"("rlimits": [)", limits, "]"}));
  };
  check_refused(
      parse,
      {{R"({"type": "nofile", "soft": 1, "hard": 1})",
        "process.rlimits[0].type: 'nofile' is no resource with a limit"},
       {R"({"type": "RLIMIT_NOFILES", "soft": 1, "hard": 1})",
        "process.rlimits[0].type: 'RLIMIT_NOFILES' is no resource with a limit"},
       {R"({"type": "RLIMIT_CORE", "soft": 1})", "process.rlimits[0].hard: must be given"},
       {R"({"type": "RLIMIT_CORE", "soft": 2, "hard": 1})",
        "process.rlimits[0].soft: the limit is above the hard one"},
       {R"({"type": "RLIMIT_CORE", "soft": -1, "hard": 1})",
        "process.rlimits[0].soft: -1 is not within 0 to 18446744073709551615"},
       {R"({"type": "RLIMIT_CPU", "soft": 1, "hard": 1}, {"type": "RLIMIT_CPU", "soft": 1, "hard": 1})",
        "process.rlimits[1].type: 'RLIMIT_CPU' is there twice"}});
}

TEST_CASE("invalid members of linux are refused with their path") {
  check_refused(
      parsed_linux,
      {{R"("namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "nets"}])",
        "linux.namespaces[2].type: 'nets' is no namespace"},
       {R"("namespaces": [{"type": "pid"}, {"type": "pid", "path": "/p"}])",
        "linux.namespaces[1].type: 'pid' is there twice"},
       {R"("namespaces": [{"type": "pid", "path": "p"}])",
        "linux.namespaces[0].path: 'p' is no absolute path"},
       {R"("namespaces": [{}])", "linux.namespaces[0].type: must be given"},
       {R"("uidMappings": [{"containerID": 0, "hostID": 0, "size": 1}])",
        "linux.uidMappings: a user namespace is needed"},
       {R"("uidMappings": [{"containerID": 0, "hostID": 1, "size": 4294967295}])",
        "linux.uidMappings[0].size: 4294967295 reaches above the largest id"},
       {R"("gidMappings": [{"containerID": 0, "hostID": 1, "size": 4294967296}])",
        "linux.gidMappings[0].size: 4294967296 is not within 0 to 4294967295"},
       {R"("gidMappings": [{"containerID": 0, "hostID": 1, "size": 0}])",
        "linux.gidMappings[0].size: 0 maps no ids"},
       {R"("gidMappings": [{"hostID": 1, "size": 1}])",
        "linux.gidMappings[0].containerID: must be given"},
       {R"("timeOffsets": {"monotonic": {"secs": 1}})",
        "linux.timeOffsets: a new time namespace is needed"},
       {R"("namespaces": [{"type": "time", "path": "/p"}], "timeOffsets": {"boottime": {"secs": 1}})",
        "linux.timeOffsets: a new time namespace is needed"},
       {R"("timeOffsets": {"realtime": {"secs": 1}})",
        "linux.timeOffsets.realtime: this clock has no offset, monotonic and boottime have"},
       {R"("timeOffsets": {"boottime": {"nanosecs": 1000000000}})",
        "linux.timeOffsets.boottime.nanosecs: 1000000000 is not within 0 to 999999999"},
       {R"("devices": [{"path": "/a", "type": "x"}])",
        "linux.devices[0].type: 'x' is no type of device: c, u, b or p"},
       {R"("devices": [{"path": "a", "type": "p"}])",
        "linux.devices[0].path: 'a' is no absolute path"},
       {R"("devices": [{"path": "/a", "type": "b", "major": 1}])",
        "linux.devices[0].minor: must be given"},
       {R"("sysctl": {"kernel.shmmax": 7})",
        "linux.sysctl.kernel.shmmax: a string is needed, found a number"},
       {R"("rootfsPropagation": "no")",
        "linux.rootfsPropagation: 'no' is no propagation of mounts"},
       {R"("maskedPaths": ["/a", "b"])", "linux.maskedPaths[1]: 'b' is no absolute path"},
       {R"("personality": {"domain": "BSD"})", "linux.personality.domain: 'BSD' is no personality"},
       {R"("personality": {"domain": "LINUX", "flags": ["a"]})",
        "linux.personality.flags: no flag is defined, so the list must be empty"},
       {R"("maskedPaths": ["/a"])",
        "linux.maskedPaths: the container needs its own mount namespace"},
       {R"("readonlyPaths": ["/a"])",
        "linux.readonlyPaths: the container needs its own mount namespace"},
       {R"("rootfsPropagation": "shared")",
        "linux.rootfsPropagation: the container needs its own mount namespace"},
       {R"("namespaces": [{"type": "user"}])", "linux.uidMappings: a new user namespace needs it"},
       {R"("intelRdt": {"closID": "a"})", "linux.intelRdt: it is not supported"},
       {R"("resources": [])", "linux.resources: an object is needed, found a list"},
       {R"("seccomp": "x")", "linux.seccomp: an object is needed, found a string"}});
}

TEST_CASE("settings of the host are refused with their path") {
  const auto parse = [](const std::string& name) {
    parsed_linux(
        join({R"("namespaces": [{"type": "ipc"}, {"type": "network", "path": "/proc/self/ns/net"}],
                           "sysctl": {")",
              name, R"(": "1"})"}));
  };
  for (const char* own : {"kernel.shmmax", "kernel/msgmni", "fs.mqueue.msg_max"}) {
    CHECK(message(parse, own) == "");
  }
  constexpr const char kHosts[] = "this setting is the whole host's";
  constexpr const char kBad[] = "this is no name of a setting";
  const std::pair<const char*, std::string> kRefused[] = {
      {"kernel.pid_max", kHosts},
      {"vm/swappiness", kHosts},
      {"net/../kernel/pid_max", kBad},
      {"net.//.kernel.pid_max", kBad},
      {"kernel..shmmax", kBad},
      {"", kBad},
      {"net.ipv4.ip_forward", "the container needs its own network namespace"},
      {"kernel.domainname", "the container needs its own uts namespace"},
      {"user.max_user_namespaces", "the container needs its own user namespace"}};
  for (const auto& [name, problem] : kRefused) {
    CHECK(message(parse, name) == join({"config.json: linux.sysctl.", name, ": ", problem}));
  }
}

TEST_CASE("invalid members of seccomp are refused with their path") {
  const auto parse = [](const std::string& members) {
    parsed_linux(join({R"("seccomp": {)", members, "}"}));
  };
  check_refused(
      parse,
      {{R"("syscalls": [])", "linux.seccomp.defaultAction: must be given"},
       {R"("defaultAction": "ALLOW")", "linux.seccomp.defaultAction: unknown action 'ALLOW'"},
       {R"("defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 1)",
        "linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW returns no errno"},
       {R"("defaultAction": "SCMP_ACT_ALLOW", "flags": ["LOG"])",
        "linux.seccomp.flags[0]: unknown flag 'LOG'"},
       {R"("defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_VAX"])",
        "linux.seccomp.architectures[0]: unknown architecture 'SCMP_ARCH_VAX'"},
       {R"("defaultAction": "SCMP_ACT_ALLOW", "listenerMetadata": "x")",
        "linux.seccomp.listenerMetadata: it needs listenerPath"},
       {R"("defaultAction": "SCMP_ACT_NOTIFY")", "linux.seccomp.listenerPath: must be given"},
       {R"("defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{}])",
        "linux.seccomp.syscalls[0].names: a system call must be given"},
       {R"("defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"]}])",
        "linux.seccomp.syscalls[0].action: must be given"},
       {R"("defaultAction": "SCMP_ACT_ALLOW", "syscalls":
            [{"names": ["read"], "action": "SCMP_ACT_KILL", "errnoRet": 1}])",
        "linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_KILL returns no errno"},
       {R"("defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"],
            "action": "SCMP_ACT_KILL", "args": [{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]}])",
        "linux.seccomp.syscalls[0].args[0].index: 6 is not within 0 to 5"},
       {R"("defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"],
            "action": "SCMP_ACT_KILL", "args": [{"index": 5, "value": 1, "op": "EQ"}]}])",
        "linux.seccomp.syscalls[0].args[0].op: unknown comparison 'EQ'"}});
}

}  // namespace stepbox
