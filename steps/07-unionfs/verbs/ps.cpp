// ps: the containers that run; with -a those that have ended too.
#include <time.h>

#include <algorithm>
#include <cstdio>

#include "07-unionfs/holders.hpp"
#include "07-unionfs/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

// "5 seconds", "About a minute", "3 hours": as docker says it.
static std::string as_age(int64_t since) {
  const int64_t seconds = std::max<int64_t>(0, ::time(nullptr) - since);
  const std::pair<int64_t, const char*> kUnits[] = {
      {86'400, "days"}, {3'600, "hours"}, {60, "minutes"}, {1, "seconds"}};
  if (seconds < 1) return "Less than a second";
  if (seconds == 1) return "1 second";
  for (const auto& [length, name] : kUnits) {
    if (seconds >= 2 * length) return std::to_string(seconds / length) + " " + name;
    if (seconds >= length)
      return join({"About ", length == 3'600 ? "an hour" : length == 60 ? "a minute" : "a day"});
  }
  return "";
}

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

static std::string as_command(const Record& record) {
  std::string text = quoted(record.options.command);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';  // one line a container
  }
  if (text.size() > 20) {
    size_t end = 19;
    while ((text[end] & 0xC0) == 0x80) --end;  // not in the middle of a character
    text.resize(end);
    text += "…";
  }
  return join({"\"", text, "\""});
}

// Columns are as wide as their widest cell.
static void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths(rows[0].size());
  const auto columns = [](const std::string& text) {  // UTF-8: not counting the bytes that follow
    return static_cast<size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  };
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line += std::string(widths[i] - columns(row[i]) + 3, ' ');
    }
    std::puts(line.c_str());
  }
}

int verb_ps(int argc, char** argv, Runner) {
  bool all = false, quiet = false;
  CommandLine cli("ps [OPTIONS]", "ps -a");
  cli.flag("-a,--all", all, "Those that have ended too");
  cli.flag("-q,--quiet", quiet, "Ids only");
  add_store_option(cli);
  cli.parse(argc, argv);
  cli.end();
  settle();
  std::vector<std::vector<std::string>> rows{
      {"CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"}};
  for (const Record& record : all_containers()) {
    if (!all && !record.running) continue;
    if (quiet) {
      std::puts(short_id(record.id).c_str());
      continue;
    }
    rows.push_back({short_id(record.id), record.options.image, as_command(record),
                    as_age(record.created) + " ago", as_status(record), as_ports(record),
                    record.name});
  }
  if (!quiet) print_table(rows);
  if (std::fflush(stdout) != 0) throw_errno({"write to stdout"});
  return 0;
}

}  // namespace stepbox
