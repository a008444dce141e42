// Step 7. A range of bytes in an open file: a layer, or a JSON document of an image, in place.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_BLOB_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_BLOB_HPP_

#include <sys/types.h>

#include <string>

#include "common/fd.hpp"

namespace stepbox {

struct Blob {
  Fd file;
  off_t offset = 0;
  off_t size = -1;  // -1: up to end of file, as from a pipe

  // Reads the next bytes into `buffer`; 0 at the end. Throws system_error.
  size_t read(void* buffer, size_t room);

  // Reads all of it, for JSON documents. Throws Failure for more than 8 MB.
  std::string text();
};

// Opens a file, or stdin for "-". Throws system_error.
Blob open_blob(const std::string& path);

// Creates a file without a name in `directory` (open(2), O_TMPFILE): the kernel frees it with its
// last descriptor, even after kill -9. Throws system_error.
Fd open_unnamed(const std::string& directory);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_BLOB_HPP_
