// Step 7. The containers that are on networks with a name now.
//
// Each has a file, /run/stepbox/networks/ID: JSON in its first line, then the published ports as
// nft elements. The holder of the container has it locked (flock(2)), so it tells whether that is
// alive. The lease of each of its addresses is a hard link to this file: leases.hpp sees them as
// taken, and remove_dead_leases() finds there what it expects.
//
// A container that was started on the default bridge alone has no such file, only step 6's lease,
// until a network is connected to it or disconnected.
#ifndef STEPBOX_STEPS_07_UNIONFS_NETWORKS_MEMBERS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_NETWORKS_MEMBERS_HPP_

#include <optional>
#include <string>
#include <vector>

#include "06-network/address.hpp"
#include "07-unionfs/networks/attachment.hpp"
#include "07-unionfs/networks/network_store.hpp"
#include "common/fd.hpp"

namespace stepbox {

constexpr char kMemberDirectory[] = "/run/stepbox/networks";

// What a container has on one network.
struct Endpoint {
  std::string network;  // its name
  std::string network_id;
  Address address = {};
  Address gateway = {};
  Subnet subnet = {};
  bool internal = false;
  std::string mac;
  std::string link;  // inside: eth0
  std::string veth;  // outside: sb-3f2a91cc-0
  std::vector<Alias> aliases = {};
  std::vector<ContainerLink> links = {};
};

struct Member {
  std::string id;
  std::string name;
  std::string hostname;  // empty: the host's
  std::string hosts;     // path of its hosts file
  std::vector<Endpoint> endpoints = {};
  std::string published = {};  // nft elements, a line each

  // Where the default route and published ports lead; null: nowhere.
  const Endpoint* way_out() const;
  const Endpoint* on(const std::string& network_id) const;
};

// All functions below: call with lock_network() held.

// Makes the file, and the lock. Throws system_error.
Fd create_member_file(const std::string& id);

// Writes it in place, since the leases are links to it. Throws system_error.
void write_member(const Member& member);

// None if the container is on no network with a name, or its holder was killed while it wrote.
std::optional<Member> read_member(const std::string& id);

// Of the containers whose holders live.
std::vector<Member> all_members();

// The address that a container has by step 6's lease on the default bridge; none if it has no such
// lease.
std::optional<Address> bridge_address(const std::string& id);

// Gives a container with such a lease a file, with that address as its only endpoint.
Member adopt_member(Member member, const NamedNetwork& bridge);

// Leases an address of the network: the wanted one, else (number 0) the lowest that is free. Throws
// Failure: it is taken, or is not in the subnet; no address is free.
Address lease_address(const std::string& id, const NamedNetwork& network, const Address& wanted);
void give_back_address(const std::string& id, const Address& address);

// Gives back what a member has, and removes its file. The links too, although the kernel would: it
// takes some ms, in which the dead container's network answers for the address, perhaps another's
// by now. Only warns if its ports cannot be given back.
void remove_member(const std::string& id);

// Does that for those whose holders were killed. True if there was one.
bool remove_dead_members();

// "02:42:ac:12:00:02"
std::string mac_text(const Address& address);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_NETWORKS_MEMBERS_HPP_
