#include "07-unionfs/files/entry_paths.hpp"

#include <archive_entry.h>
#include <limits.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

// The path above; empty for one of a single component.
static std::string above(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? "" : path.substr(0, slash);
}

static std::string below(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : join({directory, "/", name});
}

std::string path_of_entry(const char* name) {
  if (!name) throw Failure("unpack the archive: the name of an entry is not text");
  if (std::strlen(name) > PATH_MAX) throw Failure("unpack the archive: a name is longer than 4096");
  std::string path;
  bool outside = false;
  for (const std::string& part : split(name, '/')) {
    if (part.empty() || part == ".") continue;
    outside = outside || (part == ".." && path.empty() && name[0] != '/');
    path = part == ".." ? above(path) : below(path, part);
  }
  if (outside) throw Failure(join({"unpack ", name, ": the name leads out of the archive"}));
  return path;
}

bool make_room(const std::string& path, bool for_directory) {
  struct stat before;
  if (::lstat(path.c_str(), &before) == -1) return false;
  if (S_ISDIR(before.st_mode) && for_directory) return false;
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) throw_errno({"replace ", path}, error.value());
  return true;
}

// Each link is followed here and not by the kernel, so that the missing target of one can be made:
// `lib -> usr/lib` may stand before usr/ in the archive.
void EntryPaths::walk(const std::string& path, std::string& here, int& links, bool make) const {
  for (const std::string& part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      here = above(here);
      continue;
    }
    const std::string next = below(here, part);
    struct stat status;
    if (::lstat(next.c_str(), &status) == -1) {
      if (errno != ENOENT || !make || ::mkdir(next.c_str(), 0755) == -1) {
        throw_errno({"write to ", next});
      }
    } else if (S_ISLNK(status.st_mode)) {
      if (++links > 40) throw_errno({"write to ", next}, ELOOP);  // as many as the kernel follows
      const std::string target = read_link(next);
      if (links_ == Links::kNone) {
        throw Failure(join({"write through the link ", next, " to ", target, ": refused"}));
      }
      if (target.starts_with('/')) here.clear();
      walk(target, here, links, make);
      continue;
    } else if (!S_ISDIR(status.st_mode)) {
      throw_errno({"write to ", next}, ENOTDIR);
    }
    here = next;
  }
}

std::string EntryPaths::of(const char* name) {
  const std::string path = path_of_entry(name);
  const std::string folder = above(path);
  if (path.empty()) return directory_;
  if (folder_.empty() || folder != folder_) {
    int links = 0;
    resolved_ = directory_;
    folder_.clear();
    walk(folder, resolved_, links, true);
    folder_ = folder;
  }
  return below(resolved_, path.substr(folder.empty() ? 0 : folder.size() + 1));
}

std::string EntryPaths::of_directory(const std::string& path) const try {
  int links = 0;
  std::string here = above(path);
  walk(path.substr(here.empty() ? 0 : here.size() + 1), here, links, false);
  return here;
} catch (const std::exception&) {
  return "";
}

bool EntryPaths::resolve(archive_entry* entry, const std::string& path) {
  ::archive_entry_copy_pathname(entry, path.empty() ? "." : path.c_str());
  const char* const link = ::archive_entry_hardlink(entry);
  if (!link) return true;
  const std::string name = link;
  const std::string target = of(link);
  struct stat status;
  if (::lstat(target.c_str(), &status) == -1) {
    throw Failure(
        join({"unpack ", path, ": it is a hard link to ", name, ", which is not in the archive"}));
  }
  ::archive_entry_copy_hardlink(entry, target.c_str());
  return target != path;
}

}  // namespace stepbox
