#include "07-unionfs/volumes/volume_options.hpp"

#include <limits.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "07-unionfs/storage/mount_options.hpp"
#include "07-unionfs/volumes/volume_store.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

std::string clean_destination(const std::string& text, const std::string& path) {
  if (!path.starts_with('/')) {
    throw Failure(join({"'", text, "': invalid mount path: '", path, "' must be absolute"}),
                  "it is a path in the container");
  }
  std::string clean = std::filesystem::path(path).lexically_normal();
  while (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
  while (clean.starts_with("//")) clean.erase(0, 1);
  if (clean == "/") {
    throw Failure(join({"'", text, "': destination can't be '/', it would hide the whole rootfs"}),
                  "name a directory below /");
  }
  return clean;
}

namespace {

// Options of -v. Of each group one may be given; the last two groups have no effect: a process here
// has no SELinux label, and the files of a bind are the host's own at all times.
constexpr std::array<std::string_view, 5> kGroups[] = {
    {"ro", "rw"}, {"nocopy"}, {"z", "Z"}, {"cached", "consistent", "delegated"}};

// The number of the option's group, that of the propagations last; -1 if there is no such option.
int group_of(const std::string& option) {
  for (const auto& group : kGroups) {
    if (option.empty() || std::find(group.begin(), group.end(), option) == group.end()) continue;
    return static_cast<int>(&group - kGroups);
  }
  const bool known = propagation_of(option) && !option.ends_with("unbindable");
  return known ? static_cast<int>(std::size(kGroups)) : -1;
}

bool is_mode(const std::string& text) {
  std::set<int> groups;
  for (const std::string& option : split(text, ',')) {
    const int group = group_of(option);
    if (group == -1 || !groups.insert(group).second) return false;
  }
  return true;
}

void set_mode(const std::string& mode, ContainerVolume& volume) {
  if (!is_mode(mode)) {
    throw Failure(join({"invalid mode: ", mode}),
                  "ro, rw, nocopy, z, Z, and one of shared, slave, private, rshared, rslave, "
                  "rprivate");
  }
  volume.mode = mode;
  for (const std::string& option : split(mode, ',')) {
    if (option == "ro") volume.read_only = true;
    if (option == "nocopy") volume.copy = false;
    if (propagation_of(option)) volume.propagation = option;
  }
}

bool is_path(const std::string& source) {
  return source.find('/') != source.npos || source.starts_with('.');
}

// The absolute path, with links resolved if it exists.
std::string host_path(const std::string& named) {
  char path[PATH_MAX];
  if (::realpath(named.c_str(), path)) return path;
  if (errno != ENOENT) throw_errno({"open ", named});
  return std::filesystem::absolute(named).lexically_normal();
}

void set_source(const std::string& source, ContainerVolume& volume) {
  if (is_path(source)) {
    volume.source = host_path(source);
  } else {
    check_volume_name(source);
    volume.name = source;
  }
}

void check_combination(const std::string& text, const ContainerVolume& volume) {
  const bool bind = !volume.source.empty();
  if (bind ? volume.copy : volume.propagation.empty()) return;
  throw Failure(join({"'", text, "': ", bind ? "nocopy" : volume.propagation, " is for a ",
                      bind ? "volume" : "path of the host", " only"}));
}

// --- --mount ------------------------------------------------------------------------------

bool parse_switch(const std::string& key, const std::string& value) {
  if (value.empty() || value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  throw Failure(join({"invalid value for ", key, ": ", value}), "true or false");
}

// What the keys of one --mount say.
struct Mount {
  std::string type = "volume", source, destination, mode, memory;
  std::vector<std::string> own;  // keys that mounts of one type may have, as tmpfs-size
  bool read_only = false, copy = true;
};

void add_tmpfs_option(const std::string& key, const std::string& value, Mount& mount) {
  std::string text = in_lower_case(value);
  const auto is = [&](const char* digits, const char* units) {
    const size_t end = std::min(text.find_first_not_of(digits), text.size());
    return end > 0 && end + 1 >= text.size() &&
           (end == text.size() ||
            std::string_view(units).find(text[end]) != std::string_view::npos);
  };
  const bool is_size = key == "tmpfs-size";
  if (is_size && text.size() > 1 && text.ends_with('b')) text.pop_back();  // 64mb, 4096b
  if (is_size ? !is("0123456789", "kmgt") : text.size() > 4 || !is("01234567", "")) {
    throw Failure(join({"invalid value for ", key, ": ", value}),
                  is_size ? "as 64m" : "octal digits, as 1770");
  }
  mount.memory += join({",", key.substr(6), "=", text});
}

void set_own(const std::string& key, const std::string& value, Mount& mount) {
  mount.own.push_back(key);
  if (key.starts_with("tmpfs-")) {
    add_tmpfs_option(key, value, mount);
  } else if (key == "volume-nocopy") {
    mount.copy = !parse_switch(key, value);
  } else if (propagation_of(value) && group_of(value) != -1) {
    mount.mode = value;
  } else {
    throw Failure(join({"invalid propagation: ", value}),
                  "shared, slave, private, rshared, rslave or rprivate");
  }
}

// Docker's keys in its spellings; consistency is accepted as in -v.
void set_key(const std::string& field, Mount& mount) {
  const size_t equals = std::min(field.find('='), field.size());
  const std::string key = in_lower_case(field.substr(0, equals));
  const std::string value = equals < field.size() ? field.substr(equals + 1) : "";
  const bool is_switch = key == "readonly" || key == "ro" || key == "volume-nocopy";
  if (is_switch ? equals < field.size() && value.empty() : value.empty()) {
    throw Failure(join({"invalid field '", field, "' must be a key=value pair"}));
  }
  if (key == "type") {
    mount.type = in_lower_case(value);
  } else if (key == "source" || key == "src") {
    mount.source = value;
  } else if (key == "target" || key == "dst" || key == "destination") {
    mount.destination = value;
  } else if (key == "readonly" || key == "ro") {
    mount.read_only = parse_switch(key, value);
  } else if (key == "tmpfs-size" || key == "tmpfs-mode" || key == "volume-nocopy" ||
             key == "bind-propagation") {
    set_own(key, value, mount);
  } else if (key != "consistency" && field != "volume-driver=local") {
    throw Failure(join({"unexpected key '", key, "' in '", field, "'"}),
                  "type, source, target, readonly, bind-propagation, volume-nocopy, tmpfs-size, "
                  "tmpfs-mode");
  }
}

Mount read_keys(const std::string& text) {
  Mount mount;
  for (const std::string& field : split(text, ',')) set_key(field, mount);
  if (mount.type != "bind" && mount.type != "volume" && mount.type != "tmpfs") {
    throw Failure(join({"mount type unknown: '", mount.type, "'"}), "bind, volume or tmpfs");
  }
  for (const std::string& key : mount.own) {
    if (key.starts_with(mount.type + "-")) continue;
    throw Failure(join({"cannot mix '", key, "' with mount type '", mount.type, "'"}));
  }
  if (mount.destination.empty()) {
    throw Failure(join({"--mount ", text, ": target is required"}), "target=/path");
  }
  return mount;
}

// The path of the host must exist, unlike that of -v.
void bind_source(const std::string& text, const std::string& source, ContainerVolume& volume) {
  if (source.empty()) throw Failure(join({"--mount ", text, ": source is required"}), "source=DIR");
  volume.source = host_path(source);
  if (std::filesystem::exists(volume.source)) return;
  throw Failure(join({"bind source path does not exist: ", volume.source}),
                "make it first; -v would make it");
}

}  // namespace

void parse_value(const std::string& text, ContainerVolume& volume) {
  const std::vector<std::string> parts = split(text, ':');
  const bool empty = std::find(parts.begin(), parts.end(), "") != parts.end();
  if (empty || parts.size() > 3 || (parts.size() == 2 && is_mode(parts[1]))) {
    throw Failure(join({"invalid volume specification: '", text, "'"}),
                  "[SRC:]DST[:OPTION,...], and DST begins with /");
  }
  volume = {};
  volume.destination = clean_destination(text, parts[parts.size() > 1]);
  if (parts.size() == 1) {
    volume.anonymous = true;
    return;
  }
  set_source(parts[0], volume);
  if (parts.size() == 3) set_mode(parts[2], volume);
  check_combination(text, volume);
  volume.make_source = !volume.source.empty();
}

void parse_value(const std::string& text, MountOption& option) {
  const Mount mount = read_keys(text);
  option = {};
  option.is_tmpfs = mount.type == "tmpfs";
  const std::string destination = clean_destination(text, mount.destination);
  if (option.is_tmpfs) {
    if (!mount.source.empty()) throw Failure(join({"--mount ", text, ": a tmpfs has no source"}));
    const std::string options = (mount.read_only ? "ro" : "rw") + mount.memory;
    return parse_value(join({destination, ":", options}), option.tmpfs);
  }
  ContainerVolume& volume = option.volume;
  volume.destination = destination;
  volume.read_only = mount.read_only;
  volume.copy = mount.copy;
  volume.propagation = volume.mode = mount.mode;
  volume.anonymous = mount.type == "volume" && mount.source.empty();
  if (mount.type == "bind") {
    bind_source(text, mount.source, volume);
  } else if (!volume.anonymous) {
    check_volume_name(mount.source);
    volume.name = mount.source;
  }
}

void parse_value(const std::string& text, VolumesFrom& from) {
  const size_t colon = text.find(':');
  const std::string mode = colon == text.npos ? "rw" : text.substr(colon + 1);
  from = {text.substr(0, colon), mode == "ro"};
  if (from.container.empty() || (mode != "ro" && mode != "rw" && mode != "z" && mode != "Z")) {
    throw Failure(join({"invalid volumes-from: '", text, "'"}), "CONTAINER[:ro]");
  }
}

void add_options(CommandLine& cli, std::vector<ContainerVolume>& volumes, std::vector<Tmpfs>& tmpfs,
                 VolumeOptions& others) {
  cli.list("-v,--volume", "[SRC:]DST[:OPTION,...]", volumes,
           "Mount at DST the volume called SRC, which is made if there is none; a SRC with a slash "
           "is a path of the host, and no SRC a volume that is removed with the container; "
           "options as ro, nocopy, rslave");
  cli.list("--mount", "KEY=VALUE,...", others.mounts,
           "Mount what the keys say, as type=bind,source=/srv,target=/mnt,readonly; types: bind, "
           "tmpfs, volume");
  cli.list("--volumes-from", "CONTAINER[:ro]", others.from,
           "Mount what another container has by -v and --mount");
  add_options(cli, tmpfs);
}

void sort_mounts(std::vector<MountOption>& mounts, std::vector<ContainerVolume>& volumes,
                 std::vector<Tmpfs>& tmpfs) {
  for (MountOption& mount : mounts) {
    if (mount.is_tmpfs) {
      tmpfs.push_back(std::move(mount.tmpfs));
    } else {
      volumes.push_back(std::move(mount.volume));
    }
  }
  mounts.clear();
  std::set<std::string> places;
  const auto add = [&](const std::string& path) {
    if (places.insert(path).second) return;
    throw Failure(join({"Duplicate mount point: ", path}), "mount one thing at one place");
  };
  for (const ContainerVolume& volume : volumes) add(volume.destination);
  for (const Tmpfs& memory : tmpfs) add(clean_destination(memory.destination, memory.destination));
}

}  // namespace stepbox
