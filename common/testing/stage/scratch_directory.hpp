// A temporary directory for one unit test; the destructor removes it with all files in it.
#ifndef STEPBOX_COMMON_TESTING_STAGE_SCRATCH_DIRECTORY_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_SCRATCH_DIRECTORY_HPP_

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "common/error.hpp"

namespace stepbox {

class ScratchDirectory {
 public:
  // Throws system_error.
  ScratchDirectory() : path_(std::filesystem::temp_directory_path() / "stepbox-unit-XXXXXX") {
    if (!::mkdtemp(path_.data())) throw_errno({"make a directory ", path_});
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_SCRATCH_DIRECTORY_HPP_
