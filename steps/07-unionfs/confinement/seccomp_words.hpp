// Step 7. The words of a seccomp profile, and what libseccomp calls them.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_WORDS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_WORDS_HPP_

#include <seccomp.h>

#include <cstdint>
#include <string>

namespace stepbox {

// "SCMP_ARCH_X86", "SCMP_ACT_ERRNO" (with `error`), "SCMP_CMP_EQ". Throw Failure for others.
uint32_t architecture_of(const std::string& name);
uint32_t action_of(const std::string& name, uint32_t error);
scmp_compare comparison_of(const std::string& name);

// Whether we run on Linux "4.8", or newer. Throws Failure for what is no version.
bool kernel_is_at_least(const std::string& version);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONFINEMENT_SECCOMP_WORDS_HPP_
