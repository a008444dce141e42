// The text of /proc/PID/stat. (proc_pid_stat(5))
#ifndef STEPBOX_COMMON_PROCESS_STAT_FIELDS_HPP_
#define STEPBOX_COMMON_PROCESS_STAT_FIELDS_HPP_

#include <string>
#include <vector>

#include "common/text.hpp"

namespace stepbox {

// Its fields by the manual page's numbers: the parent, field 4, is [4]. Fields 1 and 2 are empty;
// the second, the program's name, may contain any characters.
inline std::vector<std::string> fields_in_stat(const std::string& text) {
  std::vector<std::string> fields =
      split(text.substr(text.rfind(')') + 2), ' ');  // from the third field on
  fields.insert(fields.begin(), 3, "");
  return fields;
}

}  // namespace stepbox

#endif  // STEPBOX_COMMON_PROCESS_STAT_FIELDS_HPP_
