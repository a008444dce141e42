#include "07-unionfs/storage/mount_options.hpp"

#include <fcntl.h>

#include <algorithm>
#include <iterator>

#include "common/error.hpp"

namespace stepbox {

// An option, its flag for mount(2), its attribute for mount_setattr(2), and whether it clears both.
struct FlagOption {
  const char* name;
  unsigned long flag;
  uint64_t attribute;
  bool clears;
};

constexpr FlagOption kFlags[] = {{"ro", MS_RDONLY, MOUNT_ATTR_RDONLY, false},
                                 {"rw", MS_RDONLY, MOUNT_ATTR_RDONLY, true},
                                 {"nosuid", MS_NOSUID, MOUNT_ATTR_NOSUID, false},
                                 {"suid", MS_NOSUID, MOUNT_ATTR_NOSUID, true},
                                 {"nodev", MS_NODEV, MOUNT_ATTR_NODEV, false},
                                 {"dev", MS_NODEV, MOUNT_ATTR_NODEV, true},
                                 {"noexec", MS_NOEXEC, MOUNT_ATTR_NOEXEC, false},
                                 {"exec", MS_NOEXEC, MOUNT_ATTR_NOEXEC, true},
                                 {"nosymfollow", MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW, false},
                                 {"symfollow", MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW, true},
                                 {"nodiratime", MS_NODIRATIME, MOUNT_ATTR_NODIRATIME, false},
                                 {"diratime", MS_NODIRATIME, MOUNT_ATTR_NODIRATIME, true},
                                 {"sync", MS_SYNCHRONOUS, 0, false},
                                 {"async", MS_SYNCHRONOUS, 0, true},
                                 {"dirsync", MS_DIRSYNC, 0, false},
                                 {"mand", MS_MANDLOCK, 0, false},
                                 {"nomand", MS_MANDLOCK, 0, true},
                                 {"silent", MS_SILENT, 0, false},
                                 {"loud", MS_SILENT, 0, true},
                                 {"iversion", MS_I_VERSION, 0, false},
                                 {"noiversion", MS_I_VERSION, 0, true},
                                 {"lazytime", MS_LAZYTIME, 0, false},
                                 {"nolazytime", MS_LAZYTIME, 0, true},
                                 {"remount", MS_REMOUNT, 0, false},
                                 {"bind", MS_BIND, 0, false},
                                 {"rbind", MS_BIND | MS_REC, 0, false},
                                 {"defaults", 0, 0, false}};

// Of these three, one holds; mount_setattr(2) takes them as a number within MOUNT_ATTR__ATIME.
constexpr FlagOption kAccessTimes[] = {
    {"noatime", MS_NOATIME, MOUNT_ATTR_NOATIME, false},
    {"strictatime", MS_STRICTATIME, MOUNT_ATTR_STRICTATIME, false},
    {"relatime", MS_RELATIME, MOUNT_ATTR_RELATIME, false},
    {"atime", 0, MOUNT_ATTR_RELATIME, false},
    {"norelatime", MS_STRICTATIME, MOUNT_ATTR_STRICTATIME, false},
    {"nostrictatime", 0, MOUNT_ATTR_RELATIME, false}};
constexpr unsigned long kAccessTimeFlags = MS_NOATIME | MS_STRICTATIME | MS_RELATIME;

constexpr std::pair<const char*, unsigned long> kPropagations[] = {{"private", MS_PRIVATE},
                                                                   {"shared", MS_SHARED},
                                                                   {"slave", MS_SLAVE},
                                                                   {"unbindable", MS_UNBINDABLE}};

template <size_t size>
static const FlagOption* find(const FlagOption (&table)[size], const std::string& name) {
  const FlagOption* found =
      std::find_if(std::begin(table), std::end(table),
                   [&](const FlagOption& known) { return name == known.name; });
  return found == std::end(table) ? nullptr : found;
}

static void change(uint64_t attribute, bool clears, uint64_t& set, uint64_t& cleared) {
  set = clears ? set & ~attribute : set | attribute;
  cleared = clears ? cleared | attribute : cleared & ~attribute;
}

static void set_access_time(uint64_t attribute, uint64_t& set, uint64_t& cleared) {
  set = (set & ~uint64_t{MOUNT_ATTR__ATIME}) | attribute;
  cleared |= MOUNT_ATTR__ATIME;  // mount_setattr(2) wants the old value cleared
}

// "rro" changes the mounts below, too. False if it is no such option.
static bool add_recursive(const std::string& option, MountOptions& options) {
  if (!option.starts_with('r')) return false;
  const std::string name = option.substr(1);
  if (const FlagOption* known = find(kAccessTimes, name)) {
    set_access_time(known->attribute, options.set_below, options.cleared_below);
    return true;
  }
  const FlagOption* known = find(kFlags, name);
  if (!known || known->attribute == 0) return false;
  change(known->attribute, known->clears, options.set_below, options.cleared_below);
  return true;
}

static void add(const std::string& option, MountOptions& options) {
  if (const FlagOption* known = find(kFlags, option)) {
    options.flags = known->clears ? options.flags & ~known->flag : options.flags | known->flag;
    return change(known->attribute, known->clears, options.set, options.cleared);
  }
  if (const FlagOption* known = find(kAccessTimes, option)) {
    options.flags = (options.flags & ~kAccessTimeFlags) | known->flag;
    return set_access_time(known->attribute, options.set, options.cleared);
  }
  if (const unsigned long propagation = propagation_of(option)) {
    options.propagation = propagation;
  } else if (option == "tmpcopyup") {
    options.copy_up = true;
  } else if (option == "idmap" || option == "ridmap") {
    options.map_ids = true;
    options.map_below = option == "ridmap";
  } else if (!add_recursive(option, options)) {
    options.data += (options.data.empty() ? "" : ",") + option;
  }
}

unsigned long propagation_of(const std::string& option) {
  for (const auto& [name, flag] : kPropagations) {
    if (option == name) return flag;
    if (option.starts_with('r') && option.substr(1) == name) return flag | MS_REC;
  }
  return 0;
}

std::vector<std::string> mount_option_names() {
  std::vector<std::string> names{"idmap", "ridmap", "tmpcopyup"};
  const auto add = [&](const std::string& name, bool also_recursive) {
    names.push_back(name);
    if (also_recursive) names.push_back("r" + name);
  };
  for (const FlagOption& option : kFlags) add(option.name, option.attribute != 0);
  for (const FlagOption& option : kAccessTimes) add(option.name, true);
  for (const auto& [name, flag] : kPropagations) add(name, true);
  std::sort(names.begin(), names.end());
  return names;
}

MountOptions parse_mount_options(const std::vector<std::string>& options, MountOptions parsed) {
  for (const std::string& option : options) add(option, parsed);
  return parsed;
}

void set_propagation(const std::string& path, const std::string& name, unsigned long flags) {
  if (flags != 0 && ::mount(nullptr, path.c_str(), nullptr, flags, nullptr) == -1) {
    throw_errno({"set the propagation of ", name});
  }
}

void set_attributes(int fd, const std::string& name, const mount_attr& change, bool below) {
  if ((change.attr_set | change.attr_clr | change.propagation) == 0) return;  // EINVAL otherwise
  mount_attr attributes = change;
  const unsigned flags = AT_EMPTY_PATH | (below ? AT_RECURSIVE : 0U);
  if (::mount_setattr(fd, "", flags, &attributes, sizeof attributes) == -1) {
    throw_errno({"set the options of the mount on ", name});
  }
}

}  // namespace stepbox
