// What killed containers have left of the network, and what all of them shared.
#include <net/if.h>
#include <unistd.h>

#include <algorithm>

#include "06-network/netlink.hpp"
#include "06-network/network.hpp"

namespace stepbox {

// The names of all cables that are here.
static std::vector<std::string> list_cables() {
  std::vector<std::string> names;
  struct if_nameindex* const links = ::if_nameindex();
  for (const struct if_nameindex* link = links; link && link->if_index != 0; ++link) {
    if (std::string_view(link->if_name).starts_with("sb-")) names.push_back(link->if_name);
  }
  ::if_freenameindex(links);
  return names;
}

void remove_network_leftovers() {
  const FileLock lock = lock_network();
  remove_dead_leases(give_back);
  const std::vector<std::string> living = read_leases();
  for (const std::string& name : list_cables()) {
    const bool used = std::any_of(living.begin(), living.end(), [&](const std::string& note) {
      return note.starts_with(name + "\n");
    });
    if (!used) Netlink().remove(name);
  }
  if (!living.empty()) return;
  if (::if_nametoindex(kBridge) != 0) Netlink().remove(kBridge);
  remove_firewall();
  forget_last_address();
  ::unlink((std::string(kRunDirectory) + "/network.lock").c_str());  // whoever waits looks again
}

}  // namespace stepbox
