// Step 7. A libarchive handle that frees itself (archive_read_free(3)), and its errors.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_ARCHIVE_HANDLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_ARCHIVE_HANDLE_HPP_

#include <archive.h>

#include <memory>

#include "common/error.hpp"

namespace stepbox {

struct FreeArchive {
  void operator()(archive* handle) const { ::archive_free(handle); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;

// The errno of the system call that failed last; 0 if the archive itself is at fault. libarchive
// returns ARCHIVE_ERRNO_MISC (-1), _PROGRAMMER (EINVAL) and _FILE_FORMAT (EILSEQ) for the latter.
inline int system_error_of(archive* handle) {
  const int error = ::archive_errno(handle);
  return error > 0 && error != EINVAL && error != EILSEQ ? error : 0;
}

// Whether the result of writing to the disk is an error. ARCHIVE_WARN is one if the disk is at
// fault: otherwise an attribute or an owner could not be set.
inline bool is_error(archive* handle, long result) {
  const int error = ::archive_errno(handle);
  const bool disk = error == ENOSPC || error == EDQUOT || error == EIO || error == EROFS;
  return result < ARCHIVE_WARN || (result < ARCHIVE_OK && disk);
}

// Throws the error of a libarchive call: system_error, or Failure for a bad archive. libarchive's
// own text is for programmers: "Unrecognized archive format", "Can't lookup uname/gname".
[[noreturn]] inline void throw_archive(archive* handle, Words what) {
  if (const int error = system_error_of(handle)) throw_errno(what, error);
  throw Failure(join({join(what), ": this is no tar archive, or it is damaged"}));
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_ARCHIVE_HANDLE_HPP_
