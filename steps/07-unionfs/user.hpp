// Step 7. Who the command runs as.
#ifndef STEPBOX_STEPS_07_UNIONFS_USER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_USER_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

namespace stepbox {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // supplementary ones
  std::string home = "/root";
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_USER_HPP_
