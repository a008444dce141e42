#include "07-unionfs/process/sysctls.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <utility>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/mount_api.hpp"
#include "common/text.hpp"

namespace stepbox {

// The separator that comes first decides which form it is. (sysctl(8))
std::string sysctl_path(const std::string& name) {
  std::string path = name;
  const size_t first = name.find_first_of("./");
  if (first != name.npos && name[first] == '.') {
    for (char& letter : path) letter = letter == '.' ? '/' : letter == '/' ? '.' : letter;
  }
  for (const std::string& part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") return "";
  }
  return path;
}

int namespace_of_sysctl(const std::string& path) {
  constexpr std::pair<const char*, int> kPrefixes[] = {{"net/", CLONE_NEWNET},
                                                       {"fs/mqueue/", CLONE_NEWIPC},
                                                       {"kernel/msg", CLONE_NEWIPC},
                                                       {"kernel/sem", CLONE_NEWIPC},
                                                       {"kernel/shm", CLONE_NEWIPC},
                                                       {"kernel/hostname", CLONE_NEWUTS},
                                                       {"kernel/domainname", CLONE_NEWUTS},
                                                       {"user/", CLONE_NEWUSER}};
  for (const auto& [prefix, flag] : kPrefixes) {
    if (path.starts_with(prefix)) return flag;
  }
  return 0;
}

void parse_value(const std::string& text, Sysctls& sysctls) {
  const size_t equals = text.find('=');
  const std::string name = text.substr(0, equals), path = sysctl_path(name);
  if (equals == text.npos || path.empty()) {
    throw Failure(join({"'", text, "' is no setting"}), "NAME=VALUE, as net.core.somaxconn=1024");
  }
  const int kind = namespace_of_sysctl(path);
  if (kind == CLONE_NEWUTS) throw Failure(name + " has an option: --hostname, --domainname");
  if (kind != CLONE_NEWNET && kind != CLONE_NEWIPC) {
    throw Failure(name + " is a setting of the whole host", "net.*, kernel.shm*, fs.mqueue.*");
  }
  sysctls.values[name] = text.substr(equals + 1);
}

void check(const Sysctls& sysctls, int own) {
  for (const auto& [name, value] : sysctls.values) {
    if (own & namespace_of_sysctl(sysctl_path(name))) continue;
    throw Failure(
        join({"--sysctl ", name, " would change the host's setting, or another container's"}),
        "it needs a network, or IPC, of the container's own");
  }
}

Fd open_own_proc() { return copy_tree(AT_FDCWD, "/proc"); }

void write_sysctl(const Fd& proc, const std::string& path, const std::string& value) {
  explain({"echo ", quoted(value), " > /proc/sys/", path});
  const Fd file(::openat(proc.get(), join({"sys/", path}).c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || ::write(file.get(), value.data(), value.size()) == -1) {
    throw_errno({"write ", value, " to /proc/sys/", path});
  }
}

void write_sysctls(const Sysctls& sysctls) {
  if (sysctls.values.empty()) return;
  const Fd proc = open_own_proc();
  if (!proc) throw_errno({"open a writable /proc for --sysctl"});
  for (const auto& [name, value] : sysctls.values) write_sysctl(proc, sysctl_path(name), value);
}

}  // namespace stepbox
