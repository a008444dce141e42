#include "07-unionfs/volumes/container_volumes.hpp"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "07-unionfs/storage/mount_options.hpp"
#include "07-unionfs/storage/shifted_ids.hpp"
#include "07-unionfs/volumes/volume_content.hpp"
#include "07-unionfs/volumes/volume_options.hpp"
#include "07-unionfs/volumes/volume_store.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"
#include "common/mount_api.hpp"
#include "common/text.hpp"

namespace stepbox {

static bool is_covered(const std::string& place, const std::vector<ContainerVolume>& volumes,
                       const std::vector<Tmpfs>& tmpfs) {
  const auto is_there = [&](const auto& mount) {
    return clean_destination(mount.destination, mount.destination) == place;
  };
  return std::any_of(volumes.begin(), volumes.end(), is_there) ||
         std::any_of(tmpfs.begin(), tmpfs.end(), is_there);
}

void add_volumes_of(const std::vector<ContainerVolume>& more, bool read_only,
                    std::vector<ContainerVolume>& volumes, const std::vector<Tmpfs>& tmpfs) {
  for (ContainerVolume volume : more) {
    if (is_covered(volume.destination, volumes, tmpfs)) continue;
    volume.read_only |= read_only;
    volume.copy = false;
    volumes.push_back(std::move(volume));
  }
}

void name_volumes(const std::vector<std::string>& paths, std::vector<ContainerVolume>& volumes,
                  const std::vector<Tmpfs>& tmpfs) {
  for (const std::string& path : paths) {
    ContainerVolume volume;
    volume.destination =
        clean_destination("VOLUME " + path, path.starts_with('/') ? path : "/" + path);
    volume.anonymous = true;
    if (!is_covered(volume.destination, volumes, tmpfs)) volumes.push_back(std::move(volume));
  }
  for (ContainerVolume& volume : volumes) {
    if (volume.anonymous && volume.name.empty()) volume.name = new_id();
    if (!volume.name.empty()) volume.source = volume_data(volume.name);
  }
}

// A directory of that name was meant, perhaps: it is what steps 3 to 6 would mount.
static void tell_of_directory(const std::string& name) {
  if (exists(volume_directory(name)) || !exists(name)) return;
  warn({"-v ", name, " makes a volume: the directory of that name is ./", name});
}

std::vector<Fd> make_volumes(const std::vector<ContainerVolume>& volumes,
                             const std::vector<std::string>& layers, const std::string& container) {
  std::vector<Fd> locks;
  for (const ContainerVolume& volume : volumes) {
    if (volume.name.empty()) continue;
    StoredVolume fresh{
        .name = volume.name, .created = ::time(nullptr), .labels = {}, .container = {}};
    if (!volume.anonymous) tell_of_directory(volume.name);
    if (volume.anonymous) {
      fresh.labels[kAnonymousLabel] = "";
      fresh.container = container;
    }
    locks.push_back(use_volume(fresh));
  }
  fill_volumes(volumes, layers);
  return locks;
}

namespace {

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  Umask(const Umask&) = delete;
  ~Umask() { ::umask(before_); }

 private:
  mode_t before_;
};

}  // namespace

// Root's, with mode 0755 whatever the umask. As docker does for -v, but not for --mount.
static void make_source(const ContainerVolume& volume) {
  if (exists(volume.source)) return;
  if (!volume.make_source) {
    throw Failure(join({"bind source path does not exist: ", volume.source}),
                  "make it first; -v would make it");
  }
  const Umask umask(022);
  try {
    make_directories(volume.source);
  } catch (const std::system_error& error) {
    throw Failure(
        join({"error while creating mount source path ", volume.source, ": ", error.what()}));
  }
}

// Whether the mount that `source` is on is in a peer group that `propagation` needs: mountinfo
// tells it by the tags shared:N and master:N. proc(5)
static bool may_propagate(const std::string& source, bool slave) {
  struct statx status;
  if (::statx(AT_FDCWD, source.c_str(), 0, STATX_MNT_ID, &status) == -1) {
    throw_errno({"open ", source});
  }
  const std::string id = std::to_string(status.stx_mnt_id) + " ";
  for (const std::string& line : split(read_file("/proc/self/mountinfo"), '\n')) {
    if (!line.starts_with(id)) continue;
    const std::string tags = line.substr(0, line.find(" - "));
    return tags.find(" shared:") != tags.npos || (slave && tags.find(" master:") != tags.npos);
  }
  return true;
}

static void check_propagation(const ContainerVolume& volume, bool slave, bool user_namespace) {
  if (::geteuid() != 0) {
    throw Failure(
        join({"-v ", volume.source, ": a user namespace exchanges no mounts with the host"}),
        join({"be root, or leave ", volume.propagation, " out"}));
  }
  if (user_namespace && !slave) {
    throw Failure(join({"-v ", volume.source, ": with --userns its root would mount on the host"}),
                  "rslave receives the host's mounts only");
  }
  if (may_propagate(volume.source, slave)) return;
  throw Failure(join({"path ", volume.source, " is mounted, but its mount is not shared",
                      slave ? ", nor a slave" : ""}),
                "mount --make-shared, on the host");
}

// The mount is copied here, in the host's mount namespace: a copy in the container's would be
// private, and owned by a user namespace that may not map ids.
static std::shared_ptr<const Fd> copy_mount(const ContainerVolume& volume,
                                            unsigned long propagation, bool shifted) {
  Fd tree = copy_tree(AT_FDCWD, volume.source.c_str(), AT_RECURSIVE);
  if (!tree) throw_errno({"open ", volume.source});
  mount_attr attributes{};
  attributes.attr_set = volume.read_only ? MOUNT_ATTR_RDONLY : 0;
  if (!(propagation & MS_SHARED)) attributes.propagation = MS_PRIVATE;
  if (propagation & MS_SLAVE) attributes.propagation = MS_SLAVE;
  set_attributes(tree.get(), volume.source, attributes, true);
  if (shifted) map_ids(tree, volume.source, make_shifted_user_namespace(), false);
  return std::make_shared<const Fd>(std::move(tree));
}

void prepare_volumes(std::vector<ContainerVolume>& volumes, bool user_namespace) {
  for (ContainerVolume& volume : volumes) {
    volume.tree.reset();
    if (volume.name.empty()) {
      make_source(volume);
    } else {
      complete_content(volume.name);
    }
    const unsigned long propagation = propagation_of(volume.propagation) & (MS_SHARED | MS_SLAVE);
    const bool shifted = user_namespace && !volume.name.empty() && ::geteuid() == 0;
    if (propagation) check_propagation(volume, propagation & MS_SLAVE, user_namespace);
    if (propagation || shifted) volume.tree = copy_mount(volume, propagation, shifted);
  }
}

std::vector<std::string> anonymous_names(const std::vector<ContainerVolume>& volumes) {
  std::vector<std::string> names;
  for (const ContainerVolume& volume : volumes) {
    if (volume.anonymous) names.push_back(volume.name);
  }
  return names;
}

}  // namespace stepbox
