// Step 7. Translates the constants in a seccomp profile to those of libseccomp.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_WORDS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_WORDS_HPP_

#include <seccomp.h>

#include <cstdint>
#include <string>

namespace stepbox {

// "SCMP_ARCH_X86", "SCMP_ACT_ERRNO" (with `error`), "SCMP_CMP_EQ". Throw Failure for unknown names.
uint32_t architecture_of(const std::string& name);
uint32_t action_of(const std::string& name, uint32_t error);
scmp_compare comparison_of(const std::string& name);

// The flag of seccomp(2): "SECCOMP_FILTER_FLAG_LOG".
unsigned filter_flag_of(const std::string& name);

// Whether the kernel is Linux `version` ("4.8") or newer. Throws Failure for an invalid version.
bool kernel_is_at_least(const std::string& version);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_WORDS_HPP_
