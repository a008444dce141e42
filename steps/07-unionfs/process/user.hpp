// Step 7. The user that the command runs as, from the image's /etc/passwd and /etc/group.
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_USER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_USER_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

namespace stepbox {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // includes `gid`
  std::string home = "/";
};

// [child] Called when the rootfs is the root directory. `text` is USER[:GROUP], names or numbers;
// empty: root. A number needs no entry in the files. Without GROUP the result has the user's own
// group and all groups that list the user.
// `more`: groups, names or numbers, that the user has besides (--group-add).
// Throws Failure for a name without an entry.
User find_user(const std::string& text, const std::vector<std::string>& more = {});

// [child] The home directory of a user without regard to groups: "/" without an entry.
std::string home_of(uid_t user);

// [child] Changes groups, gid and uid for good (setgroups(2), setgid(2), setuid(2)).
// Throws Failure for an id that the user namespace does not map.
void become(const User& user);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_USER_HPP_
