// To be filled in. chroot.hpp is the contract of each function.
//
// If a system call fails: `throw_errno({"chroot ", rootfs})` (common/error.hpp).
// Before the call, for --explain: `explain({"chroot ", quoted(rootfs)})` (common/explain.hpp).
#include "02-chroot/chroot.hpp"

namespace stepbox {

std::string find_rootfs(const std::string& path) { return path; }

void enter_chroot([[maybe_unused]] const std::string& rootfs) {}

}  // namespace stepbox
