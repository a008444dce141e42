#include "07-unionfs/formats/usage_sample.hpp"

#include <sys/sysinfo.h>
#include <time.h>

#include <algorithm>

#include "07-unionfs/resources/container_groups.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

// The number in a file of the group; -1 for a word such as "max".
static int64_t number_in(const GroupDirectory& group, const char* name) {
  const std::string text = group.get(name);
  return parse_number(text.substr(0, text.find('\n'))).value_or(-1);
}

// Adds the counters of the group: it has the files of its own controllers only.
static void add_group(const GroupDirectory& group, Sample& sample) {
  const bool v2 = group.hierarchy().v2;
  if (v2) sample.cpu_us = group.get_number("cpu.stat", "usage_usec");
  if (group.offers("cpuacct.usage")) sample.cpu_us = number_in(group, "cpuacct.usage") / 1000;
  if (group.offers("pids.current")) sample.processes = number_in(group, "pids.current");
  const char* usage = v2 ? "memory.current" : "memory.usage_in_bytes";
  if (!group.offers(usage)) return;
  const char* cache = v2 ? "inactive_file" : "total_inactive_file";
  sample.memory =
      std::max<int64_t>(0, number_in(group, usage) - group.get_number("memory.stat", cache));
  const int64_t limit = number_in(group, v2 ? "memory.max" : "memory.limit_in_bytes");
  if (limit > 0) sample.memory_limit = std::min(sample.memory_limit, limit);
}

void add_traffic(const std::string& net_dev, Sample& sample) {
  for (const std::string& line : split(net_dev, '\n')) {
    const size_t colon = line.find(':');
    if (colon == line.npos || words_in(line.substr(0, colon)) == std::vector<std::string>{"lo"}) {
      continue;
    }
    const std::vector<std::string> counts = words_in(line.substr(colon + 1));
    if (counts.size() < 9) continue;
    sample.received += parse_number(counts[0]).value_or(0);
    sample.sent += parse_number(counts[8]).value_or(0);
  }
}

void add_disk(const std::string& io, Sample& sample) {
  for (const std::string& line : split(io, '\n')) {
    const std::vector<std::string> words = words_in(line);
    if (words.size() != 2) continue;
    const int64_t bytes = parse_number(words[1]).value_or(0);
    if (words[0] == "read_bytes:") sample.read += bytes;
    if (words[0] == "write_bytes:") sample.written += bytes;
  }
}

Sample take_sample(const Record& record, const ProcessTable& table) {
  struct sysinfo host;
  ::sysinfo(&host);
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  Sample sample;
  sample.time_us = now.tv_sec * 1'000'000 + now.tv_nsec / 1'000;
  sample.memory_limit = static_cast<int64_t>(host.totalram) * host.mem_unit;
  const auto processes = processes_of(record, table);
  try {
    for (const auto& [pid, process] : processes) {
      sample.cpu_us += process.cpu_us;
      sample.memory += process.resident;
      sample.processes += process.threads;
      // Includes the children that have been reaped. proc_pid_io(5).
      add_disk(read_file(join({"/proc/", std::to_string(pid), "/io"})), sample);
    }
    if (!processes.empty() && record.options.network.mode != NetworkMode::kHost) {
      add_traffic(read_file(join({"/proc/", std::to_string(record.pid), "/net/dev"})), sample);
    }
    const RunningGroups groups(record.id);
    for (const GroupDirectory& group : groups.all()) add_group(group, sample);
  } catch (const std::system_error&) {
    // The container, or a process of it, has ended meanwhile.
  }
  return sample;
}

}  // namespace stepbox
