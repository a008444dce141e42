#include "07-unionfs/containers/image_defaults.hpp"

#include "common/error.hpp"

namespace stepbox {

// As docker merges them: with --entrypoint the image's command is not used.
static void inherit_command(const ImageConfig& image, Entrypoint& entrypoint,
                            std::vector<std::string>& command) {
  if (!entrypoint.given) {
    entrypoint.words = image.entrypoint;
    if (command.empty()) command = image.command;
  }
  command.insert(command.begin(), entrypoint.words.begin(), entrypoint.words.end());
  if (command.empty()) throw Failure("no COMMAND given, and the image has none", "as /bin/sh");
}

void inherit(const ImageConfig& image, ProcessOptions& process, std::vector<std::string>& command) {
  inherit_command(image, process.entrypoint, command);
  process.environment.variables =
      merged(merged(image.env, process.environment_files.variables), process.environment.variables);
  process.environment_files.variables.clear();
  std::string& directory = process.working_directory;
  if (directory.empty()) directory = image.working_directory;
  if (!directory.empty() && directory.front() != '/') {
    throw Failure(join({"working directory '", directory, "' is a relative path"}),
                  "begin with a /");
  }
  if (process.user.empty()) process.user = image.user;
  process.labels.values.merge(process.label_files.values);
  process.labels.values.insert(image.labels.begin(), image.labels.end());  // the user's come first
  if (process.stop_signal.number == 0 && !image.stop_signal.empty()) {
    parse_value(image.stop_signal, process.stop_signal);
  }
}

}  // namespace stepbox
