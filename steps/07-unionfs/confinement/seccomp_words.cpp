#include "07-unionfs/confinement/seccomp_words.hpp"

#include <linux/seccomp.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

uint32_t architecture_of(const std::string& name) {
  constexpr size_t kPrefix = std::string_view("SCMP_ARCH_").size();
  // libseccomp's names are lower case: "x86_64".
  const std::string word = in_lower_case(name.substr(std::min(kPrefix, name.size())));
  const uint32_t architecture = ::seccomp_arch_resolve_name(word.c_str());
  if (architecture == 0) throw Failure(join({"unknown architecture '", name, "'"}));
  return architecture;
}

uint32_t action_of(const std::string& name, uint32_t error) {
  const std::pair<const char*, uint32_t> kActions[] = {
      {"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
      {"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(error)},
      {"SCMP_ACT_KILL", SCMP_ACT_KILL},
      {"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
      {"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
      {"SCMP_ACT_LOG", SCMP_ACT_LOG},
      {"SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY},
      {"SCMP_ACT_TRACE", SCMP_ACT_TRACE(error)},
      {"SCMP_ACT_TRAP", SCMP_ACT_TRAP}};
  for (const auto& [known, action] : kActions) {
    if (name == known) return action;
  }
  throw Failure(join({"unknown action '", name, "'"}));
}

scmp_compare comparison_of(const std::string& name) {
  const std::pair<const char*, scmp_compare> kComparisons[] = {
      {"SCMP_CMP_NE", SCMP_CMP_NE},
      {"SCMP_CMP_LT", SCMP_CMP_LT},
      {"SCMP_CMP_LE", SCMP_CMP_LE},
      {"SCMP_CMP_EQ", SCMP_CMP_EQ},
      {"SCMP_CMP_GE", SCMP_CMP_GE},
      {"SCMP_CMP_GT", SCMP_CMP_GT},
      {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ}};
  for (const auto& [known, comparison] : kComparisons) {
    if (name == known) return comparison;
  }
  throw Failure(join({"unknown comparison '", name, "'"}));
}

// A process with one thread has nothing to synchronise; with a listener seccomp(2) refuses that.
unsigned filter_flag_of(const std::string& name) {
  constexpr std::pair<const char*, unsigned> kFlags[] = {
      {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
      {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
      {"SECCOMP_FILTER_FLAG_TSYNC", 0},
      {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV}};
  for (const auto& [known, flag] : kFlags) {
    if (name == known) return flag;
  }
  throw Failure(join({"unknown flag '", name, "'"}));
}

// "4.8"; "6.1.0-18-amd64": the text after the second number is ignored.
static std::pair<int, int> version_of(const std::string& text) {
  std::pair<int, int> version;
  if (std::sscanf(text.c_str(), "%d.%d", &version.first, &version.second) == 2) return version;
  throw Failure(join({"'", text, "' is not a kernel version"}));
}

bool kernel_is_at_least(const std::string& version) {
  utsname system;
  if (::uname(&system) == -1) throw_errno({"uname"});
  return version_of(system.release) >= version_of(version);
}

}  // namespace stepbox
