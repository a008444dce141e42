#include "07-unionfs/files/layer_writer.hpp"

#include <fcntl.h>
#include <sys/xattr.h>

#include "common/error.hpp"

namespace stepbox {

LayerWriter::LayerWriter() : disk_(::archive_write_disk_new()) {
  constexpr int kKeep =
      ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_XATTR;
  constexpr int kSafe = ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                        ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS;
  ::archive_write_disk_set_options(disk_.get(), kKeep | kSafe);
  struct stat root;
  if (::stat(".", &root) == -1) throw_errno({"unpack the layer"});
  root_time_ = root.st_mtim;
}

// Of several warnings the first is shown.
void LayerWriter::check(int result, Words what) {
  if (is_error(disk_.get(), result)) throw_archive(disk_.get(), what);
  if (result == ARCHIVE_OK || !warning_.empty()) return;
  const int error = system_error_of(disk_.get());
  warning_ = join({join(what), ": not all of its attributes can be set"});
  if (error != 0) warning_ += join({": ", std::generic_category().message(error)});
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

void LayerWriter::take(archive* tar, archive_entry* entry) {
  const std::string path = paths_.of(::archive_entry_pathname(entry));
  const auto type = ::archive_entry_filetype(entry);
  if (take_whiteout(path)) return;
  if (!::archive_entry_hardlink(entry) && (S_ISCHR(type) || S_ISBLK(type))) {
    ++nodes_;
    return;
  }
  if (!paths_.resolve(entry, path)) return;
  if (path.empty()) root_time_ = {::archive_entry_mtime(entry), ::archive_entry_mtime_nsec(entry)};
  if (path.empty() && type != AE_IFDIR) {
    throw Failure("unpack the layer: its root is not a directory");
  }
  // The last entry of a name wins; a directory is merged with a directory.
  if (!path.empty() && make_room(path, type == AE_IFDIR)) paths_.forget();
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
    // Here ARCHIVE_WARN means that bytes are missing.
    if (::archive_write_data_block(disk_.get(), data, size, offset) != ARCHIVE_OK) {
      throw_archive(disk_.get(), what);
    }
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
  const timespec times[] = {root_time_, root_time_};
  if (::utimensat(AT_FDCWD, ".", times, 0) == -1) throw_errno({"unpack the layer"});
  if (!warning_.empty()) warn({warning_});
  if (nodes_ > 0) warn({"device nodes in the layer are left out: ", std::to_string(nodes_)});
  return size_;
}

}  // namespace stepbox
