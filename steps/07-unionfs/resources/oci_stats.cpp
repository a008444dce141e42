// What runc's `events --stats` prints about a container, from the files of its cgroups. (runc,
// types/events.go; the kernel's cgroup-v1/ and admin-guide/cgroup-v2.rst)
#include <limits>
#include <optional>

#include "07-unionfs/resources/config_json.hpp"
#include "07-unionfs/resources/oci_resources.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

using Groups = std::vector<GroupDirectory>;
using Pointer = Json::json_pointer;

struct Count {
  const char* member;
  const char* file;
  const char* key = nullptr;  // null: the file is one number
  uint64_t unit = 1;
};

constexpr uint64_t kMicroseconds = 1000;
constexpr uint64_t kTicks = 10'000'000;  // USER_HZ is 100 (time(7))
constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

// Of the lines about a member, the first counts whose file exists: v1's.
constexpr Count kCounts[] = {
    {"/cpu/usage/total", "cpuacct.usage"},
    {"/cpu/usage/total", "cpu.stat", "usage_usec", kMicroseconds},
    {"/cpu/usage/kernel", "cpuacct.stat", "system", kTicks},
    {"/cpu/usage/kernel", "cpu.stat", "system_usec", kMicroseconds},
    {"/cpu/usage/user", "cpuacct.stat", "user", kTicks},
    {"/cpu/usage/user", "cpu.stat", "user_usec", kMicroseconds},
    {"/cpu/throttling/periods", "cpu.stat", "nr_periods"},
    {"/cpu/throttling/throttledPeriods", "cpu.stat", "nr_throttled"},
    {"/cpu/throttling/throttledTime", "cpu.stat", "throttled_time"},
    {"/cpu/throttling/throttledTime", "cpu.stat", "throttled_usec", kMicroseconds},
    {"/memory/cache", "memory.stat", "cache"},
    {"/memory/cache", "memory.stat", "file"},
    {"/memory/usage/usage", "memory.usage_in_bytes"},
    {"/memory/usage/usage", "memory.current"},
    {"/memory/usage/limit", "memory.limit_in_bytes"},
    {"/memory/usage/limit", "memory.max"},
    {"/memory/usage/max", "memory.max_usage_in_bytes"},
    {"/memory/usage/max", "memory.peak"},
    {"/memory/usage/failcnt", "memory.failcnt"},
    {"/memory/usage/failcnt", "memory.events", "max"},
    {"/memory/swap/usage", "memory.memsw.usage_in_bytes"},
    {"/memory/swap/limit", "memory.memsw.limit_in_bytes"},
    {"/memory/swap/max", "memory.memsw.max_usage_in_bytes"},
    {"/memory/swap/failcnt", "memory.memsw.failcnt"},
    {"/pids/current", "pids.current"},
    {"/pids/limit", "pids.max"},
};

const GroupDirectory* find_offering(const Groups& groups, const char* file) {
  for (const GroupDirectory& group : groups) {
    if (group.offers(file)) return &group;
  }
  return nullptr;
}

std::string first_line(const GroupDirectory& group, const char* file) {
  return split(group.get(file), '\n')[0];
}

std::optional<uint64_t> read_count(const GroupDirectory& group, const Count& count) {
  if (!count.key && first_line(group, count.file) == "max") return kUnlimited;
  const int64_t number =
      count.key ? group.get_number(count.file, count.key) : group.get_number(count.file);
  if (number < 0) return std::nullopt;
  return static_cast<uint64_t>(number) * count.unit;
}

void add_count(const Groups& groups, const Count& count, Json& stats) {
  if (stats.contains(Pointer(count.member))) return;
  for (const GroupDirectory& group : groups) {
    if (!group.offers(count.file)) continue;
    const auto number = read_count(group, count);
    if (number) {
      stats[Pointer(count.member)] = *number;
      return;
    }
  }
}

// v1 reports memory and swap together, and so does runc for v2.
void add_swap_v2(const Groups& groups, Json& stats) {
  const GroupDirectory* group = find_offering(groups, "memory.swap.current");
  if (!group) return;
  const Json& usage = stats.at(Pointer("/memory/usage"));
  const auto sum = [](uint64_t one, uint64_t other) {
    return one > kUnlimited - other ? kUnlimited : one + other;
  };
  Json& swap = stats["memory"]["swap"];
  swap["usage"] = sum(*read_count(*group, {"", "memory.swap.current"}), usage.at("usage"));
  swap["limit"] = sum(*read_count(*group, {"", "memory.swap.max"}), usage.at("limit"));
}

void add_raw_memory(const Groups& groups, Json& stats) {
  const GroupDirectory* group = find_offering(groups, "memory.stat");
  if (!group) return;
  for (const std::string& line : split(group->get("memory.stat"), '\n')) {
    const std::vector<std::string> words = words_in(line);
    if (words.size() != 2) continue;
    if (const auto number = parse_number(words[1])) stats["memory"]["raw"][words[0]] = *number;
  }
}

// "8:16", "Read", "4096"
void add_io(const std::string& device, const char* member, const std::string& operation,
            const std::string& count, Json& stats) {
  const std::vector<std::string> numbers = split(device, ':');
  const auto value = parse_number(count);
  if (numbers.size() != 2 || !value) return;
  stats["blkio"][member].push_back({{"major", parse_number(numbers[0]).value_or(0)},
                                    {"minor", parse_number(numbers[1]).value_or(0)},
                                    {"op", operation},
                                    {"value", *value}});
}

struct IoCount {
  const char* member;
  const char* file_v1;  // lines "8:16 Read 4096"
  const char* read_v2;  // in io.stat: lines "8:16 rbytes=4096 wbytes=0 …"
  const char* write_v2;
};

constexpr IoCount kIoCounts[] = {
    {"ioServiceBytesRecursive", "blkio.throttle.io_service_bytes_recursive", "rbytes", "wbytes"},
    {"ioServicedRecursive", "blkio.throttle.io_serviced_recursive", "rios", "wios"},
};

void add_io_counts(const Groups& groups, const IoCount& count, Json& stats) {
  const GroupDirectory* v1 = find_offering(groups, count.file_v1);
  const GroupDirectory* group = v1 ? v1 : find_offering(groups, "io.stat");
  if (!group) return;
  for (const std::string& line : split(group->get(v1 ? count.file_v1 : "io.stat"), '\n')) {
    const std::vector<std::string> words = words_in(line);
    if (v1 && words.size() == 3) add_io(words[0], count.member, words[1], words[2], stats);
    for (const std::string& word : v1 ? std::vector<std::string>() : words) {
      const std::vector<std::string> sides = split(word, '=');
      if (sides[0] == count.read_v2) add_io(words[0], count.member, "Read", sides.back(), stats);
      if (sides[0] == count.write_v2) add_io(words[0], count.member, "Write", sides.back(), stats);
    }
  }
}

}  // namespace

std::string oci_stats(const std::vector<GroupDirectory>& groups) {
  Json stats = Json::object();
  for (const Count& count : kCounts) add_count(groups, count, stats);
  // runc has no word for "no limit" of processes.
  Json* pids = stats.contains("pids") ? &stats["pids"] : nullptr;
  if (pids && pids->contains("limit") && (*pids)["limit"] == kUnlimited) pids->erase("limit");
  add_swap_v2(groups, stats);
  add_raw_memory(groups, stats);
  for (const IoCount& count : kIoCounts) add_io_counts(groups, count, stats);
  return stats.dump();
}

}  // namespace stepbox
