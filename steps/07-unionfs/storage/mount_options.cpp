#include "07-unionfs/storage/mount_options.hpp"

#include <algorithm>
#include <iterator>

#include "common/mount_api.hpp"

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
    {"norelatime", 0, MOUNT_ATTR_STRICTATIME, false},
    {"nostrictatime", 0, MOUNT_ATTR_RELATIME, false}};
constexpr unsigned long kAccessTimeFlags = MS_NOATIME | MS_STRICTATIME | MS_RELATIME;

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
  } else if (!add_recursive(option, options)) {
    options.data += (options.data.empty() ? "" : ",") + option;
  }
}

unsigned long propagation_of(const std::string& option) {
  constexpr std::pair<const char*, unsigned long> kNames[] = {{"private", MS_PRIVATE},
                                                              {"shared", MS_SHARED},
                                                              {"slave", MS_SLAVE},
                                                              {"unbindable", MS_UNBINDABLE}};
  for (const auto& [name, flag] : kNames) {
    if (option == name) return flag;
    if (option.starts_with('r') && option.substr(1) == name) return flag | MS_REC;
  }
  return 0;
}

MountOptions parse_mount_options(const std::vector<std::string>& options) {
  MountOptions parsed;
  for (const std::string& option : options) add(option, parsed);
  return parsed;
}

}  // namespace stepbox
