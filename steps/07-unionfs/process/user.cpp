#include "07-unionfs/process/user.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

constexpr char kPasswd[] = "/etc/passwd";
constexpr char kGroup[] = "/etc/group";

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

// Reads the two files themselves, as docker does; nsswitch.conf would load code from the image. A
// missing file counts as empty, and so does anything that is not a regular file: open(2) of a FIFO
// would block, and /dev/zero has no end.
static File open_file(const char* path) {
  const Fd file(::open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status;
  const bool plain = file && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
  File opened(
      plain ? ::fdopen(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0), "r") : ::fopen("/dev/null", "re"),
      ::fclose);
  if (!opened) throw_errno({"open ", path});
  return opened;
}

// The id, if `text` is a number.
static std::optional<uid_t> as_id(const std::string& text) {
  const auto number = parse_number(text);
  if (!number) return std::nullopt;
  if (*number < 0 || *number > INT32_MAX) {
    throw Failure(join({"'", text, "' is not a user or group id"}), "0 to 2147483647");
  }
  return static_cast<uid_t>(*number);
}

// Fills in `user` from /etc/passwd. Returns the name; empty if there is no entry.
static std::string look_up_user(const std::string& text, User& user) {
  const std::optional<uid_t> id = as_id(text);
  const File file = open_file(kPasswd);
  while (const passwd* entry = ::fgetpwent(file.get())) {
    if (text != entry->pw_name && id != entry->pw_uid) continue;
    user = {entry->pw_uid, entry->pw_gid, {}, entry->pw_dir};
    return entry->pw_name;
  }
  if (!id) {
    throw Failure(join({"no user '", text, "' in the image's ", kPasswd}),
                  "a number needs no entry");
  }
  user.uid = *id;
  return "";
}

static gid_t look_up_group(const std::string& text) {
  const std::optional<gid_t> id = as_id(text);
  const File file = open_file(kGroup);
  while (const group* entry = ::fgetgrent(file.get())) {
    if (text == entry->gr_name) return entry->gr_gid;
  }
  if (id) return *id;
  throw Failure(join({"no group '", text, "' in the image's ", kGroup}), "a number needs no entry");
}

static void add_groups_of(const std::string& name, User& user) {
  const File file = open_file(kGroup);
  while (const group* entry = ::fgetgrent(file.get())) {
    for (char** member = entry->gr_mem; *member; ++member) {
      if (name == *member && entry->gr_gid != user.gid) user.groups.push_back(entry->gr_gid);
    }
  }
}

User find_user(const std::string& text, const std::vector<std::string>& more) {
  const size_t colon = text.find(':');
  const std::string who = text.substr(0, colon);
  User user;
  const std::string name = look_up_user(who.empty() ? "0" : who, user);
  const std::string group = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (!group.empty()) user.gid = look_up_group(group);
  user.groups = {user.gid};
  if (group.empty() && !name.empty()) add_groups_of(name, user);
  for (const std::string& other : more) {
    const gid_t id = look_up_group(other);
    if (std::find(user.groups.begin(), user.groups.end(), id) == user.groups.end()) {
      user.groups.push_back(id);
    }
  }
  return user;
}

std::string home_of(uid_t user) {
  User found;
  look_up_user(std::to_string(user), found);
  return found.home;
}

static void set_groups(const User& user) {
  if (::setgroups(user.groups.size(), user.groups.data()) == 0) return;
  if (errno == EINVAL && ::setgroups(1, &user.gid) == 0) return;
  // It is denied in a user namespace that maps a single id (user_namespaces(7)). Only then the file
  // is asked: a bundle need not mount /proc, and the image could have one of its own there.
  const int error = errno;
  const std::string permission = "/proc/self/setgroups";
  if (error == EPERM && exists(permission) && read_file(permission) == "deny\n") return;
  throw_errno({"set the groups"}, error);
}

void become(const User& user) {
  const std::string uid = std::to_string(user.uid), gid = std::to_string(user.gid);
  std::string groups;
  for (gid_t group : user.groups) groups += (groups.empty() ? "" : ",") + std::to_string(group);
  explain({"setpriv --reuid ", uid, " --regid ", gid, " --groups ", groups, " sh -c '…'"});
  set_groups(user);
  if (::setgid(user.gid) == 0 && ::setuid(user.uid) == 0) return;
  if (errno != EINVAL) throw_errno({"become user ", uid, ", group ", gid});
  throw Failure(join({"become user ", uid, ", group ", gid, ": not in this user namespace"}),
                "give the caller a range of ids in /etc/subuid and /etc/subgid");
}

}  // namespace stepbox
