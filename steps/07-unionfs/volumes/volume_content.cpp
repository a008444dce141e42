#include "07-unionfs/volumes/volume_content.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <memory>

#include "03-mount/mount.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/files/child_task.hpp"
#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/files/mapped_ids.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image_staging.hpp"
#include "07-unionfs/storage/overlay.hpp"
#include "07-unionfs/volumes/volume_store.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/program.hpp"

namespace stepbox {

namespace {

// The names of all entries, hidden ones too.
std::vector<std::string> entries_of(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) throw_errno({"read ", path});
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  return names;
}

// Without root the files may be another id's: a directory that cannot be read was filled before.
bool is_empty(const std::string& name) {
  const std::string path = volume_data(name);
  return ::access(path.c_str(), R_OK) == 0 && entries_of(path).empty();
}

void copy_xattrs(const std::string& from, const std::string& to) {
  for (const std::string& name : list_xattrs(from)) {
    std::string value(64 << 10, '\0');  // the most (XATTR_SIZE_MAX)
    const ssize_t size = ::lgetxattr(from.c_str(), name.c_str(), value.data(), value.size());
    // As cp -a: one that may not be set is left out.
    if (size >= 0)
      ::lsetxattr(to.c_str(), name.c_str(), value.data(), static_cast<size_t>(size), 0);
  }
}

void copy_attributes(const std::string& from, const std::string& to) {
  struct stat status;
  if (::lstat(from.c_str(), &status) == -1) throw_errno({"open ", from});
  const timespec times[] = {status.st_atim, status.st_mtim};
  if (::lchown(to.c_str(), status.st_uid, status.st_gid) == -1 ||
      ::chmod(to.c_str(), status.st_mode & 07777) == -1) {
    throw_errno({"set mode and owner of ", to});
  }
  copy_xattrs(from, to);
  ::utimensat(AT_FDCWD, to.c_str(), times, 0);
}

// A file that a container has made there since then stays.
void move_entries(const std::string& from, const std::string& to) {
  for (const std::string& name : entries_of(from)) {
    const std::string entry = join({from, "/", name}), place = join({to, "/", name});
    if (::renameat2(AT_FDCWD, entry.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) == -1 &&
        errno != EEXIST) {
      throw_errno({"rename ", entry, " to ", place});
    }
  }
}

std::string place_of_first(const std::string& name) { return volume_directory(name) + "/first"; }

// With volumes.lock held.
void move_first(const std::string& name) {
  const std::string first = place_of_first(name);
  if (!exists(first)) return;
  with_mapped_ids([&] {
    move_entries(first, volume_data(name));
    copy_attributes(first, volume_data(name));
  });
  remove_tree(first);  // last
}

// The copy becomes the content, unless another process was faster.
void publish(const std::string& copy, const std::string& name) {
  const FileLock lock = lock_volumes();
  move_first(name);
  if (!is_empty(name)) return;
  const std::string first = place_of_first(name);
  with_mapped_ids([&] {
    if (::rename(copy.c_str(), first.c_str()) == -1) throw_errno({"rename ", copy, " to ", first});
  });
  move_first(name);
}

// [child] Copies what the image has at `destination`; nothing if it has nothing there.
void copy_from_image(const Fd& image, const std::string& destination, const std::string& copy) {
  const Fd found = open_below(image, destination);
  if (!found) {
    if (errno == ENOENT || errno == ENOTDIR) return;
    throw_errno({"open ", destination, " of the image"});
  }
  struct stat status;
  if (::fstat(found.get(), &status) == -1) throw_errno({"open ", destination, " of the image"});
  if (!S_ISDIR(status.st_mode)) {
    throw Failure(join({"cannot mount volume over existing file, file exists ", destination}),
                  "mount it on a directory");
  }
  // From the working directory: the path could be changed, or lead through links of the image.
  if (::fchdir(found.get()) == -1) throw_errno({"open ", destination, " of the image"});
  explain({"cp -a ", quoted(destination), " ", quoted(copy)});
  run_program({"cp", "-a", "--reflink=auto", "--", ".", copy}, "", 0);
}

// [child] Several layers are mounted as one, in this process's own mount namespace.
Fd open_image(const std::vector<std::string>& layers, const std::string& place, bool user) {
  if (layers.size() == 1) return open_directory(layers[0]);
  make_mounts_private({});
  make_directories(place);
  mount_read_only(layers, place, user);
  return open_directory(place);
}

}  // namespace

void complete_content(const std::string& name) {
  if (!exists(place_of_first(name))) return;
  const FileLock lock = lock_volumes();
  move_first(name);
}

void fill_volumes(const std::vector<ContainerVolume>& volumes,
                  const std::vector<std::string>& layers) {
  std::vector<const ContainerVolume*> empty;
  for (const ContainerVolume& volume : volumes) {
    if (!volume.name.empty() && volume.copy && is_empty(volume.name)) empty.push_back(&volume);
  }
  if (empty.empty()) return;
  const Staging staging;
  const auto copy_of = [&](size_t i) { return join({staging.path(), "/", std::to_string(i)}); };
  const int user = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
  run_in_child({.namespaces = CLONE_NEWNS | user, .before_go = write_id_maps}, [&] {
    const Fd image = open_image(layers, staging.path() + "/image", user);
    for (size_t i = 0; i < empty.size(); ++i) {
      copy_from_image(image, empty[i]->destination, copy_of(i));
    }
  });
  for (size_t i = 0; i < empty.size(); ++i) {
    if (exists(copy_of(i))) publish(copy_of(i), empty[i]->name);
  }
}

}  // namespace stepbox
