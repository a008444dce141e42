// top: lists the processes of a container with ps(1) of the host.
#include <algorithm>

#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/process/process_table.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

// Splits a line of ps into as many columns as its head has; the last one is the rest of the line.
static Row cells(std::string_view line, size_t columns) {
  Row row;
  while (row.size() + 1 < columns) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const size_t end = std::min(line.find(' '), line.size());
    row.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  row.emplace_back(line);
  return row;
}

int verb_top(int argc, char** argv) {
  VerbLine cli("top [OPTIONS] CONTAINER [ps OPTIONS]", "top box -o pid,args");
  cli.parse(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  std::vector<std::string> command{"ps"};
  for (std::string& word : cli.take_rest()) command.push_back(std::move(word));
  if (command.size() == 1) command.push_back("-ef");
  recover_crashed_containers();
  const Record record = find_container(reference);
  if (!record.running) throw Failure("container " + reference + " is not running");
  const auto processes = processes_of(record, ProcessTable());

  const std::vector<std::string> lines = split(run_program(command, ""), '\n');
  const Row head = words_in(lines[0]);
  const auto pid_column = std::find(head.begin(), head.end(), "PID");
  if (pid_column == head.end()) {
    throw Failure(quoted(command) + " prints no column PID", "add it: -o pid,…");
  }
  std::vector<Row> rows{head};
  for (const std::string& line : lines) {
    Row row = cells(line, head.size());
    const auto pid = parse_number(row[static_cast<size_t>(pid_column - head.begin())]);
    if (pid && processes.contains(static_cast<pid_t>(*pid))) rows.push_back(std::move(row));
  }
  print(as_table(rows, 20));  // docker's top has wider columns than its lists
  return 0;
}

}  // namespace stepbox
