// Removes the network objects of killed containers, and those that all containers share.
#include <net/if.h>
#include <unistd.h>

#include <algorithm>

#include "06-network/netlink.hpp"
#include "06-network/nft.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/resources/container_network.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

// The names of all veths on this host that containers of stepbox have, or had.
static std::vector<std::string> list_veths() {
  std::vector<std::string> names;
  struct if_nameindex* const links = ::if_nameindex();
  for (const struct if_nameindex* link = links; link && link->if_index != 0; ++link) {
    if (std::string_view(link->if_name).starts_with("sb-")) names.push_back(link->if_name);
  }
  ::if_freenameindex(links);
  return names;
}

// The notes of all leases: of living containers, after settle_network().
static std::vector<std::string> read_leases() {
  std::vector<std::string> notes;
  for (const std::string& name : list_directory(kLeaseDirectory)) {
    notes.push_back(read_file(join({kLeaseDirectory, "/", name})));
  }
  return notes;
}

// Undoes ensure_firewall(). With the network's lock held.
static void remove_firewall() {
  if (has_nft_table("stepbox")) run_nft("delete table ip stepbox\n");
  for (const char* chain : {"DOCKER-USER", "FORWARD"}) {
    if (!has_nft_chain("filter", chain) || !has_nft_comment("filter", chain)) continue;
    const std::string rules =
        run_program({"nft", "-a", "list", "chain", "ip", "filter", chain}, "");
    for (const std::string& rule : split(rules, '\n')) {
      const size_t handle = rule.find(" # handle ");
      if (rule.find("comment \"stepbox\"") == std::string::npos || handle == rule.npos) continue;
      run_nft(join({"delete rule ip filter ", chain, " handle ", rule.substr(handle + 10), "\n"}));
    }
  }
}

void remove_network_leftovers() {
  settle_network();
  const FileLock lock = lock_network();
  const std::vector<std::string> living = read_leases();
  for (const std::string& name : list_veths()) {
    const bool used = std::any_of(living.begin(), living.end(), [&](const std::string& note) {
      return note.starts_with(name + "\n");
    });
    if (!used) Netlink().remove(name);
  }
  if (!living.empty()) return;
  if (::if_nametoindex(kBridge) != 0) Netlink().remove(kBridge);
  remove_firewall();
  ::unlink(kLastAddress);
  ::unlink(
      join({kRunDirectory, "/network.lock"}).c_str());  // lock_file() notices, and opens it again
}

}  // namespace stepbox
