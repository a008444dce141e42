// Step 7. Where export and save write: a file that is there when it is complete, or stdout.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_OUTPUT_FILE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_OUTPUT_FILE_HPP_

#include <string>

#include "07-unionfs/files/tar_writer.hpp"
#include "common/fd.hpp"

namespace stepbox {

// Throws Failure when stdout is a terminal.
void refuse_terminal();

class Output : public Sink {
 public:
  // Empty: stdout. Throws Failure when that is a terminal; system_error when FILE cannot be made.
  explicit Output(const std::string& file);
  Output(const Output&) = delete;
  ~Output();  // without commit() an old FILE stays as it was

  void write(std::string_view bytes) override;

  // All is written: FILE takes its place. Throws system_error.
  void commit();

 private:
  std::string file_;   // empty: stdout
  std::string fresh_;  // beside it; empty: written in place, for it is a device or a pipe
  Fd opened_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_OUTPUT_FILE_HPP_
