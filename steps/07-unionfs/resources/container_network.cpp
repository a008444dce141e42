#include "07-unionfs/resources/container_network.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <sstream>

#include "01-clone/process.hpp"
#include "03-mount/mount.hpp"
#include "06-network/netlink.hpp"
#include "07-unionfs/networks/hairpin.hpp"
#include "07-unionfs/process/sysctls.hpp"
#include "07-unionfs/storage/volumes.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"

namespace stepbox {

void parse_value(const std::string& text, ContainerNetworkOptions& network) {
  constexpr std::string_view kOther = "container:";
  network.container.clear();
  if (text.starts_with(kOther) && text.size() > kOther.size()) {
    network.container = text.substr(kOther.size());
    network.mode = NetworkMode::kNone;  // no network of its own
  } else if (mode_called(text) || text == "default") {
    network.mode = mode_called(text).value_or(usual_network());
  } else {
    parse_value(text, network.networks.emplace_back());
    network.mode = NetworkMode::kBridge;
    network.named = true;
  }
  network.mode_given |= network.networks.empty() || mode_called(text) || network.is_shared();
}

void join_first(ContainerNetworkOptions& network) {
  const Attachment first = std::exchange(network.first, {});
  const bool asks = !first.aliases.empty() || first.address.number != 0;
  if (network.named && network.mode_given) {
    throw Failure("conflicting options: a network with a name, and one without",
                  "leave one --network out");
  }
  if (!network.named && asks) {
    throw Failure("--network-alias and --ip are for networks with a name only",
                  "network create makes one; run --network NAME");
  }
  if (!asks && first.links.empty() && first.mac.text.empty()) return;
  if (network.mode != NetworkMode::kBridge) {
    throw Failure("--link and --mac-address are for bridges only",
                  "use --network bridge, or one with a name");
  }
  if (!network.named) network.networks.push_back({.network = "bridge"});
  network.named = true;
  Attachment& target = network.networks.at(0);
  if (!first.aliases.empty()) target.aliases = first.aliases;
  if (first.address.number) target.address = first.address;
  if (!first.mac.text.empty()) target.mac = first.mac;
  target.links = first.links;
}

void add_options(CommandLine& cli, ContainerNetworkOptions& network) {
  cli.option("--network,--net", "NETWORK", network,
             "bridge (an address of its own), none, host, slirp4netns or pasta (without root), "
             "container:NAME, or the name of a network; several of those if given again");
  cli.option("--mac-address", "MAC", network.first.mac, "Ethernet address (02:42 and the address)");
  add_attachment_options(cli, "--network-alias,--net-alias", network.first);
  add_publish_options(cli, network);
  add_options(cli, network.names);
  add_options(cli, network.exposed);
}

// The other container is not trusted. open_below() keeps its symbolic links from leading to files
// of the host. A FIFO would block the read, and a file may be huge: neither is read.
static std::string read_in(const Fd& root, const std::string& path) {
  const Fd file = open_below(root, path);
  struct stat status;
  if (!file || ::fstat(file.get(), &status) == -1) return "";
  const bool plain = S_ISREG(status.st_mode) && status.st_size <= 1 << 20;
  return plain ? read_file(proc_path(file)) : "";
}

static NameFiles name_files_of(pid_t process, const std::string& hostname) {
  const std::string path = join({"/proc/", std::to_string(process), "/root"});
  const Fd root(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) throw_errno({"open ", path});
  return {read_in(root, "/etc/resolv.conf"), read_in(root, "/etc/hosts"), hostname + "\n"};
}

static void enter(const Fd& namespaces, int kinds) {
  if (::setns(namespaces.get(), kinds) == -1) throw_errno({"enter a network namespace"});
}

SharedNetwork::SharedNetwork(const ContainerNetworkOptions& options, const Namespaces& namespaces)
    : flags_(namespaces.for_clone() & ~CLONE_NEWNET) {
  if (!namespaces.own(CLONE_NEWNET)) {
    throw Failure("--share net with --network container", "leave one of them out");
  }
  const std::string pid = std::to_string(options.process);
  files_ = name_files_of(options.process, namespaces.hostname_inside());
  const Fd theirs = open_pidfd(options.process);
  own_ = Fd(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!theirs || !own_) throw_errno({"open the network namespace of process ", pid});
  const int user = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
  explain({"nsenter", namespace_options(CLONE_NEWNET | user), " --target ", pid});
  enter(theirs, CLONE_NEWNET | user);
  if (user) own_.close();
  flags_ &= ~user;
}

SharedNetwork::~SharedNetwork() {
  try {
    if (own_) enter(own_, CLONE_NEWNET);
  } catch (const std::exception& error) {
    warn({error.what()});
  }
}

ContainerNetwork::ContainerNetwork(const std::string& id, const ContainerNetworkOptions& options,
                                   const Namespaces& namespaces)
    : names_(options.names), veth_(veth_of(id)), user_namespace_(namespaces.user), farewell_(id) {
  settle_members();  // before settle_network(), which each of the kinds calls
  if (options.is_shared()) {
    settle_network();  // here: it needs the host's network namespace
    shared_.emplace(options, namespaces);
    const std::string theirs = hosts_path(options.container);
    if (::geteuid() != 0 || !exists(theirs)) return;
    shared_->names().hosts.clear();  // the file itself instead, which is kept up to date
    hosts_.emplace(theirs);
    return;
  }
  if (options.named) {
    joined_.emplace(id, options.own_name, options, options.networks, namespaces);
  } else {
    own_.emplace(id, options, namespaces);
    if (options.mode != NetworkMode::kBridge || !namespaces.own(CLONE_NEWNET)) return;
  }
  create_file(hosts_path(id),
              std::exchange((joined_ ? joined_->names() : own_->names()).hosts, ""));
  hosts_.emplace(hosts_path(id));
  relay_.emplace(ports());
}

int ContainerNetwork::for_clone() const {
  return own_ ? own_->for_clone() : joined_ ? joined_->for_clone() : shared_->for_clone();
}

void ContainerNetwork::connect(pid_t child) {
  if (shared_) return;
  if (hosts_ && user_namespace_) hosts_->give_to_root_of(child);
  if (own_) own_->connect(child);
  if (own_ && hosts_ && !ports().empty()) allow_hairpin(veth_);
  if (joined_) joined_->connect(child);
  if (::geteuid() == 0) forget_udp_connections(ports());
  if (own_ && hosts_) tell_linked();
}

// The highest group id of this user namespace. (user_namespaces(7), gid_map)
static std::string highest_gid() {
  std::istringstream map(read_file("/proc/self/gid_map"));
  int64_t highest = 0;
  for (int64_t inside, outside, count; map >> inside >> outside >> count;) {
    highest = std::max(highest, std::min<int64_t>(inside + count - 1, INT32_MAX));
  }
  return std::to_string(highest);
}

// As with docker every user may bind ports below 1024 (ip_unprivileged_port_start, ip(7)) and use
// ping(8) (ping_group_range, icmp(7)): neither affects the host.
static void open_to_all_users() {
  const Fd proc = open_own_proc();
  if (!proc && errno == EINVAL) return;
  for (const auto& [name, value] : {std::pair("ip_unprivileged_port_start", std::string("0")),
                                    std::pair("ping_group_range", "0 " + highest_gid())}) {
    try {
      write_sysctl(proc, join({"net/ipv4/", name}), value);
    } catch (const std::exception& error) {
      warn({error.what()});
    }
  }
}

std::vector<PublishedPort> ContainerNetwork::ports() const {
  if (joined_) return joined_->ports();
  return own_ ? own_->ports() : std::vector<PublishedPort>();
}

// For mount_name_files(): in the upper layer, where the image has none, or dangling links.
static void make_name_files_in_layer() {
  for (const char* path : {"/etc/resolv.conf", "/etc/hosts", "/etc/hostname"}) {
    if (exists(path)) continue;  // nearly always; saves 30 system calls of a start
    try {
      make_mount_point("/", path, false);
    } catch (const std::exception& error) {
      warn({error.what()});  // a link that leads to /proc, for instance
    }
  }
}

void ContainerNetwork::configure_inside() const {
  make_name_files_in_layer();
  if (own_) own_->configure_inside();
  if (joined_) joined_->configure_inside();
  if (shared_) shared_->configure_inside();
  if (hosts_) hosts_->mount_inside();
  if (!shared_ && for_clone() & CLONE_NEWNET) open_to_all_users();
  complete_names(names_);
}

void remove_veths(const std::string& id) {
  for (const std::string& name : list_links(veth_of(id))) Netlink().remove(name);
}

}  // namespace stepbox
