#include "common/testing/stage/census.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <sstream>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/testing/stage/groups.hpp"
#include "common/testing/stage/launch.hpp"

namespace stepbox {
namespace {

void count_mounts(Census& census) {
  std::istringstream lines(read_file("/proc/self/mountinfo"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string mount;
    for (int i = 0; i < 5; ++i) words >> mount;
    const std::string type = line.substr(line.find(" - ") + 3);
    census.insert("mount: " + type.substr(0, type.find(' ')) + " on " + mount);
  }
}

void count_groups(Census& census) {
  for (const std::string& group : groups_of_stage()) {
    if (!group.ends_with("/stepbox")) census.insert("cgroup: " + group);
  }
}

void count_links(Census& census) {
  struct if_nameindex* const all = ::if_nameindex();
  if (!all) throw_errno({"list the links"});
  for (const struct if_nameindex* link = all; link->if_index != 0; ++link) {
    const std::string name = link->if_name;
    if (name != "stepbox0") census.insert("link: " + name);
  }
  ::if_freenameindex(all);
}

// Processes, and the namespaces that they keep alive.
void count_processes(Census& census) {
  std::multiset<std::string> namespaces;
  DIR* proc = ::opendir("/proc");
  if (!proc) throw_errno({"open /proc"});
  while (const dirent* entry = ::readdir(proc)) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    const std::string process = std::string("/proc/") + entry->d_name;
    std::string status;
    try {
      status = read_file(process + "/stat");
    } catch (const std::system_error&) {
      continue;  // it ended just now
    }
    const size_t open = status.find('(');
    const size_t close = status.rfind(')');
    const bool zombie = status.compare(close + 2, 1, "Z") == 0;
    census.insert("process: " + std::string(entry->d_name) + " " +
                  status.substr(open + 1, close - open - 1) + (zombie ? " (zombie)" : ""));
    for (const char* type : {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"}) {
      if (zombie) break;
      namespaces.insert(read_link(process + "/ns/" + type));
    }
  }
  ::closedir(proc);
  for (auto name = namespaces.begin(); name != namespaces.end();
       name = namespaces.upper_bound(*name)) {
    if (!name->empty()) census.insert("namespace: " + *name);
  }
}

// Files that belong to no container: locks, the address that was leased last, and compiled seccomp
// filters.
bool may_stay(const std::string& name) {
  return name.find("lock") != name.npos || name == "last-address" || name == "seccomp";
}

void count_files(Census& census, const std::string& path) {
  DIR* directory = ::opendir(path.c_str());
  if (!directory) return;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (may_stay(name)) continue;
    if (entry->d_type == DT_DIR) {
      count_files(census, path + "/" + name);
    } else {
      census.insert("file: " + path + "/" + name);
    }
  }
  ::closedir(directory);
}

// The generation of the rules in this network namespace: 1 at first, one more after each change.
// Empty if the kernel does not say. (NFT_MSG_GETGEN: nf_tables_getgen() in the kernel's
// net/netfilter/nf_tables_api.c)
std::optional<uint32_t> generation_of_rules() {
  const Fd socket = open_socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
  struct {
    nlmsghdr header{.nlmsg_len = sizeof(nlmsghdr) + sizeof(nfgenmsg),
                    .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN,
                    .nlmsg_flags = NLM_F_REQUEST,
                    .nlmsg_seq = 1,
                    .nlmsg_pid = 0};
    nfgenmsg family{.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = 0};
  } question;
  // The answer's first attribute is NFTA_GEN_ID, in network byte order.
  struct {
    nlmsghdr header;
    nfgenmsg family;
    nlattr attribute;
    uint32_t generation;
    char rest[256];
  } answer{};
  if (::send(socket.get(), &question, sizeof question, 0) == -1) return std::nullopt;
  const ssize_t length = ::recv(socket.get(), &answer, sizeof answer, MSG_DONTWAIT);
  const bool told = length >= static_cast<ssize_t>(offsetof(decltype(answer), rest)) &&
                    answer.header.nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN) &&
                    answer.attribute.nla_type == NFTA_GEN_ID;
  if (!told) return std::nullopt;
  return ntohl(answer.generation);
}

Census lines_of_nft() {
  const std::string answer = "/run/stage/cell/nft";
  const pid_t pid = launch({.words = {"nft", "list", "ruleset"}, .out = answer});
  if (!wait_for_end(pid, std::chrono::seconds(10))) throw Failure("nft does not answer");
  return nft_lines(read_file(answer));
}

// nft(8) takes 20 ms of CPU time, more than some claims: it is asked only after a change.
void count_nft(Census& census) {
  static std::optional<uint32_t> counted = 1;  // the generation that `lines` are of: no rules yet
  static Census lines;
  const std::optional<uint32_t> generation = generation_of_rules();
  if (!generation || generation != counted) {
    lines = lines_of_nft();
    counted = generation;
  }
  census.insert(lines.begin(), lines.end());
}

std::string trimmed(const std::string& line) {
  const size_t first = line.find_first_not_of(" \t");
  if (first == line.npos) return "";
  return line.substr(first, line.find_last_not_of(" \t") - first + 1);
}

}  // namespace

Census nft_lines(const std::string& ruleset) {
  Census found;
  std::istringstream lines(ruleset);
  std::string table;
  bool in_elements = false;
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    if (line.starts_with("table ")) table = line.substr(0, line.find(" {"));
    const bool ours = table == "table ip stepbox";
    if (line.starts_with("elements = {")) in_elements = true;
    // Table `ip stepbox` may stay without elements: only these belong to a container.
    const bool ours_to_keep = (ours && !in_elements) || line.find("\"stepbox\"") != line.npos;
    if (in_elements || (!ours_to_keep && line != "}" && !line.empty())) {
      found.insert("nft: " + table + ": " + line);
    }
    if (in_elements && line.ends_with("}")) in_elements = false;
  }
  return found;
}

Census take_census(bool with_nft) {
  Census census;
  count_mounts(census);
  count_groups(census);
  count_links(census);
  count_processes(census);
  for (const char* directory : {"/run/stepbox", "/var/lib/stepbox", "/run/stage/cell/home"}) {
    count_files(census, directory);
  }
  if (with_nft) count_nft(census);
  return census;
}

std::set<std::string> kinds_of(const Census& census) {
  std::set<std::string> kinds;
  for (const std::string& line : census) kinds.insert(line.substr(0, line.find(':')));
  return kinds;
}

Census left_over(const Census& before, const Census& after) {
  Census rest;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                      std::inserter(rest, rest.end()));
  return rest;
}

}  // namespace stepbox
