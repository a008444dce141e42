#include "07-unionfs/resources/limit_writes.hpp"

#include <algorithm>
#include <optional>

#include "common/text.hpp"

namespace stepbox {

std::string as_is(int64_t number) { return std::to_string(number); }

std::string as_limit(int64_t number) { return number < 0 ? "max" : std::to_string(number); }

std::string as_process_limit(int64_t number) {
  // With 0 not even clone3(2) into the group would succeed.
  return number == 0 ? "1" : as_limit(number);
}

std::string as_weight(int64_t shares) {
  return std::to_string(1 + (std::clamp<int64_t>(shares, 2, 262144) - 2) * 9999 / 262142);
}

std::string as_io_weight(int64_t weight) {
  return std::to_string(1 + (std::clamp<int64_t>(weight, 10, 1000) - 10) * 9999 / 990);
}

std::string as_cpu_max(const std::string& current, int64_t quota, int64_t period) {
  std::vector<std::string> words = words_in(split(current, '\n')[0]);
  if (words.size() != 2) words = {"max", "100000"};  // the kernel's default
  if (quota != 0) words[0] = as_limit(quota);
  if (period != 0) words[1] = std::to_string(period);
  return words[0] + " " + words[1];
}

const GroupDirectory* LimitWrites::find_group(const std::string& controller) const {
  const std::string v2 = controller == "blkio" ? "io" : controller;
  for (const GroupDirectory& group : groups_) {
    if (group.has((group.hierarchy().v2 ? v2 : controller).c_str())) return &group;
  }
  return nullptr;
}

const GroupDirectory& LimitWrites::group_with(const ConfigNode& limit,
                                              const std::string& controller) const {
  const GroupDirectory* group = find_group(controller);
  if (group) return *group;
  limit.refuse({"no cgroup controller '", controller, "' on this host, or none for us"});
}

const GroupDirectory* LimitWrites::group_v2() const {
  for (const GroupDirectory& group : groups_) {
    if (group.hierarchy().v2) return &group;
  }
  return nullptr;
}

void LimitWrites::add(const ConfigNode& limit, const GroupDirectory& group, const std::string& file,
                      const std::string& value) {
  if (!group.offers(file.c_str())) limit.refuse({"no file ", file, " in ", group.path()});
  writes_.push_back({&group, file, value});
}

// A file, and the property of systemd with the same values.
constexpr std::pair<std::string_view, const char*> kProperties[] = {
    {"blkio.weight", "BlockIOWeight"},
    {"cpu.shares", "CPUShares"},
    {"cpu.weight", "CPUWeight"},
    {"cpuset.cpus", "AllowedCPUs"},
    {"cpuset.mems", "AllowedMemoryNodes"},
    {"io.weight", "IOWeight"},
    {"memory.high", "MemoryHigh"},
    {"memory.limit_in_bytes", "MemoryLimit"},
    {"memory.low", "MemoryLow"},
    {"memory.max", "MemoryMax"},
    {"memory.min", "MemoryMin"},
    {"memory.swap.max", "MemorySwapMax"},
    {"pids.max", "TasksMax"},
};

// CPUQuota is per cent of a CPU, with two decimals; empty: no limit.
static std::string as_cpu_quota(const std::string& quota, const std::string& period) {
  const auto time = parse_number(quota).value_or(-1), each = parse_number(period).value_or(100000);
  if (time < 0 || each <= 0) return "CPUQuota=";
  const std::string hundredths = std::to_string(100 + time * 10000 / each % 100);
  return join({"CPUQuota=", std::to_string(time * 100 / each), ".", hundredths.substr(1), "%"});
}

std::string LimitWrites::value_of(const GroupDirectory& group, const char* file) const {
  const auto asked = std::find_if(writes_.begin(), writes_.end(),
                                  [&](const Write& write) { return write.file == file; });
  return asked != writes_.end() ? asked->value : split(group.get(file), '\n')[0];
}

// Empty for a limit of one device, and for what systemd has no name for.
static std::string as_property(const std::string& file, const std::string& value) {
  const auto known = std::find_if(std::begin(kProperties), std::end(kProperties),
                                  [&](const auto& property) { return property.first == file; });
  if (known == std::end(kProperties) || value.find(':') != value.npos) return "";
  return join({known->second, "=", value == "max" || value == "-1" ? "infinity" : value});
}

std::vector<std::string> LimitWrites::properties() const {
  std::vector<std::string> found;
  for (const auto& [group, file, value] : writes_) {
    const std::string property = as_property(file, value);
    if (!property.empty()) found.push_back(property);
    if (file != "cpu.max" && file != "cpu.cfs_quota_us" && file != "cpu.cfs_period_us") continue;
    std::vector<std::string> time = words_in(value);
    if (!group->hierarchy().v2) {
      time = {value_of(*group, "cpu.cfs_quota_us"), value_of(*group, "cpu.cfs_period_us")};
    }
    const std::string period = time.size() > 1 ? time[1] : "100000";
    found.push_back(as_cpu_quota(time[0], period));
    found.push_back(join({"CPUQuotaPeriodSec=", period, "us"}));
  }
  return found;
}

void LimitWrites::write() const {
  std::vector<Write> todo = writes_;
  while (!todo.empty()) {
    std::vector<Write> refused;
    std::optional<std::system_error> first;
    for (const Write& write : todo) {
      try {
        write.group->set(write.file.c_str(), write.value);
      } catch (const std::system_error& error) {
        if (error.code() != std::errc::invalid_argument) throw;
        if (!first) first = error;
        refused.push_back(write);
      }
    }
    if (refused.size() == todo.size()) throw *first;
    todo = refused;
  }
}

}  // namespace stepbox
