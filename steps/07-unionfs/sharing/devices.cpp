#include "07-unionfs/sharing/devices.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <filesystem>

#include "03-mount/mount.hpp"
#include "07-unionfs/storage/volumes.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

static bool is_access(const std::string& text) {
  return !text.empty() && text.find_first_not_of("rwm") == text.npos;
}

void parse_value(const std::string& text, Device& device) {
  const std::vector<std::string> parts = split(text, ':');
  const bool short_form = parts.size() == 2 && is_access(parts[1]);  // HOST:ACCESS
  device = {parts[0], parts.size() > 1 && !short_form ? parts[1] : parts[0]};
  if (short_form) device.access = parts[1];
  if (parts.size() == 3) device.access = parts[2];
  if (parts.size() > 3 || !device.source.starts_with('/') || !device.destination.starts_with('/') ||
      device.destination.back() == '/' || !is_access(device.access)) {
    throw Failure(join({"'", text, "' is not HOST[:CONTAINER[:rwm]]"}), "as /dev/fuse");
  }
}

void check(const std::vector<Device>& devices, bool has_rules) {
  for (const Device& device : devices) {
    if (has_rules || device.access == "rwm") continue;
    throw Failure(
        join({"--device ", device.source, ": access ", device.access, " needs root of the host"}),
        "be root, or leave it out: the file's own mode holds");
  }
}

static struct stat status_of(const Device& device) {
  struct stat status;
  if (::stat(device.source.c_str(), &status) == -1) throw_errno({"--device ", device.source});
  return status;
}

static bool is_device(const struct stat& status) {
  return S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode);
}

// With each directory replaced by the devices in it.
static std::vector<Device> all_of(const std::vector<Device>& devices) {
  std::vector<Device> found;
  for (const Device& device : devices) {
    const struct stat status = status_of(device);
    if (is_device(status)) found.push_back(device);
    if (is_device(status)) continue;
    if (!S_ISDIR(status.st_mode)) throw Failure(join({"--device ", device.source, " is none"}));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(device.source)) {
      const std::string path = entry.path().string();
      const Device one{path, device.destination + path.substr(device.source.size()), device.access};
      if (!entry.is_symlink() && is_device(status_of(one))) found.push_back(one);
    }
  }
  return found;
}

std::string as_oci_rules(const std::vector<Device>& devices) {
  std::string rules;
  for (const Device& device : all_of(devices)) {
    const struct stat status = status_of(device);
    rules += join({rules.empty() ? "" : ",", "{\"allow\":true,\"type\":\"",
                   S_ISBLK(status.st_mode) ? "b" : "c",
                   "\",\"major\":", std::to_string(major(status.st_rdev)), ",\"minor\":",
                   std::to_string(minor(status.st_rdev)), ",\"access\":\"", device.access, "\"}"});
  }
  return join({"[", rules, "]"});
}

void bind_devices(const std::string& root, const std::vector<Device>& devices) {
  for (const Device& device : all_of(devices)) {
    make_mount_point(root, device.destination, false);
    bind(device.source, find_mount_place(root, device.destination), true);  // as step 3's
  }
}

}  // namespace stepbox
