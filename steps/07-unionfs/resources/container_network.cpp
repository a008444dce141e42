#include "07-unionfs/resources/container_network.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "03-mount/mount.hpp"
#include "06-network/netlink.hpp"
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
  } else {
    parse_value(text, network.mode);
  }
}

void add_options(CommandLine& cli, ContainerNetworkOptions& network) {
  cli.option("--network,--net", "MODE", network,
             "bridge (an address of its own), none, host, slirp4netns or pasta (without root), "
             "container:NAME");
  add_publish_options(cli, network);
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
                                   const Namespaces& namespaces) {
  if (options.is_shared()) {
    settle_network();  // before: it needs the host's network namespace
    shared_.emplace(options, namespaces);
  } else {
    own_.emplace(id, options, namespaces);
  }
}

void ContainerNetwork::connect(pid_t child) {
  if (own_) own_->connect(child);
}

std::vector<PublishedPort> ContainerNetwork::ports() const {
  return own_ ? own_->ports() : std::vector<PublishedPort>();
}

void ContainerNetwork::configure_inside() const {
  if (own_) {
    own_->configure_inside();
  } else {
    shared_->configure_inside();
  }
}

void remove_veth(const std::string& id) { Netlink().remove(veth_of(id)); }

}  // namespace stepbox
