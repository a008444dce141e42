#include "07-unionfs/files/tar_writer.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>

#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

void FdSink::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written == -1 && errno == EINTR) continue;
    if (written == -1) throw_errno({"write ", name_});
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

TarWriter::TarWriter(Sink& sink)
    : sink_(sink), archive_(::archive_write_new()), entry_(::archive_entry_new()) {
  // Names are UTF-8 in pax headers; libarchive marks a name that is not with hdrcharset=BINARY.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  ::archive_write_set_format_pax_restricted(archive_);
  check(::archive_write_set_format_option(archive_, "pax", "xattrheader", "SCHILY"), "begin");
  ::archive_write_set_bytes_per_block(archive_, 1 << 20);
  ::archive_write_set_bytes_in_last_block(archive_, 1);
  check(::archive_write_open(archive_, this, nullptr, pass_on, nullptr), "begin");
}

TarWriter::~TarWriter() {
  ::archive_entry_free(entry_);
  ::archive_write_fail(archive_);  // without finish(), writes nothing more
  ::archive_write_free(archive_);
}

// Called by libarchive: passes a full buffer on to the sink.
long TarWriter::pass_on(archive* self, void* writer, const void* bytes, size_t size) {
  auto* const that = static_cast<TarWriter*>(writer);
  try {
    that->sink_.write({static_cast<const char*>(bytes), size});
    return static_cast<long>(size);
  } catch (...) {
    that->failure_ = std::current_exception();
    ::archive_set_error(self, EIO, "the archive cannot be written");
    return -1;
  }
}

// ARCHIVE_WARN from a writer: the entry was written, a detail of it was not representable.
void TarWriter::check(long result, std::string_view what) {
  if (result >= ARCHIVE_WARN) return;
  if (failure_) std::rethrow_exception(failure_);
  if (const int error = ::archive_errno(archive_); error > 0)
    throw_errno({"archive ", what}, error);
  throw Failure(join({"archive ", what, ": a tar cannot hold this file"}));
}

void TarWriter::set_owner(uid_t user, gid_t group) {
  user_ = user;
  group_ = group;
  owner_set_ = true;
}

void TarWriter::put_header() {
  check(::archive_write_header(archive_, entry_), ::archive_entry_pathname(entry_));
}

// Attributes of overlayfs describe how a layer is stored, not its content; SELinux labels belong to
// the host.
static bool is_the_files_own(std::string_view name) {
  return !name.starts_with("trusted.overlay.") && !name.starts_with("user.overlay.") &&
         name != "security.selinux";
}

void TarWriter::put_xattrs(const std::string& path) {
  std::string value;
  for (const std::string& name : list_xattrs(path)) {
    if (!is_the_files_own(name) || (rights_dropped_ && name == "security.capability")) continue;
    value.resize(XATTR_SIZE_MAX);
    const ssize_t size = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
    if (size == -1 && errno == ENODATA) continue;  // removed since
    if (size == -1) throw_errno({"read the attribute ", name, " of ", path});
    ::archive_entry_xattr_add_entry(entry_, name.c_str(), value.data(), static_cast<size_t>(size));
  }
}

// Writes as many bytes as the header says: libarchive pads a file that shrank with zeros, as tar(1)
// does.
void TarWriter::put_content(int file, const std::string& name) {
  std::string block(1 << 18, '\0');
  for (int64_t left = ::archive_entry_size(entry_); left > 0;) {
    const size_t wanted = static_cast<size_t>(std::min<int64_t>(left, 1 << 18));
    const ssize_t got = ::read(file, block.data(), wanted);
    if (got == -1 && errno == EINTR) continue;
    if (got == -1) throw_errno({"read ", name});
    if (got == 0) break;
    write({block.data(), static_cast<size_t>(got)});
    left -= got;
  }
}

static std::string target_of(const FTSENT& link) {
  const std::string target = read_link(link.fts_accpath);
  if (target.empty()) throw_errno({"read the link ", link.fts_path});
  return target;
}

