// Step 7. Writes the entries of a layer's tar as files, and translates its whiteouts into those of
// overlayfs.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_WRITER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_WRITER_HPP_

#include <archive_entry.h>
#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <vector>

#include "07-unionfs/files/archive_handle.hpp"
#include "07-unionfs/files/entry_paths.hpp"

namespace stepbox {

// [child] The layer's directory is the root directory and the working directory of the process.
class LayerWriter {
 public:
  LayerWriter();

  // Writes the entry whose header was just read from `tar`.
  // Throws Failure for a malicious entry, system_error for a full disk.
  void take(archive* tar, archive_entry* entry);

  // Call it after the last entry. Returns the size of all files in bytes.
  int64_t finish();

 private:
  bool take_whiteout(const std::string& path);
  void write(archive_entry* entry, archive* content);
  void check(int result, Words what);
  void write_whiteouts();
  void make_opaque();

  Archive disk_;
  EntryPaths paths_;
  timespec root_time_{};  // modification of the layer's root: each file in it changes that
  std::vector<std::string> deleted_, opaque_;
  int64_t size_ = 0;
  int nodes_ = 0;  // device nodes that were skipped
  std::string warning_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_WRITER_HPP_
