#include "07-unionfs/files/file_tree.hpp"

#include <fcntl.h>
#include <limits.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstring>
#include <set>

#include "07-unionfs/files/mapped_ids.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

static int by_name(const FTSENT** a, const FTSENT** b) {
  return std::strcmp((*a)->fts_name, (*b)->fts_name);
}

Tree::Tree(const Fd& directory, const std::string& name)
    : directory_before_(::open(".", O_PATH | O_CLOEXEC)), name_length_(name.size()) {
  if (::fchdir(directory.get()) == -1) throw_errno({"change to the directory of ", name});
  std::string copy = name;
  char* names[] = {copy.data(), nullptr};
  stream_ = ::fts_open(names, FTS_PHYSICAL, by_name);
  if (!stream_) throw_errno({"read ", name});
}

Tree::~Tree() {
  ::fts_close(stream_);
  if (::fchdir(directory_before_.get()) == -1) warn({"the working directory is gone"});
}

std::string Tree::path_of(const FTSENT& entry) const { return entry.fts_path + name_length_; }

FTSENT* Tree::next() {
  for (;;) {
    errno = 0;
    FTSENT* entry = ::fts_read(stream_);
    if (!entry) {
      if (errno == 0) return nullptr;
      throw_errno({"read a directory in ", place_,
                   "…"});  // for example ENAMETOOLONG: fts(3) keeps paths below 64 kB
    }
    const bool failed =
        entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS;
    if (entry->fts_info == FTS_D) {
      place_.assign(entry->fts_path + name_length_, ::strnlen(entry->fts_path + name_length_, 60));
    }
    if (!failed && entry->fts_info != FTS_DC) return entry;
    // A file may be removed between readdir(3) and lstat(2); the root of the tree must exist.
    const bool gone = entry->fts_errno == ENOENT && entry->fts_level > FTS_ROOTLEVEL;
    if (failed && !gone) throw_errno({"read ", entry->fts_path}, entry->fts_errno);
  }
}

int64_t size_of_own_tree(const std::string& path) {
  const Fd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return 0;
  Tree tree(directory);
  std::set<ino_t> counted;  // files with several hard links
  int64_t size = 0;
  while (const FTSENT* entry = tree.next()) {
    if (entry->fts_info != FTS_F) continue;
    const struct stat& status = *entry->fts_statp;
    if (status.st_nlink == 1 || counted.insert(status.st_ino).second) size += status.st_size;
  }
  return size;
}

int64_t size_of_tree(const std::string& path) {
  const Pipe result;
  with_mapped_ids([&] {
    const int64_t size = size_of_own_tree(path);
    if (::write(result.writer.get(), &size, sizeof size) == -1) throw_errno({"write to a pipe"});
  });
  int64_t size = 0;
  if (::read(result.reader.get(), &size, sizeof size) == -1) throw_errno({"read from a pipe"});
  return size;
}

static struct stat status_of(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) == -1) throw_errno({"open ", path});
  return status;
}

void copy_directory_attributes(const std::string& from, const std::string& to) {
  constexpr unsigned kUnmapped = 65534;  // as stat(2) shows it (user_namespaces(7))
  const auto copy = [&](bool owner) {
    const struct stat status = status_of(from);
    owner = owner && status.st_uid != kUnmapped && status.st_gid != kUnmapped;
    const timespec times[] = {status.st_atim, status.st_mtim};
    if ((owner && ::chown(to.c_str(), status.st_uid, status.st_gid) == -1) ||
        ::chmod(to.c_str(), status.st_mode & 07777) == -1 ||
        ::utimensat(AT_FDCWD, to.c_str(), times, 0) == -1) {
      throw_errno({"set mode, owner and time of ", to});
    }
  };
  const struct stat ours = status_of(to), theirs = status_of(from);
  if (ours.st_uid == theirs.st_uid && ours.st_gid == theirs.st_gid) return copy(false);
  with_mapped_ids([&] { copy(true); });
}

bool is_opaque(const std::string& path) {
  char value = 0;
  for (const char* name : {"trusted.overlay.opaque", "user.overlay.opaque"}) {
    if (::lgetxattr(path.c_str(), name, &value, 1) == 1 && value == 'y') return true;
  }
  return false;
}

std::vector<std::string> list_xattrs(const std::string& path) {
  const size_t room = ::llistxattr(path.c_str(), nullptr, 0) > 0 ? XATTR_LIST_MAX : 0;
  std::string names(room, '\0');
  const ssize_t size = names.empty() ? 0 : ::llistxattr(path.c_str(), names.data(), names.size());
  if (size == -1) throw_errno({"list the extended attributes of ", path});
  if (size == 0) return {};
  return split(std::string_view(names).substr(0, static_cast<size_t>(size) - 1), '\0');
}

}  // namespace stepbox
