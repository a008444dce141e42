#include "07-unionfs/containers/container_files.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <optional>

#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/storage/overlay.hpp"
#include "07-unionfs/storage/shifted_ids.hpp"
#include "07-unionfs/storage/volumes.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"

namespace stepbox {

Fd open_merged(const Record& record) {
  const std::string directory = directory_of(record.id);
  if (record.options.storage == StorageKind::kCopy) return open_directory(directory + "/rootfs");
  // The upper layer becomes one more read-only layer: a work directory may belong to one mount
  // only.
  std::vector<std::string> layers = record.image.layers;
  layers.insert(layers.begin(), directory + "/upper");
  mount_read_only(layers, directory + "/merged", record.options.namespaces.user);
  return open_directory(directory + "/merged");
}

ContainerRoot::ContainerRoot(const Record& record) : record_(record) {
  const Fd process = open_process(record);
  if (!process) {
    held_.emplace(record.id);
    return;
  }
  wait_until_running(record.id);
  const std::string proc = join({"/proc/", std::to_string(record.pid)});
  running_ = open_directory(proc + "/root");
  if (record.options.namespaces.user && ::geteuid() == 0) {
    user_ = Fd(::open((proc + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC));
    if (!user_) throw_errno({"open ", proc, "/ns/user"});
  }
  pollfd ended{process.get(), POLLIN, 0};
  if (::poll(&ended, 1, 0) != 0) {  // then the pid may have been reused
    throw Failure(join({"container ", short_id(record.id), " has just ended"}), "try again", 1);
  }
}

ContainerRoot::~ContainerRoot() = default;

Fd ContainerRoot::open() {
  if (running_) return std::move(running_);
  overlay_ = std::make_unique<Overlay>(record_.image.layers, directory_of(record_.id),
                                       storage_options(record_.options), false);
  restore_signal_mask();  // blocked by the constructor
  overlay_->mount();
  mount_volumes(overlay_->root(), record_.options.volumes, {});
  return open_directory(overlay_->root());
}

void ContainerRoot::take_ids() const {
  if (!user_) return;
  if (::setns(user_.get(), CLONE_NEWUSER) == -1) throw_errno({"join the user namespace"});
  become_root_inside();
}

}  // namespace stepbox
