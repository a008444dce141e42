#include "07-unionfs/networks/members.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "06-network/netlink.hpp"
#include "06-network/network.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/networks/network_json.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

static std::string path_of(const std::string& id) { return join({kMemberDirectory, "/", id}); }
static std::string lease_of(const Address& address) {
  return join({kLeaseDirectory, "/", address.text()});
}

std::string mac_text(const Address& address) {
  char text[18];
  std::snprintf(text, sizeof text, "02:42:%02x:%02x:%02x:%02x", address.number >> 24,
                address.number >> 16 & 255, address.number >> 8 & 255, address.number & 255);
  return text;
}

const Endpoint* Member::way_out() const {
  const auto found = std::find_if(endpoints.begin(), endpoints.end(),
                                  [](const Endpoint& one) { return !one.internal; });
  return found == endpoints.end() ? nullptr : &*found;
}

const Endpoint* Member::on(const std::string& network_id) const {
  const auto found = std::find_if(endpoints.begin(), endpoints.end(), [&](const Endpoint& one) {
    return one.network_id == network_id;
  });
  return found == endpoints.end() ? nullptr : &*found;
}

static std::optional<Member> as_member(const std::string& text) try {
  const size_t end = std::min(text.find('\n'), text.size());
  auto member = nlohmann::json::parse(text.substr(0, end)).get<Member>();
  member.published = text.substr(std::min(end + 1, text.size()));
  return member;
} catch (const nlohmann::json::exception&) {
  return std::nullopt;  // its holder was killed while it wrote
}

Fd create_member_file(const std::string& id) {
  make_directories(kMemberDirectory, 0700);
  make_directories(kLeaseDirectory, 0700);
  const std::string path = path_of(id);
  explain({"set -C; exec 9> ", path, "; flock 9"});
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file || !try_lock(file, path)) throw_errno({"create ", path});
  return file;
}

// Not truncated first, and its blocks are reserved: neither kill -9 nor a full /run may leave an
// empty file. What is left of a longer old text are blank lines, until ftruncate(2).
void write_member(const Member& member) {
  const std::string path = path_of(member.id);
  std::string text = nlohmann::json(member).dump() + "\n" + member.published;
  const auto size = static_cast<off_t>(text.size());
  explain({"echo … > ", path});
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  struct stat before;
  if (!file || ::fstat(file.get(), &before) == -1) throw_errno({"open ", path});
  text.resize(std::max(text.size(), static_cast<size_t>(before.st_size)), '\n');
  if ((::fallocate(file.get(), FALLOC_FL_KEEP_SIZE, 0, size) == -1 && errno != EOPNOTSUPP) ||
      ::pwrite(file.get(), text.data(), text.size(), 0) == -1 ||
      ::ftruncate(file.get(), size) == -1) {
    throw_errno({"write ", path});
  }
}

std::optional<Member> read_member(const std::string& id) {
  if (!exists(path_of(id))) return std::nullopt;
  return as_member(read_file(path_of(id)));
}

// Whether the holder is dead.
static bool is_dead(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file && try_lock(file, path);
}

std::vector<Member> all_members() {
  std::vector<Member> members;
  for (const std::string& id : list_directory(kMemberDirectory)) {
    if (is_dead(path_of(id))) continue;
    if (auto member = read_member(id)) members.push_back(std::move(*member));
  }
  return members;
}

// The path of the lease, and its text: the name of the veth, then nft elements.
static std::optional<std::pair<Address, std::string>> find_lease(const std::string& id) {
  for (const std::string& name : list_directory(kLeaseDirectory)) {
    const std::string note = read_file(join({kLeaseDirectory, "/", name}));
    if (!note.starts_with(veth_of(id) + "\n")) continue;
    Address address;
    parse_value(name, address);
    return std::pair(address, note.substr(note.find('\n') + 1));
  }
  return std::nullopt;
}

std::optional<Address> bridge_address(const std::string& id) {
  const auto lease = find_lease(id);
  return lease ? std::optional(lease->first) : std::nullopt;
}

