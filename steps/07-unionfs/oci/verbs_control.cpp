// pause, resume, update.
#include <nlohmann/json.hpp>

#include "05-cgroup/options.hpp"
#include "07-unionfs/oci/verbs.hpp"
#include "07-unionfs/resources/group_freezing.hpp"
#include "07-unionfs/resources/oci_groups.hpp"
#include "07-unionfs/resources/oci_resources.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

static int set_frozen(int argc, char** argv, bool frozen) {
  CommandLine cli(join({argv[0], " ID"}), join({argv[0], " ID"}));
  const std::string id = parse_for_id(cli, argc, argv);
  const FileLock lock = lock_oci_container(id);
  const OciState state = load_oci_state(id);
  const OciStatus status = status_of(state);
  const bool possible = frozen ? status == OciStatus::kRunning || status == OciStatus::kCreated
                               : status == OciStatus::kPaused;
  if (!possible) {
    throw Failure(frozen ? "container not running" : "container not paused",
                  join({"it is ", name_of(status)}));
  }
  freeze_groups(open_oci_freezers(state.cgroup), frozen);
  return 0;
}

int oci_pause(int argc, char** argv, Creator) { return set_frozen(argc, argv, true); }
int oci_resume(int argc, char** argv, Creator) { return set_frozen(argc, argv, false); }

// An option of update, and the member of linux.resources that it sets.
struct LimitOption {
  const char* option;
  const char* parent;
  const char* member;
  const char* help;
};
constexpr LimitOption kLimits[] = {
    {"--blkio-weight", "blockIO", "weight", "Weight of block I/O, 10 to 1000"},
    {"--cpu-burst", "cpu", "burst", "CPU time saved up for later periods, in microseconds"},
    {"--cpu-idle", "cpu", "idle", "1: run only when no other group wants the CPU"},
    {"--cpu-period", "cpu", "period", "Length of a period, in microseconds"},
    {"--cpu-quota", "cpu", "quota", "CPU time in each period, in microseconds"},
    {"--cpu-rt-period", "cpu", "realtimePeriod",
     "Period for real-time scheduling, in microseconds"},
    {"--cpu-rt-runtime", "cpu", "realtimeRuntime", "CPU time in it, in microseconds"},
    {"--cpu-share", "cpu", "shares", "Weight of CPU time"},
    {"--cpuset-cpus", "cpu", "cpus", "CPUs to run on: 0-2,4"},
    {"--cpuset-mems", "cpu", "mems", "Memory nodes to use"},
    {"--kernel-memory", "memory", "kernel", "Ignored, with a warning"},
    {"--kernel-memory-tcp", "memory", "kernelTCP", "Ignored, with a warning"},
    {"--memory", "memory", "limit", "Memory, in bytes, or as 64m; -1: no limit"},
    {"--memory-reservation", "memory", "reservation", "Memory to keep, in bytes"},
    {"--memory-swap", "memory", "swap", "Memory and swap together, in bytes"},
    {"--pids-limit", "pids", "limit", "Number of processes; -1: no limit"}};

// A number; of memory also a size, as 64m.
static nlohmann::json value_in(const LimitOption& limit, const std::string& text) {
  if (std::string_view(limit.option).starts_with("--cpuset")) return text;
  if (const auto number = parse_number(text)) return *number;
  if (std::string_view(limit.parent) != "memory") {
    throw Failure(join({limit.option, ": '", text, "' is no number"}));
  }
  Bytes size;
  parse_value(text, size);
  return size.count;
}

int oci_update(int argc, char** argv, Creator) {
  constexpr size_t kCount = std::size(kLimits);
  std::string file, values[kCount];
  CommandLine cli("update [OPTIONS] ID", "update --pids-limit 100 ID");
  cli.option("-r,--resources", "FILE", file, "Read linux.resources from this JSON file; -: stdin");
  for (size_t i = 0; i < kCount; ++i) {
    cli.option(kLimits[i].option, "VALUE", values[i], kLimits[i].help);
  }
  const std::string id = parse_for_id(cli, argc, argv);
  nlohmann::json resources = nlohmann::json::object();
  for (size_t i = 0; i < kCount; ++i) {
    const auto& [option, parent, member, help] = kLimits[i];
    if (!values[i].empty()) resources[parent][member] = value_in(kLimits[i], values[i]);
  }
  const FileLock lock = lock_oci_container(id);
  const OciState state = load_oci_state(id);
  if (status_of(state) == OciStatus::kStopped) throw Failure("container not running");
  const std::string text =
      file.empty() ? resources.dump() : read_file(file == "-" ? "/dev/stdin" : file);
  set_oci_resources(open_oci_groups(state.cgroup), text, state.scope);
  return 0;
}

}  // namespace stepbox
