#include "07-unionfs/storage/group_mounts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "07-unionfs/storage/volumes.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

static bool is_v2(const GroupDirectory& group) { return group.hierarchy().v2; }

// The name of its tree below /sys/fs/cgroup.
static std::string name_of(const GroupDirectory& group) {
  if (is_v2(group)) return "unified";
  return std::filesystem::path(group.hierarchy().base).filename().string();
}

static void link_controllers(const MountPoint& top, const std::string& name) {
  if (name.find(',') == name.npos) return;
  for (const std::string& controller : split(name, ',')) {
    if (::symlinkat(name.c_str(), top.fd(), controller.c_str()) == -1 && errno != EEXIST) {
      throw_errno({"link ", top.name(), "/", controller});
    }
  }
}

// `top` is a new tmpfs: no link, and no other file system, is in it.
static void bind_group(const MountPoint& top, const std::string& name,
                       const GroupDirectory& group) {
  constexpr int kPlace = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  if (::mkdirat(top.fd(), name.c_str(), 0755) == -1 && errno != EEXIST) {
    throw_errno({"mkdir ", top.name(), "/", name});
  }
  Fd place(::openat(top.fd(), name.c_str(), kPlace));
  if (!place) throw_errno({"open ", top.name(), "/", name});
  bind(group.path(), MountPoint(std::move(place)), false);
}

static void bind_all(const std::string& root, const std::string& destination,
                     const std::vector<GroupDirectory>& groups) {
  mount_new("tmpfs", find_mount_place(root, destination), MS_NOSUID | MS_NODEV | MS_NOEXEC,
            "mode=755");
  const MountPoint top(root, destination);
  for (const GroupDirectory& group : groups) {
    bind_group(top, name_of(group), group);
    link_controllers(top, name_of(group));
  }
}

void mount_groups(const std::string& root, const std::string& destination,
                  const MountOptions& options, const std::vector<GroupDirectory>& groups,
                  bool only_v2) {
  make_mount_point(root, destination, true);
  const auto v2 = std::find_if(groups.begin(), groups.end(), is_v2);
  if (only_v2 && v2 == groups.end()) {
    throw Failure(join({"mount cgroup2 on ", destination, ": the container has no v2 group"}));
  }
  if (v2 != groups.end() && (only_v2 || groups.size() == 1)) {
    bind(v2->path(), find_mount_place(root, destination), false);
  } else {
    bind_all(root, destination, groups);
  }
  const MountPoint top(root, destination);
  mount_attr attributes{};
  attributes.attr_set = options.set;
  attributes.attr_clr = options.cleared & MOUNT_ATTR__ATIME;
  set_attributes(top.fd(), top.name(), attributes, true);
}

}  // namespace stepbox
