// What runc's `events --stats` prints about a container, from the files of its cgroups. (runc,
// types/events.go; the kernel's cgroup-v1/ and admin-guide/cgroup-v2.rst)
#include <algorithm>
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
using nlohmann::literals::operator""_json_pointer;

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
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto& group) { return group.offers(file); });
  return found == groups.end() ? nullptr : &*found;
}

std::vector<std::string> lines_of(const Groups& groups, const char* file) {
  const GroupDirectory* group = find_offering(groups, file);
  return group ? split(group->get(file), '\n') : std::vector<std::string>();
}

std::optional<uint64_t> read_count(const Groups& groups, const Count& count) {
  for (const GroupDirectory& group : groups) {
    if (!group.offers(count.file)) continue;
    if (!count.key && group.get(count.file) == "max\n") return kUnlimited;
    const int64_t number =
        count.key ? group.get_number(count.file, count.key) : group.get_number(count.file);
    if (number >= 0) return static_cast<uint64_t>(number) * count.unit;
  }
  return std::nullopt;
}

void add_counts(const Groups& groups, Json& stats) {
  for (const Count& count : kCounts) {
    if (stats.contains(Pointer(count.member))) continue;
    if (const auto number = read_count(groups, count)) stats[Pointer(count.member)] = *number;
  }
  // runc has no word for "no limit" of processes.
  if (stats.value("/pids/limit"_json_pointer, uint64_t{0}) == kUnlimited) {
    stats["pids"].erase("limit");
  }
}

// v1 reports memory and swap together, and so does runc for v2.
void add_swap_v2(const Groups& groups, Json& stats) {
  for (const auto& [name, file] :
       {std::pair("usage", "memory.swap.current"), std::pair("limit", "memory.swap.max")}) {
    const auto swap = read_count(groups, {"", file});
    if (!swap) continue;
    const uint64_t memory = stats.at("/memory/usage"_json_pointer).at(name);
    stats["memory"]["swap"][name] = memory > kUnlimited - *swap ? kUnlimited : memory + *swap;
  }
}

void add_raw_memory(const Groups& groups, Json& stats) {
  for (const std::string& line : lines_of(groups, "memory.stat")) {
    const std::vector<std::string> words = words_in(line);
    if (words.size() != 2) continue;
    if (const auto number = parse_number(words[1])) stats["memory"]["raw"][words[0]] = *number;
  }
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

// "8:16", "Read", "4096"
void add_io(const std::string& device, const std::string& operation, const std::string& count,
            Json& list) {
  const std::vector<std::string> numbers = split(device, ':');
  const auto value = parse_number(count);
  if (numbers.size() != 2 || !value) return;
  list.push_back({{"major", parse_number(numbers[0]).value_or(0)},
                  {"minor", parse_number(numbers[1]).value_or(0)},
                  {"op", operation},
                  {"value", *value}});
}

void add_io_counts(const Groups& groups, const IoCount& count, Json& stats) {
  const bool v1 = find_offering(groups, count.file_v1);
  Json list;
  for (const std::string& line : lines_of(groups, v1 ? count.file_v1 : "io.stat")) {
    const std::vector<std::string> words = words_in(line);
    if (v1 && words.size() == 3) add_io(words[0], words[1], words[2], list);
    if (v1) continue;
    for (const std::string& word : words) {
      const std::vector<std::string> sides = split(word, '=');
      if (sides[0] == count.read_v2) add_io(words[0], "Read", sides.back(), list);
      if (sides[0] == count.write_v2) add_io(words[0], "Write", sides.back(), list);
    }
  }
  if (!list.empty()) stats["blkio"][count.member] = list;
}

}  // namespace

std::string oci_stats(const std::vector<GroupDirectory>& groups) {
  Json stats = Json::object();
  add_counts(groups, stats);
  add_swap_v2(groups, stats);
  add_raw_memory(groups, stats);
  for (const IoCount& count : kIoCounts) add_io_counts(groups, count, stats);
  return stats.dump();
}

}  // namespace stepbox
