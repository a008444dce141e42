#include "06-network/network.hpp"

#include <sched.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "06-network/netlink.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"

namespace stepbox {

constexpr char kInside[] = "eth0";

static void set_sysctl(const std::string& name, const char* value) {
  const std::string path = "/proc/sys/net/" + name;
  explain({"echo ", value, " > ", path});
  write_file(path, value);
}

// The first container makes the bridge, and it stays: removing it would be safe only if no other
// start is about to use it.
void ensure_bridge(const Subnet& subnet) {
  ensure_firewall(subnet);
  if (is_up(kBridge)) {
    const std::string has = address_of(kBridge);
    if (has == subnet.gateway().text()) return;
    throw Failure(
        join({"the bridge ", kBridge, " has ", has, ", not an address of ", subnet.text()}),
        "use its subnet; or, when no container runs: ip link delete stepbox0");
  }
  Netlink links;
  for (const Subnet& route : parse_routes(read_file("/proc/net/route"))) {
    if (!route.overlaps(subnet)) continue;
    throw Failure(join({"the host already has a route to ", route.text(), ", which the bridge's ",
                        subnet.text(), " would hide"}),
                  "give another: STEPBOX_SUBNET=10.88.0.0/16");
  }
  links.add_bridge(kBridge, subnet.gateway());
  links.commit();
  links.add_address(kBridge, subnet.gateway(), subnet);
  links.commit();
  set_sysctl("ipv4/ip_forward", "1");
  set_sysctl(join({"ipv4/conf/", kBridge, "/route_localnet"}), "1");
  // Otherwise a container can send router advertisements (RFC 4861) on the bridge, and capture the
  // host's IPv6 traffic.
  const std::string ipv6 = join({"ipv6/conf/", kBridge, "/disable_ipv6"});
  if (exists("/proc/sys/net/" + ipv6)) set_sysctl(ipv6, "1");
  links.set_up(kBridge);  // last: a bridge that is up is complete
  links.commit();
}

FileLock lock_network() {
  make_directories(kRunDirectory);
  return lock_file(join({kRunDirectory, "/network.lock"}), LockRank::kNetwork);
}

std::string veth_of(const std::string& id) { return "sb-" + id.substr(0, 8); }

// `note`: of a dead lease; its first line names the veth, the others are nft elements.
static void give_back(const std::string& note) try {
  unpublish(note.substr(std::min(note.find('\n') + 1, note.size())));
} catch (const std::exception& error) {
  warn({error.what()});  // leftovers of a dead container must not prevent a start
}

void settle_network() {
  if (::geteuid() != 0 || !exists(kRunDirectory)) return;
  const FileLock lock = lock_network();
  remove_dead_leases(give_back);
}

void Network::join_bridge(const std::string& id) {
  subnet_ = bridge_subnet();
  const FileLock lock = lock_network();
  ensure_bridge(subnet_);
  for (PublishedPort& port : options_.ports) ports_.push_back(bind_port(port));
  lease_.emplace(subnet_);
  elements_ = as_nft_elements(options_.ports, lease_->address());
  veth_ = veth_of(id);
  lease_->keep(veth_ + "\n" + elements_);  // for the next start, should this process be killed
}

Network::Network(const std::string& id, const NetworkOptions& options, const Namespaces& namespaces)
    : options_(options), flags_(namespaces.for_clone()) {
  settle_network();
  if (!namespaces.own(CLONE_NEWNET)) {
    if (options_.mode == NetworkMode::kNone) {
      throw Failure("--share net with --network none", "leave one of them out");
    }
    options_.mode = NetworkMode::kHost;
  }
  if (options_.mode == NetworkMode::kHost) flags_ &= ~CLONE_NEWNET;
  const bool bridge = options_.mode == NetworkMode::kBridge;
  if (bridge && ::geteuid() != 0) {
    throw Failure("the bridge is for root only",
                  "be root, or run with --network slirp4netns, pasta or none");
  }
  const bool user = is_user_network(options_.mode);
  if (user) check_user_network(options_.mode);
  if (user && options_.dns.empty()) options_.dns = {kUserNameServer};
  for (PublishedPort& port : options_.ports) {
    if (user && port.any_host_port) bind_port(port);  // and closes it: the program binds it
  }
  if (!bridge && !user && !options_.ports.empty()) {
    throw Failure("--publish leads through the bridge", "leave it out, or use --network bridge");
  }
  if (bridge) join_bridge(id);
  files_ = make_name_files(options_, namespaces.hostname_inside(),
                           lease_ ? std::optional(lease_->address())
                           : user ? std::optional(kUserAddress)
                                  : std::nullopt);
}

Network::~Network() {
  try {
    unpublish(elements_);
  } catch (const std::exception& error) {
    warn({error.what()});
  }
}

void Network::connect(pid_t child) {
  if (is_user_network(options_.mode)) user_network_.emplace(options_.mode, child, options_.ports);
  if (!lease_) return;
  Netlink links;
  for (int tries = 0;; ++tries) {
    links.add_veth(veth_, kBridge, kInside, child, lease_->address());
    try {
      links.commit();
      break;
    } catch (const std::system_error& error) {
      // The child has ended already: wait() throws the reason.
      if (error.code() == std::errc::no_such_process) return;
      // The same container ran a moment ago: the kernel has not yet removed its veth. (A network
      // namespace is torn down by a kernel thread, some ms after its last process.)
      if (error.code() != std::errc::file_exists || tries > 0) throw;
      links.remove(veth_);
    }
  }
  publish(elements_);
}

void Network::configure_inside() const {
  if (flags_ & CLONE_NEWNET) {
    Netlink links;
    links.set_up("lo");
    if (lease_) {
      links.add_address(kInside, lease_->address(), subnet_);
      links.set_up(kInside);
      links.add_default_route(subnet_.gateway());
    }
    links.commit();
  }
  mount_name_files(files_);
}

}  // namespace stepbox
