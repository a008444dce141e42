// Step 7. Random access to the files of an image archive, a directory or a tar, without extracting
// it.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_FILES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_ARCHIVE_FILES_HPP_

#include <map>
#include <string>

#include "07-unionfs/files/blob.hpp"

namespace stepbox {

class ArchiveFiles {
 public:
  // Opens a directory, a tar (compressed or not), or with "-" a tar from stdin. A compressed tar,
  // or one from a pipe, is decompressed into an unnamed file in `directory`. Throws Failure if it
  // is neither.
  ArchiveFiles(const std::string& path, const std::string& directory);

  bool has(const std::string& name) const;

  // Throws system_error if the file does not exist, or lies outside of the directory.
  Blob open(const std::string& name) const;
  std::string text(const std::string& name) const { return open(name).text(); }

 private:
  struct Member {
    off_t offset = 0;
    off_t size = 0;
    std::string link = {};  // target of a hard or symbolic link: another member
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