void TarWriter::add(const FTSENT& entry, const std::string& name) {
  struct stat status = *entry.fts_statp;
  if (S_ISSOCK(status.st_mode)) return;
  Fd file;
  if (S_ISREG(status.st_mode)) {
    // O_NONBLOCK: the file may have been replaced by a FIFO since fts_read(3), and open(2) would
    // block.
    file = Fd(::open(entry.fts_accpath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno == ENOENT) return;  // gone meanwhile
    if (!file || ::fstat(file.get(), &status) == -1) throw_errno({"read ", entry.fts_path});
    if (!S_ISREG(status.st_mode)) return;
  }
  if (owner_set_) {
    status.st_uid = user_;
    status.st_gid = group_;
  }
  if (rights_dropped_) status.st_mode &= ~static_cast<mode_t>(S_ISUID | S_ISGID);
  ::archive_entry_clear(entry_);
  ::archive_entry_copy_stat(entry_, &status);
  ::archive_entry_unset_atime(entry_);  // access and change times differ on each run
  ::archive_entry_unset_ctime(entry_);
  ::archive_entry_copy_pathname(entry_, name.c_str());
  put_xattrs(entry.fts_accpath);
  if (S_ISLNK(status.st_mode)) ::archive_entry_copy_symlink(entry_, target_of(entry).c_str());
  if (!S_ISREG(status.st_mode)) ::archive_entry_set_size(entry_, 0);
  if (!S_ISDIR(status.st_mode) && status.st_nlink > 1) {
    const auto [first, fresh] = linked_.try_emplace({status.st_dev, status.st_ino}, name);
    if (!fresh) {
      ::archive_entry_copy_hardlink(entry_, first->second.c_str());
      ::archive_entry_set_size(entry_, 0);
    }
  }
  put_header();
  if (file) put_content(file.get(), entry.fts_path);
}

void TarWriter::begin_file(const std::string& name, size_t size) {
  ::archive_entry_clear(entry_);
  ::archive_entry_copy_pathname(entry_, name.c_str());
  ::archive_entry_set_mode(entry_, S_IFREG | 0644);
  ::archive_entry_set_mtime(entry_, 0, 0);
  ::archive_entry_set_size(entry_, static_cast<int64_t>(size));
  put_header();
}

void TarWriter::write(std::string_view bytes) {
  check(::archive_write_data(archive_, bytes.data(), bytes.size()),
        ::archive_entry_pathname(entry_));
}

void TarWriter::add_file(const std::string& name, std::string_view content) {
  begin_file(name, content.size());
  if (!content.empty()) write(content);
}

void TarWriter::add_directory(const std::string& name) {
  ::archive_entry_clear(entry_);
  ::archive_entry_copy_pathname(entry_, name.c_str());
  ::archive_entry_set_mode(entry_, S_IFDIR | 0755);
  ::archive_entry_set_mtime(entry_, 0, 0);
  put_header();
}

void TarWriter::finish() { check(::archive_write_close(archive_), "finish"); }

void add_tree(TarWriter& tar, Tree& tree, const std::string& name) {
  while (const FTSENT* entry = tree.next()) {
    std::string full = name + tree.path_of(*entry);
    if (full.starts_with('/')) full.erase(0, 1);
    if (entry->fts_info != FTS_DP && !full.empty()) tar.add(*entry, full);
  }
}

void refuse_whiteout_name(const std::string& path) {
  if (!path.substr(path.rfind('/') + 1).starts_with(".wh.")) return;
  throw Failure(join({"pack ", path, ": a layer cannot hold a file of this name"}),
                "there .wh.NAME means that NAME is deleted: rename it");
}

void add_as_layer(TarWriter& tar, Tree& tree) {
  while (const FTSENT* entry = tree.next()) {
    const std::string path = tree.path_of(*entry);
    refuse_whiteout_name(path);
    if (entry->fts_info != FTS_DP) tar.add(*entry, "." + path);
  }
}

std::string whiteout_name(const std::string& path) {
  const size_t name = path.rfind('/') + 1;  // 0 if there is no slash
  return path.substr(0, name) + ".wh." + path.substr(name);
}

void add_layer(TarWriter& tar, Tree& layer) {
  while (const FTSENT* entry = layer.next()) {
    if (entry->fts_info == FTS_DP) continue;
    const bool root = entry->fts_level == FTS_ROOTLEVEL;
    const std::string name = root ? "" : layer.path_of(*entry).substr(1);
    if (is_whiteout(*entry->fts_statp)) {
      tar.add_file(whiteout_name(name), "");
      continue;
    }
    if (!root) tar.add(*entry, name);
    if (entry->fts_info == FTS_D && is_opaque(entry->fts_accpath)) {
      tar.add_file(name + (root ? "" : "/") + ".wh..wh..opq", "");
    }
  }
}

}  // namespace stepbox
