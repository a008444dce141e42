#include "07-unionfs/sharing/sharing_options.hpp"

#include <unistd.h>

#include <algorithm>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

std::string NamespaceMode::text() const {
  return container.empty() ? mode : join({mode, ":", container});
}

void parse_value(const std::string& text, NamespaceMode& mode) {
  const size_t colon = text.find(':');
  mode = {text.substr(0, colon), colon == text.npos ? "" : text.substr(colon + 1), nullptr};
}

void add_namespace_options(CommandLine& cli, SharingOptions& options) {
  cli.option("--cgroupns", "MODE", options.cgroup, "private: a cgroup namespace of its own; host");
  cli.option("--ipc", "MODE", options.ipc,
             "private; shareable: with containers that ask for it; host, container:NAME: that "
             "one's, with its /dev/shm; none: no /dev/shm");
  cli.option("--pid", "MODE", options.pid, "host, container:NAME: see that one's processes");
  cli.option("--uts", "MODE", options.uts, "host: the host's name");
}

void add_device_options(CommandLine& cli, SharingOptions& options) {
  cli.list("--device", "HOST[:CONTAINER[:rwm]]", options.devices,
           "Add a device of the host, or all in a directory; rwm: read, write, mknod");
  cli.option("--shm-size", "SIZE", options.shm_size, "Size of /dev/shm (64m)");
}

static void check_mode(const char* option, const NamespaceMode& mode, const std::string& words) {
  const std::vector<std::string> known = split(words, ' ');
  const bool complete = mode.is_containers() != mode.container.empty();
  if (mode.mode.empty() && complete) return;
  if (complete && std::find(known.begin(), known.end(), mode.mode) != known.end()) return;
  std::string modes = known[0];
  for (size_t i = 1; i < known.size(); ++i) modes += ", " + known[i];
  throw UsageError(join({option, ": '", mode.text(), "' is no mode"}),
                   join({modes, known.back() == "container" ? ":NAME" : ""}));
}

void share_namespaces(const SharingOptions& options, Namespaces& namespaces) {
  check_mode("--pid", options.pid, "host container");
  check_mode("--ipc", options.ipc, "private shareable host none container");
  check_mode("--uts", options.uts, "host");
  check_mode("--cgroupns", options.cgroup, "private host");
  const std::pair<const NamespaceMode&, int> kKinds[] = {{options.pid, CLONE_NEWPID},
                                                         {options.ipc, CLONE_NEWIPC},
                                                         {options.uts, CLONE_NEWUTS},
                                                         {options.cgroup, CLONE_NEWCGROUP}};
  for (const auto& [mode, flag] : kKinds) {
    if (mode.mode == "host" || mode.is_containers()) namespaces.shared.flags |= flag;
    if (!mode.is_containers() || (::geteuid() == 0 && !namespaces.user)) continue;
    throw Failure("--pid and --ipc container:NAME: not in a user namespace",
                  "be root, without --userns");
  }
}

}  // namespace stepbox
