// Step 7. The resource usage of a container, for `stats`.
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_USAGE_SAMPLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_USAGE_SAMPLE_HPP_

#include <cstdint>
#include <string>

#include "07-unionfs/containers/record.hpp"
#include "07-unionfs/process/process_table.hpp"

namespace stepbox {

// Totals since the start, except for memory and processes, which are current. In bytes.
struct Sample {
  int64_t time_us = 0;  // when it was taken (CLOCK_MONOTONIC)
  int64_t cpu_us = 0;
  int64_t memory = 0;        // without cached files, which the kernel can drop
  int64_t memory_limit = 0;  // the memory of the host if there is no limit
  int64_t received = 0;
  int64_t sent = 0;
  int64_t read = 0;  // from disks
  int64_t written = 0;
  int64_t processes = 0;  // with threads
};

// [parent] CPU time, memory and processes come from its cgroups. Without cgroups, as with no
// limits, they are summed up over its processes. All 0 if it has ended.
Sample take_sample(const Record& record, const ProcessTable& processes);

// Add the counters in the text of /proc/PID/net/dev, without the loopback; of /proc/PID/io.
void add_traffic(const std::string& net_dev, Sample& sample);
void add_disk(const std::string& io, Sample& sample);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_USAGE_SAMPLE_HPP_
