// state, list, ps, events, spec, features: what engines and people read.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "07-unionfs/files/printing.hpp"
#include "07-unionfs/oci/default_spec.hpp"
#include "07-unionfs/oci/verbs.hpp"
#include "07-unionfs/resources/oci_groups.hpp"
#include "07-unionfs/resources/oci_resources.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

using nlohmann::json;

static std::string read_state(const std::string& id) {
  const OciState state = load_oci_state(id);
  return state_for_user(state, status_of(state));
}

// Without the lock: a hook may ask while create holds it.
int oci_state(int argc, char** argv, Creator) {
  CommandLine cli("state ID", "state ID");
  const std::string id = parse_for_id(cli, argc, argv);
  try {
    print(read_state(id));
  } catch (const std::system_error&) {  // delete removes it just now: its end is waited for
    const FileLock lock = lock_oci_container(id);
    print(read_state(id));
  }
  return 0;
}

// table or json; runc's words.
static bool is_json(const std::string& format) {
  if (format == "json") return true;
  if (format != "table") throw Failure("invalid format option", "table or json");
  return false;
}

static std::string as_row(const json& state) {
  std::string row;
  for (const char* key : {"id", "pid", "status", "bundle", "created", "owner"}) {
    const json& value = state.at(key);
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    text.resize(std::max<size_t>(text.size(), 11), ' ');
    row += text + " ";
  }
  return row + "\n";
}

int oci_list(int argc, char** argv, Creator) {
  std::string format = "table";
  bool quiet = false;
  CommandLine cli("list [OPTIONS]", "list --format json");
  cli.option("-f,--format", "FORMAT", format, "table or json");
  cli.flag("-q,--quiet", quiet, "Print ids only");
  cli.parse_mixed(argc, argv);
  cli.end();
  const bool as_json = is_json(format);
  json list = json::array();
  for (const std::string& id : all_oci_ids()) {
    try {
      list.push_back(json::parse(read_state(id)));
    } catch (const std::exception& error) {  // without a record: it is being made, or deleted
      if (is_oci_container(id) && !is_locked(id)) warn({message_of(error)});
    }
  }
  if (as_json && !quiet) return print(list.dump() + "\n"), 0;
  if (!quiet) print("ID          PID         STATUS      BUNDLE      CREATED     OWNER\n");
  for (const json& state : list) {
    print(quiet ? state.at("id").get<std::string>() + "\n" : as_row(state));
  }
  return 0;
}

int oci_ps(int argc, char** argv, Creator) {
  std::string format = "table";
  CommandLine cli("ps [OPTIONS] ID [PS_OPTION...]", "ps --format json ID");
  cli.option("-f,--format", "FORMAT", format, "table or json");
  cli.parse(argc, argv);
  const OciState state = load_oci_state(cli.take("ID"));
  std::vector<std::string> options = cli.take_rest();
  const std::vector<pid_t> pids = oci_group_members(open_oci_groups(state.cgroup));
  if (is_json(format)) return print(json(pids).dump() + "\n"), 0;
  if (options.empty()) options = {"-ef"};
  options.insert(options.begin(), "ps");
  // Of all processes of the host those of the container: the column PID says which.
  size_t column = 0;
  for (const std::string& line : split(run_program(options, ""), '\n')) {
    const std::vector<std::string> words = words_in(line);
    const auto title = std::find(words.begin(), words.end(), "PID");
    const bool is_head = title != words.end();
    if (is_head) column = static_cast<size_t>(title - words.begin());
    const auto pid = parse_number(words.size() > column ? words[column] : "");
    const bool ours = pid && std::find(pids.begin(), pids.end(), *pid) != pids.end();
    if (is_head || ours) print(line + "\n");
  }
  return 0;
}

int oci_events(int argc, char** argv, Creator) {
  bool once = false;
  CommandLine cli("events --stats ID", "events --stats ID");
  cli.flag("--stats", once, "Print the usage once");
  cli.parse_mixed(argc, argv);
  const OciState state = load_oci_state(cli.take("ID"));
  if (status_of(state) == OciStatus::kStopped) {
    throw Failure(join({"container with id ", state.id, " is not running"}));
  }
  if (!once) throw UsageError("events without --stats is not supported", "use --stats");
  const json data = json::parse(oci_stats(open_oci_groups(state.cgroup)));
  print(json{{"type", "stats"}, {"id", state.id}, {"data", data}}.dump() + "\n");
  return 0;
}

int oci_spec(int argc, char** argv, Creator) {
  std::string bundle = ".";
  bool rootless = false;
  CommandLine cli("spec [OPTIONS]", "spec --bundle BUNDLE");
  cli.option("-b,--bundle", "DIR", bundle, "Write config.json there (.)");
  cli.flag("--rootless", rootless, "For an ordinary user: with a user namespace");
  cli.parse_mixed(argc, argv);
  cli.end();
  const std::string path = bundle + "/config.json";
  if (exists(path)) throw Failure("write " + path + ": it exists", "remove it first");
  create_file(path, default_spec(rootless));
  return 0;
}

int oci_features(int argc, char** argv, Creator) {
  CommandLine cli("features", "features");
  cli.parse_mixed(argc, argv);
  cli.end();
  print(kFeatures);
  return 0;
}

}  // namespace stepbox
