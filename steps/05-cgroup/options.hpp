// Step 5. Options: limits.
#ifndef STEPBOX_STEPS_05_CGROUP_OPTIONS_HPP_
#define STEPBOX_STEPS_05_CGROUP_OPTIONS_HPP_

#include <cstdint>
#include <string>

#include "common/cli.hpp"

namespace stepbox {

// Microseconds of CPU time in each period of 100 ms, all CPUs together. "1.5" is 150,000.
struct CpuQuota {
  int64_t microseconds = 0;
  bool operator==(const CpuQuota&) const = default;
};
void parse_value(const std::string& text, CpuQuota& quota);

// "134217728", "128m", "0.5g", "64MiB": k, m, g, t, p are powers of 1024.
struct Bytes {
  int64_t count = 0;
  bool operator==(const Bytes&) const = default;
};
void parse_value(const std::string& text, Bytes& bytes);

struct Count {
  int64_t number = 0;
  bool operator==(const Count&) const = default;
};
void parse_value(const std::string& text, Count& count);

// "0-3", "0,2": the numbers of CPUs, as in /proc/self/status (cpuset(7), "List format").
struct CpuList {
  std::string text;  // empty: all
  bool operator==(const CpuList&) const = default;
};
void parse_value(const std::string& text, CpuList& list);

// The limits of a container. 0: no limit; all of them 0: no cgroup at all.
struct Limits {
  CpuQuota cpus{20'000};    // --cpus 0.2
  Bytes memory{128 << 20};  // --memory 128m, swap included
  Count pids{64};           // --pids-limit 64: processes and threads
  CpuList cpu_list{};       // --cpuset-cpus
  bool stats = false;       // --stats
  bool operator==(const Limits&) const = default;
};
void add_options(CommandLine& cli, Limits& limits);
void add_limit_options(CommandLine& cli, Limits& limits);  // without --stats

}  // namespace stepbox

#endif  // STEPBOX_STEPS_05_CGROUP_OPTIONS_HPP_
