// commit: an image of a container: its image's layers, and one more of what it changed.
#include <time.h>
#include <unistd.h>

#include "07-unionfs/containers/container_files.hpp"
#include "07-unionfs/containers/file_changes.hpp"
#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/files/store.hpp"
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

// Runs `pack(tar)` apart, and adds what it has written as a layer. Returns its diff id.
template <class Pack>
std::string add_layer(Staging& staging, const Record& record, const std::string& what, Pack pack) {
  Fd packed = open_unnamed(staging.path());
  const int status = apart(record, [&] {
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

// A directory as an image has no layer in the store yet.
std::string add_directory(Staging& staging, const Record& record) {
  return add_layer(staging, record, "the image", [&](TarWriter& tar) {
    Tree tree(open_directory(record.image.layers.at(0)));
    add_tree(tar, tree, "");
  });
}

// Stops a container that runs, so that no file of it is read half-written; goes on without where
// that fails, with a warning.
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

// What the container was told becomes what containers of the new image do.
ImageConfig config_of(const Record& record) {
  const ProcessOptions& process = record.options.process;
  const auto entrypoint_words = static_cast<std::ptrdiff_t>(process.entrypoint.words.size());
  ImageConfig config = record.image.config;
  config.env = process.environment.variables;
  config.entrypoint = process.entrypoint.words;
  config.command.assign(record.options.command.begin() + entrypoint_words,
                        record.options.command.end());
  config.working_directory = process.working_directory;
  config.user = process.user;
  config.labels = process.labels.values;
  if (process.stop_signal.number != 0) {
    config.stop_signal = std::to_string(process.stop_signal.number);
  }
  return config;
}

}  // namespace

int verb_commit(int argc, char** argv, Runner) {
  std::string author, message;
  std::vector<std::string> changes;
  bool pause = true;
  CommandLine cli("commit [OPTIONS] CONTAINER [NAME[:TAG]]", "commit -m 'with vim' box mine");
  cli.option("-a,--author", "TEXT", author, "Who made it");
  cli.list("-c,--change", "WORDS", changes, "As in a Dockerfile: -c 'CMD [\"/bin/sh\"]'");
  cli.option("-m,--message", "TEXT", message, "What history shows of it");
  cli.flag("-p,--pause", pause, "Stop it meanwhile, as is done unless told --pause=false");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  std::vector<std::string> names = cli.take_rest();
  if (names.size() > 1) throw UsageError("commit makes one image: " + names[1]);
  for (std::string& name : names) name = parse_reference(name).text();
  settle();
  const Record record = find_container(reference);
  const bool has_image = !record.image.id.empty();
  ImageConfigFile file = has_image ? read_config_file(record.image.id) : ImageConfigFile();
  file.config = config_of(record);
  for (const std::string& change : changes) apply_change(change, file.config);
  file.created = ::time(nullptr);
  file.author = author;
  file.architecture = own_architecture();
  file.os = "linux";

  Staging staging;
  if (!has_image) {
    file.diff_ids = {add_directory(staging, record)};
    file.history = {{.created = record.created / kNanoseconds,
                     .created_by = "",
                     .comment = "Imported from " + record.image.name}};
  }
  file.diff_ids.push_back(add_changed_files(staging, record, pause));
  file.history.push_back(
      {.created = file.created, .created_by = quoted(record.options.command), .comment = message});
  print(join({"sha256:", staging.publish(config_file_text(file), names), "\n"}));
  return 0;
}

}  // namespace stepbox
