// Step 7. Where `stepbox-oci` reports errors: stderr, and the file that an engine names.
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_LOG_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_LOG_HPP_

#include <string>

namespace stepbox {

// --log FILE, --log-format text|json. Engines (go-runc) read "level", "msg" and "time" of a line.
struct OciLog {
  std::string file;
  std::string format = "text";

  // Writes a line of level error. Never throws: the error itself must not be lost.
  void write_error(const std::string& message) const;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_LOG_HPP_
