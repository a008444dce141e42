#include "07-unionfs/files/layer_writer.hpp"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <filesystem>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

std::string path_of_entry(const char* name) {
  if (!name) throw Failure("unpack the layer: the name of an entry is not text");
  if (name[0] == '/') throw Failure(join({"unpack ", name, ": an absolute path"}));
  std::string path;
  for (const std::string& part : split(name, '/')) {
    if (part == "..") throw Failure(join({"unpack ", name, ": it leads out of the layer"}));
    if (!part.empty() && part != ".") path += (path.empty() ? "" : "/") + part;
  }
  return path;
}

LayerWriter::LayerWriter() : disk_(::archive_write_disk_new()) {
  constexpr int kKeep =
      ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_XATTR;
  constexpr int kSafe = ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                        ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS;
  ::archive_write_disk_set_options(disk_.get(), kKeep | kSafe);
}

// libarchive returns ARCHIVE_WARN for an attribute or owner that cannot be set, but also for ENOSPC
// and EDQUOT in archive_write_data_block(3): the errno decides between one warning and an error.
void LayerWriter::check(int result, Words what) {
  if (result == ARCHIVE_OK) return;
  const int error = ::archive_errno(disk_.get());
  if (result < ARCHIVE_WARN || error == ENOSPC || error == EDQUOT) throw_archive(disk_.get(), what);
  if (warning_.empty()) warning_ = join({join(what), ": ", ::archive_error_string(disk_.get())});
}

// An image must not set attributes that overlayfs interprets (trusted.overlay.redirect would make a
// file show another one's content), nor labels of the host's security modules.
static void remove_strange_attributes(archive_entry* entry) {
  std::vector<std::pair<std::string, std::string>> kept;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  ::archive_entry_xattr_reset(entry);
  while (::archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    const std::string_view attribute = name;
    if (attribute.starts_with("trusted.") || attribute.starts_with("user.overlay.")) continue;
    if (attribute.starts_with("security.") && attribute != "security.capability") continue;
    kept.emplace_back(name, std::string(static_cast<const char*>(value), size));
  }
  ::archive_entry_xattr_clear(entry);
  for (const auto& [key, text] : kept) {
    ::archive_entry_xattr_add_entry(entry, key.c_str(), text.data(), text.size());
  }
}

// Whether the entry is a whiteout. A whiteout hides files of lower layers only, wherever it stands
// in the archive, so it is applied after the last entry of this layer. (image-spec, layer.md)
bool LayerWriter::take_whiteout(const std::string& path) {
  const size_t slash = path.rfind('/') + 1;  // 0 where there is none
  const std::string folder = path.substr(0, slash);
  const std::string name = path.substr(slash);
  if (!name.starts_with(".wh.")) return false;
  const std::string target = name.substr(4);
  if (name == ".wh..wh..opq") {
    opaque_.push_back(folder.empty() ? "." : folder.substr(0, slash - 1));
  } else if (!target.starts_with(".wh.")) {  // .wh..wh.plnk and others are aufs's own bookkeeping
    if (target.empty() || target == "." || target == "..") {
      throw Failure(join({"unpack ", path, ": a whiteout without a file name"}));
    }
    deleted_.push_back(folder + target);
  }
  return true;
}

// The last entry of a name wins and replaces an earlier one; a directory is merged with a
// directory.
static void make_room(const std::string& path, bool for_directory) {
  struct stat before;
  if (::lstat(path.c_str(), &before) == -1) return;
  if (!(S_ISDIR(before.st_mode) && for_directory)) std::filesystem::remove_all(path);
}

void LayerWriter::take(archive* tar, archive_entry* entry) {
  const std::string path = path_of_entry(::archive_entry_pathname(entry));
  if (take_whiteout(path)) return;
  if (const char* link = ::archive_entry_hardlink(entry)) {
    ::archive_entry_copy_hardlink(entry, path_of_entry(link).c_str());
  } else if (const auto type = ::archive_entry_filetype(entry); S_ISCHR(type) || S_ISBLK(type)) {
    ++nodes_;
    return;
  }
  if (!path.empty()) make_room(path, ::archive_entry_filetype(entry) == AE_IFDIR);
  ::archive_entry_copy_pathname(entry, path.empty() ? "." : path.c_str());
  remove_strange_attributes(entry);
  write(entry, tar);
}

void LayerWriter::write(archive_entry* entry, archive* content) {
  const Words what = {"unpack ", ::archive_entry_pathname(entry)};
  check(::archive_write_header(disk_.get(), entry), what);
  const void* data = nullptr;
  size_t size = 0;
  int64_t offset = 0;
  int result = ARCHIVE_EOF;
  while (content &&
         (result = ::archive_read_data_block(content, &data, &size, &offset)) == ARCHIVE_OK) {
    check(static_cast<int>(::archive_write_data_block(disk_.get(), data, size, offset)), what);
    size_ += static_cast<int64_t>(size);
  }
  if (result != ARCHIVE_EOF) throw_archive(content, what);
  check(::archive_write_finish_entry(disk_.get()), what);
}

// A whiteout does not delete what the same layer adds; a directory of that name becomes opaque.
void LayerWriter::write_whiteouts() {
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> owned(::archive_entry_new(),
                                                                       ::archive_entry_free);
  archive_entry* entry = owned.get();
  struct stat status;
  for (const std::string& path : deleted_) {
    if (::lstat(path.c_str(), &status) == 0) {
      if (S_ISDIR(status.st_mode)) opaque_.push_back(path);
      continue;
    }
    ::archive_entry_copy_pathname(entry, path.c_str());
    ::archive_entry_set_mode(entry, S_IFCHR);
    write(entry, nullptr);
  }
  for (const std::string& path : opaque_) {
    if (::lstat(path.c_str(), &status) == 0) continue;
    ::archive_entry_copy_pathname(entry, path.c_str());
    ::archive_entry_set_mode(entry, S_IFDIR | 0755);
    write(entry, nullptr);
  }
}

void LayerWriter::make_opaque() {
  for (const std::string& path : opaque_) {
    // trusted.* for a mount by root, user.* for one in a user namespace (mount option userxattr).
    const bool trusted = ::lsetxattr(path.c_str(), "trusted.overlay.opaque", "y", 1, 0) == 0;
    const bool user = ::lsetxattr(path.c_str(), "user.overlay.opaque", "y", 1, 0) == 0;
    if (!trusted && !user) throw_errno({"make ", path, " opaque"});
  }
}

int64_t LayerWriter::finish() {
  write_whiteouts();
  check(::archive_write_close(disk_.get()), {"unpack the layer"});  // directories get their times
  make_opaque();
  if (!warning_.empty()) warn({warning_});
  if (nodes_ > 0) warn({"device nodes in the layer are left out: ", std::to_string(nodes_)});
  return size_;
}

}  // namespace stepbox
