// Step 6. resolv.conf, hosts, hostname: files of the container's own, bound over those of the
// rootfs.
#ifndef STEPBOX_STEPS_06_NETWORK_NAME_FILES_HPP_
#define STEPBOX_STEPS_06_NETWORK_NAME_FILES_HPP_

#include <optional>
#include <string>

#include "06-network/address.hpp"
#include "06-network/options.hpp"

namespace stepbox {

// The texts of the files in /etc. An empty text: the rootfs's own file stays visible.
struct NameFiles {
  std::string resolv_conf;
  std::string hosts;
  std::string hostname;
};

// [parent] Makes them from the host's. The host's name servers on its loopback are left out: only
// the host itself reaches them. If it has no others, those that its systemd-resolved asks are
// taken, else, on the bridge, public ones, with a warning. `hostname` is empty where the container
// shares the host's name.
NameFiles make_name_files(const NetworkOptions& options, const std::string& hostname,
                          const std::optional<Address>& address);

// [child] Binds the files over those that the rootfs has, and writes nothing to it: warns if one is
// missing there.
void mount_name_files(const NameFiles& files);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_NAME_FILES_HPP_
