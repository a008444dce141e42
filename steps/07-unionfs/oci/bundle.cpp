#include "07-unionfs/oci/bundle.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include "02-chroot/chroot.hpp"
#include "03-mount/mount.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/confinement/masked_paths.hpp"
#include "07-unionfs/storage/mount_options.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

static bool has_own_mounts(const OciConfig& config) {
  return config.find_namespace(CLONE_NEWNS) != nullptr;
}

static void set_propagation(const char* path, unsigned long flags) {
  if (::mount(nullptr, path, nullptr, flags, nullptr) == -1) {
    throw_errno({"set the propagation of ", path});
  }
}

// A slave: mounts of the host still appear in bind mounts of the container, not the other way.
void begin_mounts(const OciConfig& config) {
  if (!has_own_mounts(config)) return;
  const bool is_private = propagation_of(config.root_propagation) & MS_PRIVATE;
  set_propagation("/", (is_private ? MS_PRIVATE : MS_SLAVE) | MS_REC);
  bind_onto_itself(config.root).release();
}

void mask_paths(const OciConfig& config) {
  hide_paths(config.root, config.masked_paths);
  protect_paths(config.root, config.read_only_paths);
}

static void move_root(const std::string& root) {
  if (::chdir(root.c_str()) == -1) throw_errno({"chdir ", root});
  if (::mount(root.c_str(), "/", nullptr, MS_MOVE, nullptr) == -1) throw_errno({"move ", root});
  enter_chroot(".");
}

void enter_root(const OciConfig& config, bool no_pivot) {
  if (!has_own_mounts(config)) return enter_chroot(config.root);
  if (no_pivot) {
    move_root(config.root);
  } else {
    pivot_into(config.root, Namespaces{});
  }
  if (config.read_only_root) make_read_only("/");
  if (const unsigned long flags = propagation_of(config.root_propagation)) {
    set_propagation("/", flags);
  }
}

// The namespace that a setting belongs to; 0: it is the whole host's (proc(5), namespaces(7)).
static int namespace_of_sysctl(const std::string& name) {
  constexpr std::pair<const char*, int> kPrefixes[] = {{"net.", CLONE_NEWNET},
                                                       {"fs.mqueue.", CLONE_NEWIPC},
                                                       {"kernel.msg", CLONE_NEWIPC},
                                                       {"kernel.sem", CLONE_NEWIPC},
                                                       {"kernel.shm", CLONE_NEWIPC},
                                                       {"kernel.hostname", CLONE_NEWUTS},
                                                       {"kernel.domainname", CLONE_NEWUTS}};
  for (const auto& [prefix, flag] : kPrefixes) {
    if (name.starts_with(prefix)) return flag;
  }
  return 0;
}

void set_sysctls(const OciConfig& config) {
  for (const auto& [key, value] : config.sysctl) {
    std::string name = key;
    // Both forms are in use: net.ipv4.conf.eth0/1.forwarding and net/ipv4/… (sysctl(8)).
    const bool dotted = name.find('.') < name.find('/');
    for (char& letter : name) {
      if (letter == '/') letter = dotted ? '/' : '.';
    }
    const int flag = namespace_of_sysctl(name);
    if (flag == 0 || !config.find_namespace(flag) || name.find("..") != name.npos) {
      throw Failure(
          join({"config.json: linux.sysctl: '", key, "' is not of a namespace of its own"}));
    }
    for (char& letter : name) {
      if (letter == '.') letter = '/';
    }
    write_file("/proc/sys/" + name, value);
  }
}

}  // namespace stepbox
