// The namespaces of an OCI config: new ones and existing ones, in any mix.
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "06-network/netlink.hpp"
#include "07-unionfs/oci/engine.hpp"
#include "07-unionfs/process/joining.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

// The child makes them: the root of a cgroup namespace is the group of its creator, and clone(2)
// has no bit for a time namespace (time_namespaces(7)).
constexpr int kLate = CLONE_NEWCGROUP | CLONE_NEWTIME;
// The root changes with a mount namespace; a process that shares its memory joins no time one.
constexpr int kJoinedByChild = CLONE_NEWNS | CLONE_NEWTIME;

static void enter(const OciNamespace& one) {
  const Fd file = open_namespace(one.path);
  if (::setns(file.get(), one.flag) == -1) throw_errno({"join the namespace ", one.path});
}

// Whether it is the one that this process is in.
static bool is_ours(const OciNamespace& one) {
  const auto kind = std::find_if(std::begin(kNamespaceKinds), std::end(kNamespaceKinds),
                                 [&](const auto& known) { return known.second == one.flag; });
  struct stat ours, theirs;
  const std::string own = join({"/proc/self/ns/", kind->first});
  return ::stat(own.c_str(), &ours) == 0 && ::stat(one.path.c_str(), &theirs) == 0 &&
         ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

bool OciConfig::has_own(int flag) const {
  const OciNamespace* found = find_namespace(flag);
  return found && (found->path.empty() || !is_ours(*found));
}

bool has_paths(const OciConfig& config) {
  return std::any_of(config.namespaces.begin(), config.namespaces.end(),
                     [](const OciNamespace& one) { return !one.path.empty(); });
}

// The user namespace may own others, and then gives the right to join them; this process's own
// rights may do for the rest, and end with the user namespace. So what is refused before is tried
// again after it. setns(2) refuses the user namespace that the process is in already.
void join_namespaces(const OciConfig& config) {
  // Root of a user namespace that is joined could trace the child, which is still the host's root
  // (CVE-2016-9962). An ordinary user's child with a new one must be open: its id maps are written.
  const OciNamespace* users = config.find_namespace(CLONE_NEWUSER);
  if (::geteuid() == 0 || (users && !users->path.empty())) ::prctl(PR_SET_DUMPABLE, 0);
  std::vector<const OciNamespace*> later;
  for (const OciNamespace& one : config.namespaces) {
    if (one.path.empty() || one.flag & kJoinedByChild || is_ours(one)) continue;
    const Fd file = open_namespace(one.path);
    if (one.flag != CLONE_NEWUSER && ::setns(file.get(), one.flag) == 0) continue;
    later.insert(one.flag == CLONE_NEWUSER ? later.begin() : later.end(), &one);
  }
  for (const OciNamespace* one : later) enter(*one);
}

static bool is_new(const OciConfig& config, int flag) {
  const OciNamespace* found = config.find_namespace(flag);
  return found && found->path.empty();
}

int flags_for_clone(const OciConfig& config) {
  int flags = 0;
  for (const OciNamespace& one : config.namespaces) {
    if (one.path.empty()) flags |= one.flag;
  }
  return flags & ~kLate;
}

void make_late_namespaces(const OciConfig& config) {
  if (is_new(config, CLONE_NEWCGROUP) && ::unshare(CLONE_NEWCGROUP) == -1) {
    throw_errno({"unshare the cgroup namespace"});
  }
  const OciNamespace* time = config.find_namespace(CLONE_NEWTIME);
  if (!time) return;
  if (!time->path.empty()) return enter(*time);
  if (::unshare(CLONE_NEWTIME) == -1) throw_errno({"unshare the time namespace"});
  if (!config.time_offsets.empty()) write_file("/proc/self/timens_offsets", config.time_offsets);
  // unshare(2) moves only later children into it.
  const Fd fresh = open_namespace("/proc/self/ns/time_for_children");
  if (::setns(fresh.get(), CLONE_NEWTIME) == -1) throw_errno({"join the time namespace"});
}

void join_mount_namespace(const OciConfig& config) {
  const OciNamespace* mounts = config.find_namespace(CLONE_NEWNS);
  if (mounts && !mounts->path.empty()) enter(*mounts);
}

void start_loopback(const OciConfig& config) {
  if (!is_new(config, CLONE_NEWNET)) return;
  Netlink links;
  links.set_up("lo");
  links.commit();
}

void set_names(const OciConfig& config) {
  const std::string& host = config.hostname;
  const std::string& domain = config.domainname;
  if (!host.empty() && ::sethostname(host.data(), host.size()) == -1) {
    throw_errno({"set the host name to ", host});
  }
  if (!domain.empty() && ::setdomainname(domain.data(), domain.size()) == -1) {
    throw_errno({"set the domain name to ", domain});
  }
}

IdMap as_map(const std::vector<OciIdRange>& ranges) {
  IdMap map;
  for (const OciIdRange& range : ranges) {
    for (const uint32_t number : {range.inside, range.outside, range.size}) {
      map.push_back(std::to_string(number));
    }
  }
  return map;
}

void write_oci_id_maps(pid_t child, const OciConfig& config) {
  if (!is_new(config, CLONE_NEWUSER)) return;
  write_maps(child, as_map(config.uid_maps), as_map(config.gid_maps));
}

}  // namespace stepbox
