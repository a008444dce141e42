// commit: creates an image from the layers of a container's image and one layer of its changes.
#include <time.h>
#include <unistd.h>

#include "07-unionfs/containers/container_files.hpp"
#include "07-unionfs/containers/file_changes.hpp"
#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/files/tar_writer.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/config_changes.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/images/image_staging.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

namespace {

// Runs `pack(tar)` in private mounts, and adds its output as a layer. Returns the diff id.
template <class Pack>
std::string add_layer(Staging& staging, const Record& record, const std::string& what, Pack pack) {
  Fd packed = open_unnamed(staging.path());
  const int status = run_in_private_mounts(record, [&] {
    FdSink sink(packed.get(), "the layer");
    MeasuredSink measured(sink, join({"packing ", what}));
    TarWriter tar(measured);
    pack(tar);
    tar.finish();
    return 0;
  });
  if (status != 0) throw Failure("interrupted", "", status);
  const off_t size = ::lseek(packed.get(), 0, SEEK_CUR);
  return staging.add_layer({std::move(packed), 0, size}, {what, ""});
}

// An image that is a plain directory has no layer in the store yet.
std::string add_directory(Staging& staging, const Record& record) {
  return add_layer(staging, record, "the image", [&](TarWriter& tar) {
    Tree tree(open_directory(record.image.layers.at(0)));
    add_as_layer(tar, tree);
  });
}

// Freezes a running container, so that no file of it is read half-written. If that fails, warns and
// continues.
void pause_for_now(const Record& record, std::optional<Standstill>& standstill) {
  try {
    standstill.emplace(record.id, set_paused);
  } catch (const std::exception& error) {
    if (open_process(record)) warn({"not paused: ", error.what()});  // else it has just ended
  }
}

std::string add_changed_files(Staging& staging, const Record& record, bool pause) {
  std::optional<Standstill> standstill;
  if (pause && !record.paused && open_process(record)) pause_for_now(record, standstill);
  return add_layer(staging, record, "the changes", [&](TarWriter& tar) {
    const std::vector<Change> changes = changes_of(record);
    Tree tree(open_own_files(record));
    add_changes(tar, tree, changes);
  });
}

// The options of the container become the defaults of the new image; the rest is the image's.
ImageConfig config_of(const Record& record, ImageConfig config) {
  const ProcessOptions& process = record.options.process;
  const auto entrypoint_words = static_cast<std::ptrdiff_t>(process.entrypoint.words.size());
  config.env = process.environment.variables;
  config.entrypoint = process.entrypoint.words;
  config.command.assign(record.options.command.begin() + entrypoint_words,
                        record.options.command.end());
  config.working_directory = process.working_directory;
  config.user = process.user;
  config.labels = process.labels.values;
  Signal before;
  if (!config.stop_signal.empty()) parse_value(config.stop_signal, before);
  if (process.stop_signal.number != before.number) {
    config.stop_signal = std::to_string(process.stop_signal.number);
  }
  return config;
}

struct CommitOptions {
  std::string author, message;
  std::vector<std::string> changes;  // Dockerfile instructions
  bool pause = true;
  std::string container;
  std::vector<std::string> names;  // of the new image
};

CommitOptions parse_commit(int argc, char** argv) {
  CommitOptions options;
  VerbLine cli("commit [OPTIONS] CONTAINER [NAME[:TAG]]", "commit -m 'with vim' box mine");
  cli.option("-a,--author", "TEXT", options.author, "Author of the image");
  cli.list("-c,--change", "WORDS", options.changes,
           "Apply a Dockerfile instruction: -c 'CMD [\"/bin/sh\"]'");
  cli.option("-m,--message", "TEXT", options.message, "Comment that `history` shows");
  cli.flag("-p,--pause", options.pause, "Pause the container meanwhile; off with =false");
  cli.parse_mixed(argc, argv);
  options.container = cli.take("CONTAINER");
  options.names = cli.take_rest();
  if (options.names.size() > 1) throw WordsError("commit makes one image: " + options.names[1]);
  for (std::string& name : options.names) name = parse_reference(name).text();
  return options;
}

// The image of the container with its options applied; without the layer of its changes.
ImageConfigFile image_file_of(const Record& record, const CommitOptions& options) {
  ImageConfigFile file =
      record.image.id.empty() ? ImageConfigFile() : read_config_file(record.image.id);
  file.config = config_of(record, std::move(file.config));
  apply_changes(options.changes, file.config);
  file.created = ::time(nullptr);
  file.author = options.author;
  file.architecture = own_architecture();
  file.os = "linux";
  return file;
}

}  // namespace

int verb_commit(int argc, char** argv) {
  const CommitOptions options = parse_commit(argc, argv);
  recover_crashed_containers();
  const Record record = find_container(options.container);
  ImageConfigFile file = image_file_of(record, options);
  Staging staging;
  if (record.image.id.empty()) {
    file.diff_ids = {add_directory(staging, record)};
    file.history = {{.created = record.created / kNanoseconds,
                     .created_by = "",
                     .comment = "Imported from " + record.image.name}};
  }
  file.diff_ids.push_back(add_changed_files(staging, record, options.pause));
  file.history.push_back({.created = file.created,
                          .created_by = quoted(record.options.command),
                          .comment = options.message});
  print(join({"sha256:", staging.publish(config_file_text(file), options.names), "\n"}));
  return 0;
}

}  // namespace stepbox
