// ps: lists the running containers; with -a all.
#include <time.h>

#include <algorithm>

#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/formats/container_filters.hpp"
#include "07-unionfs/formats/container_text.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/id.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

// -n: how many of the newest containers; -1: all.
struct Last {
  int64_t count = -1;
};
void parse_value(const std::string& text, Last& last) {
  last.count = parse_number(text).value_or(-1);
  if (last.count < 0) throw Failure(join({"'", text, "' is not a count"}));
}

struct PsOptions {
  bool all = false, quiet = false, latest = false, whole = false, size = false;
  Last last;
  std::vector<Filter> filters;
  Format format;
};

PsOptions parse_ps(int argc, char** argv) {
  PsOptions options;
  VerbLine cli("ps [OPTIONS]", "ps -a -f name=web");
  cli.flag("-a,--all", options.all, "Show all containers (only running ones)");
  cli.list("-f,--filter", "KEY=VALUE", options.filters,
           "Show containers with this ancestor=, before=, exited=, expose=, health=, id=, label=, "
           "name=, network=, publish=, since=, status= or volume=");
  cli.option("-n,--last", "N", options.last, "Show the N newest containers, in any state");
  cli.flag("-l,--latest", options.latest, "Show the newest container, in any state");
  cli.flag("--no-trunc", options.whole, "Do not truncate ids and commands");
  cli.flag("-q,--quiet", options.quiet, "Print ids only");
  cli.flag("-s,--size", options.size, "Show the size of the changes, and with the image (slow)");
  add_format_option(cli, options.format);
  cli.parse_mixed(argc, argv);
  cli.end();
  if (options.latest) options.last.count = 1;
  return options;
}

std::vector<Record> choose(const PsOptions& options) {
  const bool by_state = std::any_of(
      options.filters.begin(), options.filters.end(),
      [](const Filter& filter) { return filter.key == "status" || filter.key == "exited"; });
  std::vector<Record> records = all_containers();
  std::erase_if(records, [&](const Record& record) {
    const bool wanted = options.all || options.last.count >= 0 || by_state || is_alive(record);
    return !wanted || !matches(options.filters, record);
  });
  if (options.last.count >= 0 && static_cast<size_t>(options.last.count) < records.size()) {
    records.resize(static_cast<size_t>(options.last.count));
  }
  return records;
}

// "2B (virtual 4.33MB)": of the changes, and with the image. A failure must not end the whole list.
std::string as_sizes(const Record& record) try {
  int64_t image = 0;
  for (const std::string& layer : record.image.layers) image += size_of_tree(layer);
  const bool copied = record.options.storage == StorageKind::kCopy;
  const int64_t own = size_of_tree(directory_of(record.id) + (copied ? "/rootfs" : "/upper"));
  return join({as_size(own), " (virtual ", as_size(copied ? own : own + image), ")"});
} catch (const std::exception& error) {
  warn({"the size of ", record.name, ": ", error.what()});
  return "unknown";
}

Row as_row(const Record& record, const PsOptions& options) {
  const std::string command = quoted(record.options.command);
  const int64_t now = ::time(nullptr);
  return {options.whole ? record.id : short_id(record.id),
          record.options.image,
          in_double_quotes(options.whole ? command : shortened(command, 20)),
          as_duration(now - record.created / kNanoseconds) + " ago",
          status_text(record, now),
          ports_text(record),
          record.name,
          options.size ? as_sizes(record) : "",
          as_date(record.created / kNanoseconds),
          labels_text(record),
          mounts_text(record),
          network_text(record),
          state_of(record)};
}

}  // namespace

int verb_ps(int argc, char** argv) {
  PsOptions options = parse_ps(argc, argv);
  recover_crashed_containers();
  resolve(options.filters);
  const std::vector<Record> records = choose(options);
  if (options.quiet) {
    std::string ids;
    for (const Record& record : records) {
      ids += (options.whole ? record.id : short_id(record.id)) + "\n";
    }
    print(ids);
    return 0;
  }
  Listing listing({{"CONTAINER ID", "ID"},
                   {"IMAGE", "Image"},
                   {"COMMAND", "Command"},
                   {"CREATED", "RunningFor"},
                   {"STATUS", "Status"},
                   {"PORTS", "Ports"},
                   {"NAMES", "Names"},
                   {options.size ? "SIZE" : "", "Size"},
                   {"", "CreatedAt"},
                   {"", "Labels"},
                   {"", "Mounts"},
                   {"", "Networks"},
                   {"", "State"}});
  for (const Record& record : records) listing.add(as_row(record, options));
  print(listing.text(options.format));
  return 0;
}

}  // namespace stepbox
