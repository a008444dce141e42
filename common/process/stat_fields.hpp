// The text of /proc/PID/stat and /proc/PID/status. (proc_pid_stat(5), proc_pid_status(5))
#ifndef STEPBOX_COMMON_PROCESS_STAT_FIELDS_HPP_
#define STEPBOX_COMMON_PROCESS_STAT_FIELDS_HPP_

#include <cstdlib>
#include <string>
#include <vector>

#include "common/text.hpp"

namespace stepbox {

// The fields of stat by the manual page's numbers: the parent, field 4, is [4]. Fields 1 and 2 are
// empty; the second, the program's name, may contain any characters.
inline std::vector<std::string> fields_in_stat(const std::string& text) {
  std::vector<std::string> fields =
      split(text.substr(text.rfind(')') + 2), ' ');  // from the third field on
  fields.insert(fields.begin(), 3, "");
  return fields;
}

// Whether `signal` is in the mask that `status` shows as `name` ("SigCgt:").
inline bool in_status_mask(const std::string& status, const std::string& name, int signal) {
  const size_t at = status.find(name);
  if (at == std::string::npos) return false;
  const auto mask = std::strtoull(status.c_str() + at + name.size(), nullptr, 16);
  return (mask >> (signal - 1)) & 1;
}

}  // namespace stepbox

#endif  // STEPBOX_COMMON_PROCESS_STAT_FIELDS_HPP_
