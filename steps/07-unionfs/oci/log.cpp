#include "07-unionfs/oci/log.hpp"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "07-unionfs/files/printing.hpp"
#include "common/error.hpp"
#include "common/fd.hpp"

namespace stepbox {

void OciLog::write_error(const std::string& message) const {
  if (file.empty()) return;
  const std::string time = as_timestamp(::time(nullptr)), text = in_double_quotes(message);
  const std::string line =
      format == "json" ? join({R"({"level":"error","msg":)", text, R"(,"time":")", time, "\"}\n"})
                       : join({"time=\"", time, "\" level=error msg=", text, "\n"});
  const Fd log(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!log || ::write(log.get(), line.data(), line.size()) == -1) {
    warn({"write ", file, ": ", std::generic_category().message(errno)});
  }
}

}  // namespace stepbox
