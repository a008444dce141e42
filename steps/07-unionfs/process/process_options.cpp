#include "07-unionfs/process/process_options.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/text.hpp"

namespace stepbox {

void parse_value(const std::string& text, Entrypoint& entrypoint) {
  entrypoint.given = true;
  entrypoint.words.clear();
  if (!text.empty()) entrypoint.words.push_back(text);
}

void parse_value(const std::string& text, Labels& labels) {
  const size_t equals = text.find('=');
  if (equals == 0 || text.empty())
    throw Failure(join({"'", text, "' is not a label"}), "KEY=VALUE");
  labels.values[text.substr(0, equals)] =
      equals == std::string::npos ? "" : text.substr(equals + 1);
}

void parse_value(const std::string& path, LabelFiles& labels) {
  for (const std::string& line : variables_in(path)) {
    parse_value(line, static_cast<Labels&>(labels));
  }
}

void parse_value(const std::string& text, OomScore& score) {
  const auto number = parse_number(text);
  if (!number || *number < -1000 || *number > 1000) {
    throw Failure(join({"'", text, "' is not a number from -1000 to 1000"}));
  }
  score.adjustment = *number;
}

void parse_value(const std::string& text, StopTimeout& timeout) {
  const auto seconds = parse_number(text);
  if (!seconds || *seconds < -1 || *seconds > 1'000'000) {
    throw Failure(join({"'", text, "' is not a number of seconds"}), "-1: no limit");
  }
  timeout.seconds = *seconds;
}

void add_exec_options(CommandLine& cli, ProcessOptions& process) {
  cli.option("-e,--env", "NAME[=VALUE]", process.environment,
             "Set an environment variable; without VALUE, to the caller's value");
  cli.option("--env-file", "FILE", process.environment_files,
             "Read environment variables from FILE, one a line");
  cli.option("-w,--workdir", "DIR", process.working_directory,
             "Working directory in the container; created if missing");
  cli.option("-u,--user", "USER[:GROUP]", process.user,
             "User and group in the container: names or numbers (default: the image's, or root)");
}

void add_options(CommandLine& cli, ProcessOptions& process) {
  cli.group("Process");
  add_exec_options(cli, process);
  cli.option("--entrypoint", "COMMAND", process.entrypoint,
             "Replace the entrypoint of the image: what COMMAND is appended to");
  cli.list("--group-add", "GROUP", process.groups, "Add the user to a group of the image");
  cli.group("Limits");
  cli.option("--oom-score-adj", "N", process.oom_score,
             "Which process the kernel kills first when the host has no memory: 1000 this, -1000 "
             "another");
  cli.option("--sysctl", "NAME=VALUE", process.sysctls,
             "Set a kernel setting of its network or IPC, such as net.core.somaxconn=1024");
  cli.list("--ulimit", "NAME=SOFT[:HARD]", process.ulimits,
           "Limit a resource of each process, such as nofile=1024; -1: no limit");
  cli.group("Lifecycle");
  cli.option("--cidfile", "FILE", process.cidfile, "Write the container's id to a new file");
  cli.option("-l,--label", "KEY[=VALUE]", process.labels, "Add a label to the container");
  cli.option("--label-file", "FILE", process.label_files, "Read labels from FILE, one a line");
  cli.option("--stop-signal", "SIGNAL", process.stop_signal,
             "Signal that `stop` sends (default: the image's, or TERM)");
  cli.option("--stop-timeout", "SECONDS", process.stop_timeout,
             "Seconds that `stop` waits before it kills the container (10)");
}

void override(ProcessOptions& process, const ProcessOptions& given) {
  process.environment.variables =
      merged(merged(process.environment.variables, given.environment_files.variables),
             given.environment.variables);
  if (!given.working_directory.empty()) process.working_directory = given.working_directory;
  if (!given.user.empty()) process.user = given.user;
  process.sysctls.values.clear();
}

void write_cidfile(const std::string& path, const std::string& id) {
  if (path.empty()) return;
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file && errno == EEXIST) {
    throw Failure(join({"--cidfile ", path, " exists"}),
                  "another container's id may be in it: remove it first");
  }
  if (!file || ::write(file.get(), id.data(), id.size()) != static_cast<ssize_t>(id.size())) {
    throw_errno({"write ", path});
  }
}

}  // namespace stepbox
