// Step 7. The output of export and save: a file that appears when it is complete, or stdout.
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
  // Writes to stdout if `file` is empty. Throws Failure if stdout is a terminal, system_error if
  // the file cannot be created.
  explicit Output(const std::string& file);
  Output(const Output&) = delete;
  ~Output();  // without commit() an existing file keeps its content

  void write(std::string_view bytes) override;

  // Call it after the last write: renames the new file over the old one. Throws system_error.
  void commit();

 private:
  std::string file_;   // empty: stdout
  std::string fresh_;  // temporary name beside it; empty: a device or pipe, written in place
  Fd opened_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_OUTPUT_FILE_HPP_
