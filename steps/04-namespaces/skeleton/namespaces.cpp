// To be filled in. namespaces.hpp is the contract of each function.
#include "04-namespaces/namespaces.hpp"

namespace stepbox {

void write_id_maps([[maybe_unused]] pid_t child, [[maybe_unused]] int flags) {}

void unshare_cgroup_namespace([[maybe_unused]] const Namespaces& namespaces) {}

void make_mounts_private([[maybe_unused]] const Namespaces& namespaces) {}

void pivot_into([[maybe_unused]] const std::string& rootfs,
                [[maybe_unused]] const Namespaces& namespaces) {}

void set_hostname([[maybe_unused]] const Namespaces& namespaces) {}

void start_init([[maybe_unused]] const Namespaces& namespaces) {}

SharedMounts::SharedMounts([[maybe_unused]] const std::string& rootfs,
                           [[maybe_unused]] const Namespaces& namespaces) {}

SharedMounts::~SharedMounts() {}

}  // namespace stepbox
