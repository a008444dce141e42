// Step 7. What a container uses now, for `stats`.
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_USAGE_SAMPLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_USAGE_SAMPLE_HPP_

#include <cstdint>
#include <string>

#include "07-unionfs/containers/record.hpp"
#include "07-unionfs/process/process_table.hpp"

namespace stepbox {

// Since its start, but for memory and processes: those are of now. Bytes.
struct Sample {
  int64_t time_us = 0;  // when it was taken (CLOCK_MONOTONIC)
  int64_t cpu_us = 0;
  int64_t memory = 0;        // without the files that were only read: the kernel takes those back
  int64_t memory_limit = 0;  // the host's memory, where there is none
  int64_t received = 0;
  int64_t sent = 0;
  int64_t read = 0;  // from disks
  int64_t written = 0;
  int64_t processes = 0;  // and threads
};

// Outside. CPU time, memory and processes are counted by its cgroups; where it has none, as without
// limits, they are summed up over its processes. All 0 if it has ended.
Sample take_sample(const Record& record, const ProcessTable& processes);

// Adds what the text of /proc/PID/net/dev counts, but for the loopback; of /proc/PID/io.
void add_traffic(const std::string& net_dev, Sample& sample);
void add_disk(const std::string& io, Sample& sample);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_USAGE_SAMPLE_HPP_
