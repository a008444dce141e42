// volume: creates, inspects, lists, prunes and removes volumes.
#include <time.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/process/process_options.hpp"
#include "07-unionfs/verbs/inspect.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "07-unionfs/volumes/volume_filters.hpp"
#include "common/error.hpp"
#include "common/id.hpp"

namespace stepbox {

Json stored_volume_as_json(const StoredVolume& volume) {
  return {{"CreatedAt", as_timestamp(volume.created)},
          {"Driver", "local"},
          {"Labels", volume.labels.empty() ? Json() : Json(volume.labels)},
          {"Mountpoint", volume_data(volume.name)},
          {"Name", volume.name},
          {"Options", Json()},
          {"Scope", "local"}};
}

namespace {

// --driver: there is one.
struct VolumeDriver {};
void parse_value(const std::string& text, VolumeDriver&) {
  if (text != "local") throw Failure(join({"no volume driver '", text, "'"}), "local");
}

// Options, then the names.
std::vector<std::string> names_in(CommandLine& cli, int argc, char** argv) {
  cli.parse_mixed(argc, argv);
  std::vector<std::string> names = cli.take_all("VOLUME");
  recover_crashed_containers();
  return names;
}

int volume_create(int argc, char** argv) {
  Labels labels;
  VolumeDriver driver;
  VerbLine cli("volume create [OPTIONS] [VOLUME]", "volume create data");
  cli.describe("Create a volume; without a name one is made up");
  cli.option("-d,--driver", "local", driver, "Accepted: there is one driver");
  cli.option("--label", "KEY[=VALUE]", labels, "Add a label to the volume");
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> words = cli.take_rest();
  if (words.size() > 1) throw WordsError("volume create takes one name: " + words[1]);
  recover_crashed_containers();
  StoredVolume volume{.name = words.empty() ? new_id() : words[0],
                      .created = ::time(nullptr),
                      .labels = labels.values,
                      .container = {}};
  if (words.empty()) volume.labels[kAnonymousLabel] = "";
  use_volume(volume);
  print(volume.name + "\n");
  return 0;
}

int volume_inspect(int argc, char** argv) {
  Format format;
  VerbLine cli("volume inspect [OPTIONS] VOLUME...", "volume inspect data");
  cli.describe("Show details of volumes as JSON");
  cli.option("-f,--format", "FORMAT", format,
             "Output format: json for one object a line, or a Go template");
  const std::vector<std::string> names = names_in(cli, argc, argv);
  Json objects = Json::array();
  std::string text;
  const int status = for_each_of(names, [&](const std::string& name) {
    const Json object = stored_volume_as_json(find_volume(name));
    if (format.is_given()) text += format.object(object);
    objects.push_back(object);
  });
  print(format.is_given() ? text : objects.dump(4) + "\n");
  return status;
}

std::string labels_text(const StoredVolume& volume) {
  std::string text;
  for (const auto& [key, value] : volume.labels) {
    text += join({text.empty() ? "" : ",", key, "=", value});
  }
  return text;
}

int volume_ls(int argc, char** argv) {
  bool quiet = false;
  Format format;
  std::vector<VolumeFilter> filters;
  VerbLine cli("volume ls [OPTIONS]", "volume ls");
  cli.describe("List volumes");
  cli.list("-f,--filter", "KEY=VALUE", filters,
           "List those that match: dangling=, driver=, label=, name=");
  cli.flag("-q,--quiet", quiet, "Print names only");
  add_format_option(cli, format);
  cli.parse_mixed(argc, argv);
  cli.end();
  recover_crashed_containers();
  Listing listing({{"DRIVER", "Driver"},
                   {"VOLUME NAME", "Name"},
                   {"", "Availability"},
                   {"", "Group"},
                   {"", "Labels"},
                   {"", "Links"},
                   {"", "Mountpoint"},
                   {"", "Scope"},
                   {"", "Size"},
                   {"", "Status"}});
  std::string names;
  for (const StoredVolume& volume : volumes_matching(filters, false, volume_users())) {
    names += volume.name + "\n";
    listing.add({"local", volume.name, "N/A", "N/A", labels_text(volume), "N/A",
                 volume_data(volume.name), "local", "N/A", "N/A"});
  }
  print(quiet ? names : listing.text(format));
  return 0;
}

int volume_prune(int argc, char** argv) {
  bool all = false, force = false;
  std::vector<VolumeFilter> filters;
  VerbLine cli("volume prune [OPTIONS]", "volume prune");
  cli.describe("Remove anonymous volumes that no container has");
  cli.flag("-a,--all", all, "Remove all volumes without a container, not only anonymous ones");
  cli.list("--filter", "KEY=VALUE", filters, "Remove those that match: label=");
  cli.flag("-f,--force", force, "Do not ask for confirmation");
  cli.parse_mixed(argc, argv);
  cli.end();
  recover_crashed_containers();
  const std::string what =
      join({"  - all ", all ? "" : "anonymous ", "volumes without a container\n"});
  if (const int status = force ? 0 : ask(what, "volume prune")) return status;
  const PrunedVolumes pruned = prune_volumes(volumes_matching(filters, !all), volume_users);
  print(join({pruned.names.empty() ? "" : "Deleted Volumes:\n", pruned.names,
              pruned.names.empty() ? "" : "\n", "Total reclaimed space: ", as_size(pruned.bytes),
              "\n"}));
  return 0;
}

int volume_rm(int argc, char** argv) {
  bool force = false;
  VerbLine cli("volume rm [OPTIONS] VOLUME...", "volume rm data");
  cli.describe("Remove volumes that no container has");
  cli.flag("-f,--force", force, "Ignore volumes that do not exist");
  return for_each_of(names_in(cli, argc, argv), [&](const std::string& name) {
    try {
      remove_volume(name, volume_users);
    } catch (const NoSuchVolume&) {
      if (!force) throw;
    }
    print(name + "\n");
  });
}

constexpr Verb kVolumeVerbs[] = {
    {"create", "Create a volume", volume_create},
    {"inspect", "Show details of volumes as JSON", volume_inspect},
    {"list", "", volume_ls},
    {"ls", "List volumes", volume_ls},
    {"prune", "Remove anonymous volumes that no container has", volume_prune},
    {"remove", "", volume_rm},
    {"rm", "Remove volumes", volume_rm},
};

}  // namespace

int verb_volume(int argc, char** argv) { return call_verb_of("volume", kVolumeVerbs, argc, argv); }

}  // namespace stepbox
