#include "common/process/process_title.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "common/files.hpp"
#include "common/process/stat_fields.hpp"

namespace stepbox {

void replace_command_line(std::string_view title) try {
  const std::vector<std::string> fields = fields_in_stat(read_file("/proc/self/stat"));
  const auto address = [&](size_t field) {
    return reinterpret_cast<char*>(static_cast<uintptr_t>(std::stoull(fields.at(field))));
  };
  char *const begin = address(48), *const end = address(49);
  const auto size = static_cast<size_t>(end - begin);
  if (size < title.size() + 2) return;
  std::memset(begin, 0, size);
  title.copy(begin, title.size());
  // A last byte that is not 0 tells the kernel that the text ends at the first 0 byte, as with
  // setproctitle(3bsd). (get_mm_cmdline() in fs/proc/base.c)
  end[-1] = '\n';
  std::memset(address(50), 0, static_cast<size_t>(address(51) - address(50)));
} catch (const std::exception&) {
  return;  // no /proc
}

}  // namespace stepbox
