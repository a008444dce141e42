// Step 7. A libarchive handle that frees itself (archive_read_free(3)).
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_ARCHIVE_HANDLE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_ARCHIVE_HANDLE_HPP_

#include <archive.h>

#include <memory>

namespace stepbox {

struct FreeArchive {
  void operator()(archive* handle) const { ::archive_free(handle); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_ARCHIVE_HANDLE_HPP_
