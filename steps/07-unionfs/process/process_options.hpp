// Step 7. The options that describe the command's process. The image's config completes them
// (containers/image_defaults.hpp).
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_OPTIONS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_OPTIONS_HPP_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "07-unionfs/process/environment.hpp"
#include "07-unionfs/process/signal_names.hpp"
#include "07-unionfs/process/sysctls.hpp"
#include "07-unionfs/process/ulimits.hpp"
#include "common/cli.hpp"

namespace stepbox {

// --entrypoint WORD: precedes the command, in place of the image's entrypoint; empty: none.
struct Entrypoint {
  bool given = false;
  std::vector<std::string> words;
};
void parse_value(const std::string& text, Entrypoint& entrypoint);

// --label KEY[=VALUE].
struct Labels {
  std::map<std::string, std::string> values;
};
void parse_value(const std::string& text, Labels& labels);  // adds one

// Seconds from the stop signal to SIGKILL; -1: no limit.
struct StopTimeout {
  int64_t seconds = 10;
};
void parse_value(const std::string& text, StopTimeout& patience);

// --label-file FILE: a label a line.
struct LabelFiles : Labels {};
void parse_value(const std::string& path, LabelFiles& labels);  // adds those of one file

// --oom-score-adj N: which process the kernel kills first when the host has no memory left, from
// -1000 (never) to 1000 (proc_pid_oom_score_adj(5)). 0: the caller's.
struct OomScore {
  int64_t adjustment = 0;
};
void parse_value(const std::string& text, OomScore& score);

struct ProcessOptions {
  Environment environment;             // -e
  EnvironmentFiles environment_files;  // --env-file
  std::string working_directory;       // -w
  std::string user;                    // -u USER[:GROUP]
  Entrypoint entrypoint;               // --entrypoint
  std::vector<Ulimit> ulimits;         // --ulimit
  Labels labels;                       // --label
  Signal stop_signal;                  // --stop-signal
  StopTimeout stop_timeout;            // --stop-timeout
  std::string cidfile;                 // --cidfile
  LabelFiles label_files;              // --label-file: not recorded
  std::vector<std::string> groups;     // --group-add
  OomScore oom_score;                  // --oom-score-adj
  Sysctls sysctls;                     // --sysctl
};
void add_options(CommandLine& cli, ProcessOptions& process);

// The first four, which exec has too. override() lets those that are `given` to exec take
// precedence over the container's, and keeps the settings of the kernel as they are by now.
void add_exec_options(CommandLine& cli, ProcessOptions& process);
void override(ProcessOptions& process, const ProcessOptions& given);

// [parent] Writes the id to a new file (--cidfile). Throws Failure if the file exists.
void write_cidfile(const std::string& path, const std::string& id);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_PROCESS_OPTIONS_HPP_
