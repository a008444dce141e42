// Step 7. The record of a container: record.json in its directory, kept after the container ends.
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

// Of the format of record.json. Records of stepbox 1.0 carry none, and are read as version 1:
// there, `started` and `ended` are in seconds. Version 3 has more options; what older records do
// not have is not asked for.
constexpr int kRecordVersion = 3;

struct Record {
  std::string id;
  std::string name;
  Image image;                 // what options.image referred to when the container was created
  Options options;             // used again by `start`
  bool running = false;        // written by the holder; the run lock tells whether it still is
  bool paused = false;         // frozen by the freezer of its cgroup
  bool restarting = false;     // it has ended, and its monitor will start it again
  int restarts = 0;            // number of such restarts since `start`
  int holder = 0;              // pid of the holder of the run lock (run_lock.hpp)
  int pid = 0;                 // of process 1, in the PID namespace of the host
  int64_t pid_started = 0;     // start_time() of that process: tells a reused pid
  int status = 0;              // exit status, once it has ended
  bool out_of_memory = false;  // the kernel killed one of its processes for lack of memory
  int64_t created = 0;         // nanoseconds since 1970: the order of ps
  int64_t started = 0;         // nanoseconds since 1970; 0: never
  int64_t ended = 0;
};

// "created", "running", "paused", "restarting", "exited": docker's words.
const char* state_of(const Record& record);

// The processes of a running container; none if it is not running.
std::map<pid_t, Process> processes_of(const Record& record, const ProcessTable& table);

// Throws system_error; Failure if the file is not a record.
Record read_record(const std::string& path);

// Replaces the file with rename(2): a reader sees the old record or the new one, never a part.
// Call with lock_record() held. Throws Failure, system_error.
void write_record(const std::string& path, const Record& record);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_RECORD_HPP_
