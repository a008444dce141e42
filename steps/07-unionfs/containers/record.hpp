// Step 7. What is remembered of a container: record.json in its directory.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RECORD_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RECORD_HPP_

#include <cstdint>
#include <string>

#include "07-unionfs/containers/options.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/process/process_table.hpp"

namespace stepbox {

constexpr int64_t kNanoseconds = 1'000'000'000;  // in a second
int64_t nanoseconds_now();                       // since 1970

struct Record {
  std::string id;
  std::string name;
  Image image;                 // what options.image was, so that `start` finds the same
  Options options;             // so that `start` does the same again
  bool running = false;        // as its holder said; only the lock tells whether it still is
  bool paused = false;         // frozen by its cgroup
  bool restarting = false;     // it has ended, and its monitor will start it again
  int restarts = 0;            // how often that was so, since `start`
  int holder = 0;              // the process that holds it: `run` itself, or its monitor
  int pid = 0;                 // process 1, as the host numbers it
  int64_t pid_started = 0;     // when that process began, start_time(): its number may be reused
  int status = 0;              // exit status, once it has ended
  bool out_of_memory = false;  // the kernel killed one of its processes for that
  int64_t created = 0;         // nanoseconds since 1970: which is the newest?
  int64_t started = 0;         // seconds since 1970
  int64_t ended = 0;
};

// "created", "running", "paused", "restarting", "exited": as docker calls it.
const char* state_of(const Record& record);

// The processes of a container that runs; none if it does not.
std::map<pid_t, Process> processes_of(const Record& record, const ProcessTable& table);

// Throws system_error; Failure for a file that is no record.
Record read_record(const std::string& path);

// Writes beside, then renames: a reader sees the old record or the new one, never a part.
void write_record(const std::string& path, const Record& record);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RECORD_HPP_
