#include "07-unionfs/images/archive_files.hpp"

#include <archive_entry.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <unistd.h>

#include <filesystem>

#include "07-unionfs/files/layer_stream.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

static std::string text_or_empty(const char* text) { return text ? text : ""; }

static std::string plain_name(const std::string& name) {
  return std::filesystem::path(name).lexically_normal().string();
}

ArchiveFiles::ArchiveFiles(const std::string& path, const std::string& directory)
    : folder_(path == "-" ? -1 : ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_) return;
  tar_ = open_blob(path);
  // A pipe cannot seek.
  if (tar_.size == -1) tar_ = uncompressed(std::move(tar_), directory);
  if (read_table(path)) return;
  tar_ = uncompressed(std::move(tar_), directory);
  read_table(path);
}

// An archive is not trusted, so the table of its members has a bound. 500 images in docker's
// format, with 13 layers of 3 files each, stay below it.
constexpr size_t kMostMembers = 20'000;
constexpr size_t kLongestName = PATH_MAX;

// Returns false for a tar that is compressed.
bool ArchiveFiles::read_table(const std::string& path) {
  const Archive tar(::archive_read_new());
  support_filters(tar.get());
  ::archive_read_support_format_tar(tar.get());
  if (::lseek(tar_.file.get(), tar_.offset, SEEK_SET) == -1 ||
      ::archive_read_open_fd(tar.get(), tar_.file.get(), 1 << 16) != ARCHIVE_OK) {
    throw_archive(tar.get(), {"read ", path});
  }
  archive_entry* entry = nullptr;
  for (int result; (result = ::archive_read_next_header(tar.get(), &entry)) != ARCHIVE_EOF;) {
    if (result < ARCHIVE_WARN) throw_archive(tar.get(), {"read ", path});
    if (::archive_filter_code(tar.get(), 0) != ARCHIVE_FILTER_NONE) return false;
    const std::filesystem::path name = text_or_empty(::archive_entry_pathname(entry));
    Member member{.offset = tar_.offset + ::archive_filter_bytes(tar.get(), 0),
                  .size = ::archive_entry_size(entry)};
    if (const char* link = ::archive_entry_hardlink(entry)) member.link = plain_name(link);
    if (const char* link = ::archive_entry_symlink(entry)) {
      member.link = plain_name(name.parent_path() / link);
    }
    if (name.native().size() > kLongestName || member.link.size() > kLongestName) continue;
    members_[plain_name(name)] = member;
    if (members_.size() > kMostMembers) {
      throw Failure(join({"read ", path, ": no image archive has so many files"}),
                    "if it holds a root file system: import");
    }
  }
  return true;
}

const ArchiveFiles::Member* ArchiveFiles::find(std::string name) const {
  for (int links = 0; links < 8; ++links) {
    const auto found = members_.find(name);
    if (found == members_.end()) return nullptr;
    if (found->second.link.empty()) return &found->second;
    name = found->second.link;
  }
  return nullptr;
}

Fd ArchiveFiles::open_in_folder(const std::string& name) const {
  return open_resolved(folder_, name,
                       O_RDONLY | O_NONBLOCK,  // O_NONBLOCK: open(2) of a FIFO would block
                       RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
}

bool ArchiveFiles::has(const std::string& name) const {
  return folder_ ? static_cast<bool>(open_in_folder(name)) : find(name) != nullptr;
}

Blob ArchiveFiles::open(const std::string& name) const {
  Blob blob;
  if (folder_) {
    blob.file = open_in_folder(name);
    if (blob.file) blob.size = ::lseek(blob.file.get(), 0, SEEK_END);
  } else if (const Member* member = find(plain_name(name))) {
    blob = {Fd(::fcntl(tar_.file.get(), F_DUPFD_CLOEXEC, 3)), member->offset, member->size};
  } else {
    errno = ENOENT;
  }
  if (!blob.file) throw_errno({"open ", name, " in the image"});
  return blob;
}

}  // namespace stepbox
