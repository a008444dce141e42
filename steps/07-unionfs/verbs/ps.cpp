// ps: the containers that run; with -a those that have ended too.
#include <time.h>

#include "07-unionfs/holders.hpp"
#include "07-unionfs/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/table.hpp"

namespace stepbox {

static std::string as_age(int64_t since) { return as_duration(::time(nullptr) - since); }

static std::string as_status(const Record& record) {
  if (record.running) return "Up " + as_age(record.started);
  return join({"Exited (", std::to_string(record.status), ") ", as_age(record.ended), " ago"});
}

static std::string as_ports(const Record& record) {
  std::string text;
  if (!record.running) return text;
  for (const PublishedPort& port : record.options.network.ports) {
    text += join({text.empty() ? "" : ", ", port.host_address.text(), ":",
                  std::to_string(port.host_port), "->", std::to_string(port.container_port),
                  port.udp ? "/udp" : "/tcp"});
  }
  return text;
}

int verb_ps(int argc, char** argv, Runner) {
  bool all = false, quiet = false;
  Format format = Format::kTable;
  CommandLine cli("ps [OPTIONS]", "ps -a");
  cli.flag("-a,--all", all, "Those that have ended too");
  cli.flag("-q,--quiet", quiet, "Ids only");
  add_format_option(cli, format);
  add_store_option(cli);
  cli.parse(argc, argv);
  cli.end();
  settle();
  std::string ids;
  Listing listing({{"CONTAINER ID", "ID"},
                   {"IMAGE", "Image"},
                   {"COMMAND", "Command"},
                   {"CREATED", "RunningFor"},
                   {"STATUS", "Status"},
                   {"PORTS", "Ports"},
                   {"NAMES", "Names"},
                   {"", "CreatedAt"}});
  for (const Record& record : all_containers()) {
    if (!all && !record.running) continue;
    ids += short_id(record.id) + "\n";
    listing.add({short_id(record.id), record.options.image,
                 in_double_quotes(shortened(quoted(record.options.command), 20)),
                 as_age(record.created) + " ago", as_status(record), as_ports(record), record.name,
                 as_timestamp(record.created)});
  }
  print(quiet ? ids : listing.text(format));
  return 0;
}

}  // namespace stepbox
