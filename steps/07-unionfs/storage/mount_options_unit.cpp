// The options of a mount.
#include <doctest/doctest.h>

#include <algorithm>

#include "07-unionfs/storage/mount_options.hpp"

namespace stepbox {

TEST_CASE("options become flags, attributes and data") {
  const MountOptions parsed =
      parse_mount_options({"defaults", "ro", "nosymfollow", "noatime", "size=1m", "bind", "x"});
  CHECK(parsed.flags == (MS_RDONLY | MS_NOSYMFOLLOW | MS_NOATIME | MS_BIND));
  CHECK(parsed.set == (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSYMFOLLOW | MOUNT_ATTR_NOATIME));
  CHECK(parsed.cleared == MOUNT_ATTR__ATIME);
  CHECK(parsed.data == "size=1m,x");
}

TEST_CASE("the last of two contradicting options counts") {
  const MountOptions parsed =
      parse_mount_options({"ro", "rw", "dev", "nodev", "noatime", "strictatime", "ridmap", "idmap",
                           "shared", "rslave"});
  CHECK(parsed.flags == (MS_NODEV | MS_STRICTATIME));
  CHECK(parsed.set == (MOUNT_ATTR_NODEV | MOUNT_ATTR_STRICTATIME));
  CHECK(parsed.cleared == (MOUNT_ATTR_RDONLY | MOUNT_ATTR__ATIME));
  CHECK(parsed.map_ids);
  CHECK_FALSE(parsed.map_below);
  CHECK(parsed.propagation == (MS_SLAVE | MS_REC));
}

TEST_CASE("recursive options change the mounts below") {
  const MountOptions parsed =
      parse_mount_options({"rro", "rsuid", "rnodiratime", "rrelatime", "rsymfollow"});
  CHECK(parsed.flags == 0);
  CHECK(parsed.set_below == (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODIRATIME));
  CHECK(parsed.cleared_below == (MOUNT_ATTR_NOSUID | MOUNT_ATTR__ATIME | MOUNT_ATTR_NOSYMFOLLOW));
  CHECK(parsed.data.empty());
}

TEST_CASE("each option that is told is known") {
  const std::vector<std::string> names = mount_option_names();
  CHECK(names.size() == 62);
  CHECK(std::is_sorted(names.begin(), names.end()));
  for (const std::string& name : names) CHECK(parse_mount_options({name}).data.empty());
}

}  // namespace stepbox