static void link_file(const std::string& from, const std::string& to) {
  explain({"ln ", from, " ", to});
  if (::link(from.c_str(), to.c_str()) == -1) throw_errno({"ln ", from, " ", to});
}

Member adopt_member(Member member, const NamedNetwork& bridge) {
  const auto lease = find_lease(member.id);
  if (!lease) throw Failure(join({"container ", member.name, " has no address"}), "try again");
  member.endpoints = {{.network = bridge.name,
                       .network_id = bridge.id,
                       .address = lease->first,
                       .gateway = bridge.gateway,
                       .subnet = bridge.subnet,
                       .mac = mac_text(lease->first),
                       .link = "eth0",
                       .veth = veth_of(member.id)}};
  member.published = lease->second;
  make_directories(kMemberDirectory, 0700);
  // A verb may have been killed between the two.
  if (!exists(path_of(member.id))) link_file(lease_of(lease->first), path_of(member.id));
  write_member(member);
  return member;
}

static void check_wanted(const NamedNetwork& network, const Address& wanted) {
  if (!network.own_range) {
    throw Failure(join({"network ", network.name,
                        " was made without a subnet of the user's own, so "
                        "no address can be asked for"}),
                  "network create --subnet 10.88.0.0/16 NAME");
  }
  const uint32_t offset = wanted.number - network.subnet.network;
  if (offset == 0 || offset >= network.subnet.size() - 1) {
    throw Failure(join({"invalid address ", wanted.text(), ": it does not belong to the subnet ",
                        network.subnet.text(), " of network ", network.name}),
                  "choose another");
  }
  if (wanted.number == network.gateway.number || exists(lease_of(wanted))) {
    throw Failure(join({"address ", wanted.text(), " is already in use"}), "choose another");
  }
}

Address lease_address(const std::string& id, const NamedNetwork& network, const Address& wanted) {
  if (wanted.number) check_wanted(network, wanted);
  Address address = wanted.number ? wanted : Address{network.subnet.network + 1};
  while (address.number == network.gateway.number || exists(lease_of(address))) ++address.number;
  if (address.number >= network.subnet.broadcast().number) {
    throw Failure(join({"no free address in ", network.subnet.text(), ", the subnet of network ",
                        network.name}),
                  "end a container, or make a network with a larger --subnet");
  }
  link_file(path_of(id), lease_of(address));
  return address;
}

// A lease of the same address may be another container's by now.
static bool has_lease(const std::string& id, const Address& address) {
  struct stat ours, theirs;
  return ::stat(path_of(id).c_str(), &ours) == 0 &&
         ::stat(lease_of(address).c_str(), &theirs) == 0 && ours.st_ino == theirs.st_ino;
}

void give_back_address(const std::string& id, const Address& address) {
  if (!has_lease(id, address)) return;
  explain({"rm ", lease_of(address)});
  ::unlink(lease_of(address).c_str());
}

// The lease of a dead member is gone if remove_dead_leases() was first: then so are its ports, and
// the same ports may be another container's by now.
static void give_back_ports(const Member& member) try {
  const Endpoint* out = member.way_out();
  if (out && has_lease(member.id, out->address)) unpublish(member.published);
} catch (const std::exception& error) {
  warn({error.what()});  // the rest goes all the same
}

void remove_member(const std::string& id) {
  if (const auto member = read_member(id)) {
    give_back_ports(*member);
    for (const Endpoint& endpoint : member->endpoints) {
      Netlink().remove(endpoint.veth);
      give_back_address(id, endpoint.address);
    }
  }
  explain({"rm ", path_of(id)});
  ::unlink(path_of(id).c_str());
}

bool remove_dead_members() {
  bool found = false;
  for (const std::string& id : list_directory(kMemberDirectory)) {
    if (!is_dead(path_of(id))) continue;
    try {
      remove_member(id);
    } catch (const std::exception& error) {
      warn({error.what()});  // leftovers of a dead container must not prevent a start
    }
    found = true;
  }
  return found;
}

}  // namespace stepbox
