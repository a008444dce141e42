#include "07-unionfs/overlay.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/program.hpp"

namespace stepbox {

Overlay::Overlay(const std::string& image, const std::string& directory, const Options& options)
    : image_(image), directory_(directory) {
  if (options.storage == StorageKind::kCopy) {
    root_ = directory + "/rootfs";
    if (exists(root_)) return;  // a second start: with the changes of the first
    explain({"cp -a ", quoted(image), " ", quoted(root_)});
    run_program({"cp", "-a", "--reflink=auto", "--", image, root_}, "");
    return;
  }
  root_ = directory + "/merged";
  for (const char* name : {"/upper", "/work", "/merged"}) {
    explain({"mkdir -p ", quoted(directory), name});
    make_directories(directory + name);
  }
  // The upper layer's own directory is the container's `/`: it looks like the image's.
  struct stat status;
  if (::stat(image.c_str(), &status) == -1) throw_errno({"open image ", image});
  ::chmod((directory + "/upper").c_str(), status.st_mode & 07777);
}

// A path in the option string of a mount: `:` parts layers there, `,` options.
static std::string escaped(const std::string& path) {
  std::string result;
  for (char c : path) {
    if (c == ':' || c == ',' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

// LAB: overlay
void Overlay::mount_layers(const Options& options) const {
  // A work directory belongs to one mount: shared, what it does is undefined.
  std::string data = join({"lowerdir=", escaped(image_), ",upperdir=", escaped(directory_),
                           "/upper,workdir=", escaped(directory_), "/work"});
  if (options.remove) data += ",volatile";            // thrown away soon: no need to reach the disk
  if (options.namespaces.user) data += ",userxattr";  // trusted.* is not for user namespaces
  try {
    mount_new("overlay", MountPoint(root_, "/"), 0, data.c_str());
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_device) {
      throw Failure(error.what(),
                    "this kernel has no overlay: modprobe overlay, or --storage copy");
    }
    if (error.code() == std::errc::invalid_argument) {
      throw Failure(error.what(),
                    "is the store on an overlay itself? --root on another file system, "
                    "or --storage copy");
    }
    throw;
  }
}

// Makes an empty directory, or an empty file.
static bool make_entry(const Fd& parent, const std::string& name, bool directory) {
  if (directory) return ::mkdirat(parent.get(), name.c_str(), 0755) == 0;
  constexpr int kNew = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  return static_cast<bool>(Fd(::openat(parent.get(), name.c_str(), kNew, 0644)));
}

// mkdir -p (and touch, for what is no directory) inside `rootfs`.
static void make_mount_point(const std::string& rootfs, const std::string& path, bool directory) {
  const Fd root(::open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) throw_errno({"open rootfs ", rootfs});
  for (size_t begin = 1, end; begin < path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    const std::string here = path.substr(0, end);
    if (end == begin || open_below(root, here)) continue;
    const bool is_directory = directory || end < path.size();
    explain({is_directory ? "mkdir " : "touch ", quoted(rootfs + here)});
    const Fd parent = open_below(root, path.substr(0, begin));
    if (!make_entry(parent, path.substr(begin, end - begin), is_directory)) {
      throw_errno({"make the mount point ", rootfs, here});
    }
  }
}

void Overlay::mount(const Options& options) const {
  if (options.storage == StorageKind::kCopy) {
    bind_onto_itself(root_).release();
  } else {
    mount_layers(options);
  }
  for (const char* path : {"/proc", "/sys", "/dev"}) make_mount_point(root_, path, true);
  for (const Volume& volume : options.volumes) {
    struct stat status;
    if (::stat(volume.source.c_str(), &status) == -1) throw_errno({"open ", volume.source});
    make_mount_point(root_, volume.destination, S_ISDIR(status.st_mode));
  }
}

}  // namespace stepbox
