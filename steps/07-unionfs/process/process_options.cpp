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

void parse_value(const std::string& text, Patience& patience) {
  const auto seconds = parse_number(text);
  if (!seconds || *seconds < -1 || *seconds > 1'000'000) {
    throw Failure(join({"'", text, "' is not a number of seconds"}), "-1: no limit");
  }
  patience.seconds = *seconds;
}

void parse_value(const std::string& text, PullPolicy&) {
  if (text == "never") return;
  throw Failure(join({"'", text, "': stepbox fetches no images"}),
                "never; skopeo copy brings an image, load takes it");
}

void add_exec_options(CommandLine& cli, ProcessOptions& process) {
  cli.option("-e,--env", "NAME[=VALUE]", process.environment,
             "Set a variable; without VALUE: to what it is here");
  cli.option("--env-file", "FILE", process.environment_files, "Set variables, one a line");
  cli.option("-w,--workdir", "DIR", process.working_directory, "Start there; it is made");
  cli.option("-u,--user", "USER[:GROUP]", process.user, "Be that user of the image, not root");
}

void add_options(CommandLine& cli, ProcessOptions& process) {
  add_exec_options(cli, process);
  cli.option("--entrypoint", "COMMAND", process.entrypoint,
             "Stands before COMMAND, instead of the image's");
  cli.list("--ulimit", "NAME=SOFT[:HARD]", process.ulimits,
           "Limit each process, as nofile=1024; -1: no limit");
  cli.option("-l,--label", "KEY[=VALUE]", process.labels, "A note for people and programs");
  cli.option("--stop-signal", "SIGNAL", process.stop_signal, "What `stop` sends (TERM)");
  cli.option("--stop-timeout", "SECONDS", process.stop_timeout,
             "How long `stop` waits before it kills (10)");
  cli.option("--cidfile", "FILE", process.cidfile, "Write the container's id to a new FILE");
  cli.option("--pull", "never", process.pull, "Images are never fetched: for docker's scripts");
}

void override(ProcessOptions& process, const ProcessOptions& given) {
  process.environment.variables =
      merged(merged(process.environment.variables, given.environment_files.variables),
             given.environment.variables);
  if (!given.working_directory.empty()) process.working_directory = given.working_directory;
  if (!given.user.empty()) process.user = given.user;
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
