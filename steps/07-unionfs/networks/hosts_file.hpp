// Step 7. /etc/hosts of a container: a file on the host, mounted in the container, so that other
// processes can bring it up to date while it runs. (hosts(5))
#ifndef STEPBOX_STEPS_07_UNIONFS_NETWORKS_HOSTS_FILE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_NETWORKS_HOSTS_FILE_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

#include "07-unionfs/networks/members.hpp"
#include "common/fd.hpp"

namespace stepbox {

// In the directory of container `id`.
std::string hosts_path(const std::string& id);

class HostsFile {
 public:
  // [parent] Opens a detached mount of the existing file `path`. Throws system_error.
  explicit HostsFile(const std::string& path);

  // [parent] With --userns: makes root of `child`'s user namespace the owner.
  void give_to_root_of(pid_t child) const;

  // [child] Mounts it on /etc/hosts, if the container has that.
  void mount_inside() const;

 private:
  std::string path_;
  Fd tree_;
};

// The text of the hosts file of `own`, which had the text `before`: lines of others stay, also
// those that the container itself has added; then come the lines of its networks. Each of those
// ends with a comment by which it is known. `address_of`: of a container on the default bridge.
std::string updated_hosts(const std::string& before, const Member& own,
                          const std::vector<Member>& members,
                          std::optional<Address> (*address_of)(const std::string& id));

// Brings the hosts files of all members up to date, in place. Call with lock_network() held. Only
// warns of failures.
void update_hosts_files();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_NETWORKS_HOSTS_FILE_HPP_
