#include "07-unionfs/networks/hosts_file.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "03-mount/mount.hpp"
#include "07-unionfs/files/store.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/id.hpp"
#include "common/mount_api.hpp"
#include "common/text.hpp"

namespace stepbox {

std::string hosts_path(const std::string& id) {
  return join({store(), "/containers/", id, "/hosts"});
}

HostsFile::HostsFile(const std::string& path)
    : path_(path), tree_(copy_tree(AT_FDCWD, path.c_str())) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  attributes.propagation = MS_PRIVATE;
  if (!tree_ ||
      ::mount_setattr(tree_.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes) == -1)
    throw_errno({"open a mount of ", path});
}

void HostsFile::give_to_root_of(pid_t child) const {
  // "0 1879048192 65536": inside, outside, count. (user_namespaces(7))
  const std::vector<std::string> map =
      words_in(read_file(join({"/proc/", std::to_string(child), "/uid_map"})));
  const auto root = static_cast<uid_t>(parse_number(map.at(1)).value_or(0));
  if (::chown(path_.c_str(), root, root) == -1) throw_errno({"chown ", path_});
}

void HostsFile::mount_inside() const {
  constexpr char kPlace[] = "/etc/hosts";
  if (!exists(kPlace)) return warn({"no ", kPlace, " in the root file system: left out"});
  explain({"mount --bind ", path_, " ", kPlace});
  const MountPoint place("/", kPlace);
  if (!attach_tree(tree_.get(), place.fd())) throw_errno({"mount ", path_, " on ", kPlace});
}

constexpr char kMark[] = "\t# stepbox: network ";

// "172.18.0.3<tab>db 3f2a91cc0a1b database<tab># stepbox: network shop"
static std::string line_of(const Address& address, const std::string& names,
                           const std::string& network) {
  return join({address.text(), "\t", names, kMark, network, "\n"});
}

static std::string names_of(const Member& member, const Endpoint& endpoint) {
  std::string names = join({member.name, " ", short_id(member.id)});
  for (const Alias& alias : endpoint.aliases) names += " " + alias.name;
  return names;
}

static std::string lines_of(const Member& own, const Endpoint& endpoint,
                            const std::vector<Member>& members,
                            std::optional<Address> (*address_of)(const std::string& id)) {
  const bool named = endpoint.network != "bridge";  // there only --link makes names known
  const bool unnamed = own.hostname.empty() || own.hostname == short_id(own.id);
  const std::string hostname = unnamed ? "" : own.hostname + " ";
  std::string text =
      line_of(endpoint.address, hostname + names_of(own, endpoint), endpoint.network);
  for (const Member& other : members) {
    const Endpoint* theirs = other.on(endpoint.network_id);
    if (!named || !theirs || other.id == own.id) continue;
    text += line_of(theirs->address, names_of(other, *theirs), endpoint.network);
  }
  for (const ContainerLink& link : endpoint.links) {
    const Endpoint* theirs = nullptr;
    for (const Member& other : members) {
      if (other.id == link.container) theirs = other.on(endpoint.network_id);
    }
    const auto address = theirs || named ? std::nullopt : address_of(link.container);
    if (theirs || address) {
      text += line_of(theirs ? theirs->address : *address,
                      join({link.alias, " ", short_id(link.container)}), endpoint.network);
    }
  }
  return text;
}

std::string updated_hosts(const std::string& before, const Member& own,
                          const std::vector<Member>& members,
                          std::optional<Address> (*address_of)(const std::string& id)) {
  std::string text;
  for (const std::string& line : split(before, '\n')) {
    // Its own line as step 6 writes it: the address may be another by now.
    const bool own_line =
        !own.hostname.empty() && line.ends_with("\t" + own.hostname) && !line.starts_with("127.");
    if (line.empty() || own_line || line.find(kMark) != line.npos) continue;
    text += line + "\n";
  }
  for (const Endpoint& endpoint : own.endpoints) {
    text += lines_of(own, endpoint, members, address_of);
  }
  return text;
}

// The container owns the file: it may be huge, or have a lease on it, for which open(2) without
// O_NONBLOCK waits 45 s. (fcntl(2))
static Fd open_hosts(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (file) return file;
  if (errno != EWOULDBLOCK) throw_errno({"open ", path});
  throw Failure(join({"update ", path, ": a process has a lease on it; left as it is"}),
                "end that process");
}

static std::string read_hosts(const Fd& file, const std::string& path) {
  constexpr off_t kMost = 1 << 20;
  struct stat status;
  if (::fstat(file.get(), &status) == -1) throw_errno({"stat ", path});
  if (!S_ISREG(status.st_mode) || status.st_size > kMost) {
    throw Failure(join({"update ", path, ": larger than 1 MiB; left as it is"}),
                  "shorten /etc/hosts in the container");
  }
  std::string text(static_cast<size_t>(status.st_size), '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  if (got == -1) throw_errno({"read ", path});
  text.resize(static_cast<size_t>(got));
  return text;
}

// In place: the container has this file mounted. A reader sees the new text at once, at most with
// the end of a longer old one.
static void update_hosts_file(const Member& own, const std::vector<Member>& members) {
  if (!exists(own.hosts)) return;  // a version before 1.2 has started it
  const Fd file = open_hosts(own.hosts);
  const std::string before = read_hosts(file, own.hosts);
  const std::string text = updated_hosts(before, own, members, bridge_address);
  if (text == before) return;
  explain({"echo … > ", own.hosts});
  if (::pwrite(file.get(), text.data(), text.size(), 0) == -1 ||
      ::ftruncate(file.get(), static_cast<off_t>(text.size())) == -1) {
    throw_errno({"write ", own.hosts});
  }
}

void update_hosts_files() {
  const std::vector<Member> members = all_members();
  for (const Member& member : members) {
    try {
      update_hosts_file(member, members);
    } catch (const std::exception& error) {
      warn({error.what()});
    }
  }
}

}  // namespace stepbox
