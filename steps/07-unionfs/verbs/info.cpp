// info, version: properties of the runtime and of the host.
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "05-cgroup/hierarchy.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/container_text.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image_config.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

using Json = nlohmann::ordered_json;

// One line of the text: its label, and its key in JSON.
struct Line {
  std::string_view label;
  const char* key;
};

std::string as_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& item : value) text += join({text.empty() ? "" : ", ", as_text(item)});
  return text;
}

template <size_t N>
std::string as_text(const Json& object, const Line (&lines)[N]) {
  std::string text;
  for (const auto& [label, key] : lines) {
    text += join({label, ": ", as_text(object.at(key)), "\n"});
  }
  return text;
}

// The value of PRETTY_NAME in /etc/os-release, without quotes. os-release(5).
std::string operating_system() {
  constexpr char kFile[] = "/etc/os-release";
  for (const std::string& line : split(exists(kFile) ? read_file(kFile) : "", '\n')) {
    if (!line.starts_with("PRETTY_NAME=")) continue;
    std::string name = line.substr(12);
    std::erase(name, '"');
    return name;
  }
  return "unknown";
}

// The cgroup version that can limit memory here: "1" or "2"; "none" if neither can.
std::string cgroup_version() {
  try {
    return find_hierarchies({"memory"}).at(0).v2 ? "2" : "1";
  } catch (const Failure&) {
    return "none";
  }
}

Json security_options() {
  Json options = Json::array();
  if (exists("/proc/sys/kernel/seccomp")) options.push_back("name=seccomp,profile=builtin");
  if (exists("/proc/self/ns/cgroup")) options.push_back("name=cgroupns");
  if (::geteuid() != 0) options.push_back("name=rootless");
  return options;
}

Json make_info() {
  int running = 0, paused = 0, stopped = 0;
  for (const Record& record : all_containers()) {
    ++(!is_alive(record) ? stopped : record.paused ? paused : running);
  }
  struct utsname system;
  ::uname(&system);
  struct sysinfo memory;
  ::sysinfo(&memory);
  return {{"Containers", running + paused + stopped},
          {"ContainersRunning", running},
          {"ContainersPaused", paused},
          {"ContainersStopped", stopped},
          {"Images", all_images().size()},
          {"ServerVersion", STEPBOX_VERSION},
          {"Driver", "overlay"},
          {"LoggingDriver", "json-file"},
          {"CgroupDriver", "cgroupfs"},
          {"CgroupVersion", cgroup_version()},
          {"SecurityOptions", security_options()},
          {"KernelVersion", system.release},
          {"OperatingSystem", operating_system()},
          {"OSType", "linux"},
          {"Architecture", system.machine},
          {"NCPU", ::sysconf(_SC_NPROCESSORS_ONLN)},
          {"MemTotal", static_cast<int64_t>(memory.totalram) * memory.mem_unit},
          {"Name", system.nodename},
          {"DockerRootDir", store()}};
}

constexpr Line kInfo[] = {{"Containers", "Containers"},
                          {" Running", "ContainersRunning"},
                          {" Paused", "ContainersPaused"},
                          {" Stopped", "ContainersStopped"},
                          {"Images", "Images"},
                          {"Server Version", "ServerVersion"},
                          {"Storage Driver", "Driver"},
                          {"Logging Driver", "LoggingDriver"},
                          {"Cgroup Driver", "CgroupDriver"},
                          {"Cgroup Version", "CgroupVersion"},
                          {"Security Options", "SecurityOptions"},
                          {"Kernel Version", "KernelVersion"},
                          {"Operating System", "OperatingSystem"},
                          {"OSType", "OSType"},
                          {"Architecture", "Architecture"},
                          {"CPUs", "NCPU"},
                          {"Total Memory", "MemTotal"},
                          {"Name", "Name"},
                          {"Root Dir", "DockerRootDir"}};

constexpr Line kVersion[] = {{" Version", "Version"},
                             {" OS", "Os"},
                             {" Architecture", "Arch"},
                             {" Kernel", "KernelVersion"}};

Format parse(CommandLine& cli, int argc, char** argv) {
  Format format;
  add_format_option(cli, format);
  cli.parse_mixed(argc, argv);
  cli.end();
  return format;
}

}  // namespace

int verb_info(int argc, char** argv) {
  VerbLine cli("info [OPTIONS]", "info --format json | jq .CgroupVersion");
  const Format format = parse(cli, argc, argv);
  recover_crashed_containers();
  Json info = make_info();
  if (!format.is_given()) info["MemTotal"] = as_binary_size(info["MemTotal"]);
  print(format.is_given() ? format.object(info) : as_text(info, kInfo));
  return 0;
}

int verb_version(int argc, char** argv) {
  VerbLine cli("version [OPTIONS]", "version");
  const Format format = parse(cli, argc, argv);
  struct utsname system;
  ::uname(&system);
  const Json version{{"Version", STEPBOX_VERSION},
                     {"Os", "linux"},
                     {"Arch", own_architecture()},
                     {"KernelVersion", system.release}};
  print(format.is_given() ? format.object({{"Client", version}, {"Server", version}})
                          : "stepbox:\n" + as_text(version, kVersion));
  return 0;
}

}  // namespace stepbox
