// Yours to fill in; chroot.hpp says what each function promises.
//
// For a system call that fails, `throw_errno({"chroot ", rootfs})` (common/error.hpp).
// For --explain, before it: `explain({"chroot ", quoted(rootfs)})` (common/explain.hpp).
#include "02-chroot/chroot.hpp"

namespace stepbox {

std::string find_rootfs(const std::string& path) { return path; }

void enter_chroot([[maybe_unused]] const std::string& rootfs) {}

}  // namespace stepbox
