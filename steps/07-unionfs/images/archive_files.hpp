// Step 7. The files of an image archive: of a folder, or of a tar, read where they lie.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_FILES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_FILES_HPP_

#include <map>
#include <string>

#include "07-unionfs/files/blob.hpp"

namespace stepbox {

class ArchiveFiles {
 public:
  // A folder; a tar, packed or not; "-", a tar from stdin. What must be unpacked first is, in
  // `directory`. Throws Failure for what is neither.
  ArchiveFiles(const std::string& path, const std::string& directory);

  bool has(const std::string& name) const;

  // Throws Failure when it is missing, or lies outside.
  Blob open(const std::string& name) const;
  std::string text(const std::string& name) const { return open(name).text(); }

 private:
  struct Member {
    off_t offset = 0;
    off_t size = 0;
    std::string link = {};  // another member, which it is a name of
  };
  bool read_table(const std::string& path);
  const Member* find(std::string name) const;
  Fd open_in_folder(const std::string& name) const;

  Fd folder_;  // -1: a tar
  Blob tar_;
  std::map<std::string, Member> members_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_FILES_HPP_
