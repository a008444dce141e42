#include "07-unionfs/process/process_table.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "07-unionfs/files/store.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/process/stat_fields.hpp"
#include "common/text.hpp"

namespace stepbox {

std::vector<std::string> stat_fields(pid_t pid) {
  return fields_in_stat(read_file(join({"/proc/", std::to_string(pid), "/stat"})));
}

// Throws system_error if the process has ended.
static Process read_process(pid_t pid) {
  const std::vector<std::string> fields = stat_fields(pid);
  const auto field = [&](size_t n) { return parse_number(fields.at(n)).value_or(0); };
  const int64_t ticks = field(14) + field(15) + field(16) + field(17);
  Process process;
  process.parent = static_cast<pid_t>(field(4));
  process.cpu_us = ticks * 1'000'000 / ::sysconf(_SC_CLK_TCK);
  process.threads = field(20);
  process.resident = field(24) * ::sysconf(_SC_PAGESIZE);
  struct stat ns;
  const std::string link = join({"/proc/", std::to_string(pid), "/ns/pid"});
  if (::stat(link.c_str(), &ns) == 0) process.pid_namespace = ns.st_ino;
  return process;
}

ProcessTable::ProcessTable() {
  for (const std::string& name : list_directory("/proc")) {
    const auto number = parse_number(name);
    if (!number) continue;
    const auto pid = static_cast<pid_t>(*number);
    try {
      processes_[pid] = read_process(pid);
    } catch (const std::system_error&) {
      // The process has ended since list_directory().
    }
  }
}

std::map<pid_t, Process> ProcessTable::of(pid_t first, bool own_pid_namespace) const {
  std::map<pid_t, Process> members;
  const auto root = processes_.find(first);
  if (root == processes_.end()) return members;
  members.insert(*root);
  const ino_t own = own_pid_namespace ? root->second.pid_namespace : 0;
  for (size_t before = 0; before != members.size();) {  // until a pass finds no more children
    before = members.size();
    for (const auto& [pid, process] : processes_) {
      const bool inside = own != 0 && process.pid_namespace == own;
      if (inside || members.contains(process.parent)) members.insert({pid, process});
    }
  }
  return members;
}

}  // namespace stepbox
