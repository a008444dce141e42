// Step 7. A run of bytes in a file: a layer or a description of an image, where it lies.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_BLOB_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_BLOB_HPP_

#include <sys/types.h>

#include <string>

#include "common/fd.hpp"

namespace stepbox {

struct Blob {
  Fd file;
  off_t offset = 0;
  off_t size = -1;  // -1: all that comes, as from a pipe

  // Reads the next bytes into `buffer`; 0 at the end. Throws system_error.
  size_t read(void* buffer, size_t room);

  // All of it, if it is small: descriptions. Throws Failure for more than 8 MB.
  std::string text();
};

// A file, or with "-" stdin. Throws system_error.
Blob open_blob(const std::string& path);

// A file without a name in `directory` (open(2), O_TMPFILE): nothing of it stays, whatever happens.
// Throws system_error.
Fd open_unnamed(const std::string& directory);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_BLOB_HPP_
