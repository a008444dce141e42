// Step 7. The files of a layer, as they come out of its tar; what the tar deletes, as overlayfs
// says it.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_WRITER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_WRITER_HPP_

#include <archive_entry.h>

#include <cstdint>
#include <string>
#include <vector>

#include "07-unionfs/files/layer_stream.hpp"

namespace stepbox {

// The name of an entry as a path below the layer's root, "" for the root itself: `./etc//x/` is
// etc/x. Throws Failure for an absolute one, and one with `..`.
std::string path_of_entry(const char* name);

// Inside: the layer's folder is the root directory, and the working directory.
class LayerWriter {
 public:
  LayerWriter();

  // Writes the entry whose header was just read from `tar`.
  // Throws Failure for an evil one, system_error for a full disk.
  void take(archive* tar, archive_entry* entry);

  // After the last one. Returns the size of all files.
  int64_t finish();

 private:
  bool take_whiteout(const std::string& path);
  void write(archive_entry* entry, archive* content);
  void check(int result, Words what);
  void write_whiteouts();
  void make_opaque();

  Archive disk_;
  std::vector<std::string> deleted_, opaque_;
  int64_t size_ = 0;
  int nodes_ = 0;  // device nodes left out
  std::string warning_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_LAYER_WRITER_HPP_
