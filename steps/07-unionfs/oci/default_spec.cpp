#include "07-unionfs/oci/default_spec.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "07-unionfs/confinement/capabilities.hpp"
#include "07-unionfs/confinement/masked_paths.hpp"
#include "common/text.hpp"

namespace stepbox {

using Json = nlohmann::ordered_json;

// "CAP_CHOWN" …
static Json names_in(CapabilitySet set) {
  Json names = Json::array();
  for (const std::string& word : words_in(names_of(set, " CAP_"))) {
    names.push_back(in_upper_case(word));
  }
  return names;
}

static Json default_mounts(bool rootless) {
  const Json safe{"nosuid", "noexec", "nodev"};
  Json pts{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"};
  if (!rootless) pts.push_back("gid=5");
  const auto with = [](Json options, std::initializer_list<const char*> more) {
    for (const char* option : more) options.push_back(option);
    return options;
  };
  const auto mount = [](const char* destination, const char* type, const Json& options) {
    return Json{
        {"destination", destination}, {"type", type}, {"source", type}, {"options", options}};
  };
  return {mount("/proc", "proc", safe),
          mount("/dev", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}),
          mount("/dev/pts", "devpts", pts),
          mount("/dev/shm", "tmpfs", with(safe, {"mode=1777", "size=65536k"})),
          mount("/dev/mqueue", "mqueue", safe),
          mount("/sys", "sysfs", with(safe, {"ro"})),
          mount("/sys/fs/cgroup", "cgroup", with(safe, {"relatime", "ro"}))};
}

static Json default_process() {
  const Json capabilities = names_in(capabilities_for({}, {}));
  return {
      {"terminal", true},
      {"user", {{"uid", 0}, {"gid", 0}}},
      {"args", {"sh"}},
      {"env", {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"}},
      {"cwd", "/"},
      {"capabilities",
       {{"bounding", capabilities}, {"effective", capabilities}, {"permitted", capabilities}}},
      {"rlimits", {{{"type", "RLIMIT_NOFILE"}, {"hard", 1024}, {"soft", 1024}}}},
      {"noNewPrivileges", true}};
}

static Json default_linux(bool rootless) {
  Json linux;
  Json& namespaces = linux["namespaces"];
  for (const char* type : {"pid", "ipc", "uts", "mount", "network", "cgroup"}) {
    if (!rootless || type != std::string_view("network")) namespaces.push_back({{"type", type}});
  }
  if (rootless) {
    namespaces.push_back({{"type", "user"}});
    const auto own = [](unsigned id) {
      return Json::array({{{"containerID", 0}, {"hostID", id}, {"size", 1}}});
    };
    linux["uidMappings"] = own(::geteuid());
    linux["gidMappings"] = own(::getegid());
  } else {
    linux["resources"] = {{"devices", {{{"allow", false}, {"access", "rwm"}}}}};
  }
  linux["maskedPaths"] = hidden_paths();
  linux["readonlyPaths"] = protected_paths();
  return linux;
}

std::string default_spec(bool rootless) {
  const Json spec{{"ociVersion", "1.1.0"},
                  {"process", default_process()},
                  {"root", {{"path", "rootfs"}, {"readonly", true}}},
                  {"hostname", "stepbox"},
                  {"mounts", default_mounts(rootless)},
                  {"linux", default_linux(rootless)}};
  return spec.dump(2) + "\n";
}

std::string feature_list() {
  const Json yes{{"enabled", true}}, no{{"enabled", false}};
  const Json features{
      {"ociVersionMin", "1.0.0"},
      {"ociVersionMax", "1.1.0"},
      {"hooks",
       {"prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"}},
      {"mountOptions",
       {"async",     "atime",      "bind",          "defaults",    "dev",         "diratime",
        "dirsync",   "exec",       "iversion",      "lazytime",    "loud",        "mand",
        "noatime",   "nodev",      "nodiratime",    "noexec",      "noiversion",  "nolazytime",
        "nomand",    "norelatime", "nostrictatime", "nosuid",      "private",     "ratime",
        "rbind",     "rdev",       "rdiratime",     "relatime",    "remount",     "rexec",
        "rnoatime",  "rnodev",     "rnodiratime",   "rnoexec",     "rnorelatime", "rnostrictatime",
        "rnosuid",   "ro",         "rprivate",      "rrelatime",   "rro",         "rrw",
        "rshared",   "rslave",     "rstrictatime",  "rsuid",       "runbindable", "rw",
        "shared",    "silent",     "slave",         "strictatime", "suid",        "sync",
        "tmpcopyup", "unbindable"}},
      {"linux",
       {{"namespaces", {"cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"}},
        {"capabilities", names_in(all_capabilities())},
        {"cgroup",
         {{"v1", true}, {"v2", true}, {"systemd", false}, {"systemdUser", false}, {"rdma", true}}},
        {"seccomp", yes},
        {"apparmor", yes},
        {"selinux", yes},
        {"intelRdt", no}}}};
  return features.dump(2) + "\n";
}

}  // namespace stepbox
