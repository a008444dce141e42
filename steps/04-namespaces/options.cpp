#include "04-namespaces/options.hpp"

#include <algorithm>
#include <utility>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

constexpr std::pair<const char*, int> kSharable[] = {
    {"uts", CLONE_NEWUTS}, {"pid", CLONE_NEWPID}, {"mount", CLONE_NEWNS},
    {"ipc", CLONE_NEWIPC}, {"net", CLONE_NEWNET}, {"cgroup", CLONE_NEWCGROUP}};

void parse_value(const std::string& text, NamespaceSet& set) {
  for (const std::string& word : split(text, ',')) {
    const auto* found = std::find_if(std::begin(kSharable), std::end(kSharable),
                                     [&](const auto& kind) { return word == kind.first; });
    if (found == std::end(kSharable)) {
      throw Failure(join({"no namespace is called '", word, "'"}),
                    "uts, pid, mount, ipc, net, cgroup");
    }
    set.flags |= found->second;
  }
}

void add_options(CommandLine& cli, Namespaces& namespaces, const char* userns_help) {
  cli.option("--hostname", "NAME", namespaces.hostname, "Host name of the container");
  cli.option("--share", "NS[,NS]", namespaces.shared,
             "Keep the host's uts, pid, mount, ipc, net or cgroup namespace");
  cli.flag("--userns", namespaces.user, userns_help);
  cli.flag("--init", namespaces.init, "Run a reaper as process 1, and the command as its child");
}

int Namespaces::flags() const {
  int all = user ? CLONE_NEWUSER : 0;
  for (const auto& [name, flag] : kSharable) all |= flag;
  return all & ~shared.flags;
}

std::string Namespaces::hostname_inside() const {
  if (!own(CLONE_NEWUTS)) return "";
  return hostname.empty() ? "stepbox" : hostname;
}

void check(const Namespaces& namespaces) {
  if (!namespaces.own(CLONE_NEWUTS) && !namespaces.hostname.empty()) {
    throw Failure("--hostname with --share uts would rename the host", "leave one of them out");
  }
  constexpr char kAllowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
  if (namespaces.hostname.find_first_not_of(kAllowed) != std::string::npos ||
      namespaces.hostname.size() > 64) {
    throw Failure(join({"--hostname: '", namespaces.hostname, "' is no host name"}),
                  "64 letters, digits, dots and hyphens at most (hostname(7))");
  }
  if (!namespaces.own(CLONE_NEWNS) && namespaces.user) {
    throw Failure("--share mount needs the host's rights to mount: a user namespace has none",
                  "leave it out, or be root");
  }
}

}  // namespace stepbox
