// The user namespace's id maps. (user_namespaces(7), newuidmap(1), subuid(5))
#include <pwd.h>
#include <unistd.h>

#include "04-namespaces/namespaces.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

// The words of a map: "0 1000 1" says that id 0 inside is id 1000 outside, and so for 1 id.
using IdMap = std::vector<std::string>;

// Adds the ranges that `file` (/etc/subuid, lines of name:first:count) gives to this user.
static void add_ranges(IdMap& map, const std::string& file) {
  if (!exists(file)) return;
  const std::string uid = std::to_string(::getuid());
  const passwd* user = ::getpwuid(::getuid());
  const std::string name = user ? user->pw_name : uid;
  int64_t inside = 1;
  for (const std::string& line : split(read_file(file), '\n')) {
    const std::vector<std::string> words = split(line, ':');
    if (words.size() != 3 || (words[0] != name && words[0] != uid)) continue;
    const auto count = parse_number(words[2]);
    if (!count || !parse_number(words[1])) continue;
    map.insert(map.end(), {std::to_string(inside), words[1], words[2]});
    inside += *count;
  }
}

// Only root may write more than one's own id; newuidmap and newgidmap are setuid root for that.
static void write_map(pid_t child, const char* kind, const char* program, const IdMap& map) {
  const bool whole = ::geteuid() == 0 || map.size() == 3;
  std::string text;
  for (size_t i = 0; i < map.size(); ++i) text += map[i] + (i % 3 == 2 ? "\n" : " ");
  if (whole) {
    explain({"printf '%s %s %s\\n' ", quoted(map), " > /proc/$!/", kind});
    write_file(join({"/proc/", std::to_string(child), "/", kind}), text);
  } else {
    explain({program, " $! ", quoted(map)});
    std::vector<std::string> command{program, std::to_string(child)};
    command.insert(command.end(), map.begin(), map.end());
    run_program(command, "");
  }
}

void write_id_maps(pid_t child, int flags) {
  if (!(flags & CLONE_NEWUSER)) return;
  IdMap users{"0", std::to_string(::getuid()), "1"};
  IdMap groups{"0", std::to_string(::getgid()), "1"};
  if (::geteuid() == 0 || (has_program("newuidmap") && has_program("newgidmap"))) {
    add_ranges(users, "/etc/subuid");
    add_ranges(groups, "/etc/subgid");
  }
  if (::geteuid() != 0 && groups.size() == 3) {
    // Else a user could leave a group that he is in to keep him out of a file.
    explain({"echo deny > /proc/$!/setgroups"});
    write_file(join({"/proc/", std::to_string(child), "/setgroups"}), "deny");
  }
  write_map(child, "uid_map", "newuidmap", users);
  write_map(child, "gid_map", "newgidmap", groups);
}

}  // namespace stepbox
