// Step 7. Who the command is to be: names in the image's own /etc/passwd and /etc/group.
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_USER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_USER_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

namespace stepbox {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // with `gid`
  std::string home = "/";
};

// Inside, the rootfs being the root. `text` is USER[:GROUP], names or numbers; empty: root. A
// number needs no entry in the files. Without GROUP it is the user's own, and those that list the
// user in /etc/group come with it.
// Throws Failure for a name that is not in them.
User find_user(const std::string& text);

// Inside. setgroups(2), setgid(2), setuid(2): there is no way back.
// Throws Failure for an id that a user namespace does not have.
void become(const User& user);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_USER_HPP_
