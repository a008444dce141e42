// lsns TYPE: the namespaces of that type and their processes. (namespaces(7), proc(5))
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

using namespace stepbox;

struct Members {
  int count = 0;
  int64_t lowest = 0;
};

// "uts:[4026531838]": the number. None for a process that is gone, or a zombie, or not for us.
static std::optional<int64_t> namespace_of(const std::string& pid, const std::string& type) {
  char text[64];
  const std::string link = "/proc/" + pid + "/ns/" + type;
  const ssize_t length = ::readlink(link.c_str(), text, sizeof text);
  const std::string target(text, static_cast<size_t>(std::max<ssize_t>(length, 0)));
  if (!target.starts_with(type + ":[")) return std::nullopt;
  return parse_number(target.substr(type.size() + 2, target.size() - type.size() - 3));
}

static std::map<int64_t, Members> find_namespaces(const std::string& type) {
  std::map<int64_t, Members> found;
  DIR* proc = ::opendir("/proc");
  if (!proc) throw_errno({"open /proc"});
  while (const dirent* entry = ::readdir(proc)) {
    const auto pid = parse_number(entry->d_name);
    const auto number = pid ? namespace_of(entry->d_name, type) : std::nullopt;
    if (!number) continue;
    Members& members = found[*number];
    ++members.count;
    members.lowest = members.count == 1 ? *pid : std::min(members.lowest, *pid);
  }
  ::closedir(proc);
  return found;
}

int main(int argc, char** argv) try {
  if (argc != 2) throw Failure("lsns TYPE");
  const std::string type = argv[1];
  if (type.find('/') != type.npos || !exists("/proc/self/ns/" + type)) {
    throw Failure("no such type of namespace: " + type);
  }
  for (const auto& [number, members] : find_namespaces(type)) {
    std::printf("%lld %d %lld\n", static_cast<long long>(number), members.count,
                static_cast<long long>(members.lowest));
  }
  return 0;
} catch (const std::exception& error) {
  return report(error);
}
