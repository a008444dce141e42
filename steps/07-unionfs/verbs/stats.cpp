// stats: shows the resource usage of containers, once or every second.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "01-clone/signals.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/formats/usage_sample.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/id.hpp"

namespace stepbox {

namespace {

using Samples = std::map<std::string, Sample>;  // by id

// The containers with these ids; without ids the running ones, or all.
std::vector<Record> choose(const std::set<std::string>& ids, bool all) {
  std::vector<Record> records = all_containers();
  std::erase_if(records, [&](const Record& record) {
    return ids.empty() ? !all && !record.running : !ids.contains(record.id);
  });
  return records;
}

Samples sample_all(const std::vector<Record>& records) {
  const ProcessTable processes;
  Samples samples;
  for (const Record& record : records) samples[record.id] = take_sample(record, processes);
  return samples;
}

std::string as_percentage(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f%%", 100 * share);
  return text;
}

std::string as_pair(const std::string& one, const std::string& other) {
  return join({one, " / ", other});
}

double quotient(int64_t a, int64_t b) {
  return b > 0 && a > 0 ? static_cast<double>(a) / static_cast<double>(b) : 0;
}

Row as_row(const Record& record, const Sample& now, const Sample& before, bool whole) {
  const std::string id = whole ? record.id : short_id(record.id);
  return {id,
          record.name,
          as_percentage(quotient(now.cpu_us - before.cpu_us, now.time_us - before.time_us)),
          as_pair(as_binary_size(now.memory), as_binary_size(now.memory_limit)),
          as_percentage(quotient(now.memory, now.memory_limit)),
          as_pair(as_size(now.received), as_size(now.sent)),
          as_pair(as_size(now.read), as_size(now.written)),
          std::to_string(now.processes)};
}

std::string as_text(const std::vector<Record>& records, Samples& now, Samples& before, bool whole,
                    const Format& format) {
  Listing listing({{"CONTAINER ID", "ID"},
                   {"NAME", "Name"},
                   {"CPU %", "CPUPerc"},
                   {"MEM USAGE / LIMIT", "MemUsage"},
                   {"MEM %", "MemPerc"},
                   {"NET I/O", "NetIO"},
                   {"BLOCK I/O", "BlockIO"},
                   {"PIDS", "PIDs"}});
  for (const Record& record : records) {
    listing.add(as_row(record, now[record.id], before[record.id], whole));
  }
  return listing.text(format);
}

// Overwrites the last text: clears the rest of each line, and the lines below. console_codes(4).
std::string on_screen(const std::string& text) {
  std::string screen = "\033[H";
  for (const char c : text) screen += c == '\n' ? std::string("\033[K\n") : std::string(1, c);
  return screen + "\033[J";
}

}  // namespace

int verb_stats(int argc, char** argv) {
  bool all = false, once = false, whole = false;
  Format format;
  VerbLine cli("stats [OPTIONS] [CONTAINER...]", "stats --no-stream");
  cli.flag("-a,--all", all, "Show all containers (only running ones)");
  cli.flag("--no-stream", once, "Print one result instead of updating every second");
  cli.flag("--no-trunc", whole, "Do not truncate ids");
  add_format_option(cli, format);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_rest();
  recover_crashed_containers();
  std::set<std::string> ids;
  for (const std::string& reference : references) ids.insert(find_container(reference).id);
  restore_signal_mask();  // ^C ends this process: it holds no resource
  const bool screen = !once && ::isatty(STDOUT_FILENO) && format.table;
  if (screen) print("\033[2J");
  Samples before = sample_all(choose(ids, all));
  for (;;) {
    ::sleep(1);
    const std::vector<Record> records = choose(ids, all);
    Samples now = sample_all(records);
    const std::string text = as_text(records, now, before, whole, format);
    print(screen ? on_screen(text) : text);
    const bool alive = std::any_of(records.begin(), records.end(),
                                   [](const Record& record) { return record.running; });
    // On a terminal, without named containers, wait for new ones.
    if (once || (!alive && !(screen && ids.empty()))) return 0;
    before = std::move(now);
  }
}

}  // namespace stepbox
