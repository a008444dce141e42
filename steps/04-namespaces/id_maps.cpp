// The user namespace's id maps. (user_namespaces(7), newuidmap(1), subuid(5))
#include <unistd.h>

#include "04-namespaces/namespaces.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

void add_ranges(IdMap& map, const std::string& file, const std::string& name,
                const std::string& uid, int64_t inside) {
  if (!exists(file)) return;
  for (const std::string& line : split(read_file(file), '\n')) {
    const std::vector<std::string> words = split(line, ':');
    if (words.size() != 3 || (words[0] != name && words[0] != uid)) continue;
    const auto count = parse_number(words[2]);
    if (!count || !parse_number(words[1])) continue;
    map.insert(map.end(), {std::to_string(inside), words[1], words[2]});
    inside += *count;
  }
}

// Only root may map ids other than its own; newuidmap(1) and newgidmap(1) are setuid root for that.
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

// By id(1): users outside of /etc/passwd are found by NSS libraries, which a static program cannot
// load.
static std::string ask_own_name() try {
  const std::string line = run_program({"id", "-un"}, "");
  return line.substr(0, line.find('\n'));
} catch (const Failure&) {
  return std::to_string(::getuid());  // the user has no name
}

// Maps id 0 of the container to `id`, and the subordinate ids, if they can be mapped.
static IdMap own_ids(const char* file, uid_t id) {
  const std::string uid = std::to_string(::getuid());
  IdMap map{"0", std::to_string(id), "1"};
  if (::geteuid() == 0 || (has_program("newuidmap") && has_program("newgidmap"))) {
    static const std::string name = ask_own_name();  // for users and groups, once
    add_ranges(map, file, name, uid, 1);
  }
  return map;
}

void write_maps(pid_t child, const IdMap& users, const IdMap& groups) {
  if (::geteuid() != 0 && groups.size() == 3) {
    // Otherwise users could leave a group whose members a file's mode denies access to.
    explain({"echo deny > /proc/$!/setgroups"});
    write_file(join({"/proc/", std::to_string(child), "/setgroups"}), "deny");
  }
  write_map(child, "uid_map", "newuidmap", users);
  write_map(child, "gid_map", "newgidmap", groups);
}

void write_id_maps(pid_t child, int flags) {
  if (!(flags & CLONE_NEWUSER)) return;
  write_maps(child, own_ids("/etc/subuid", ::getuid()), own_ids("/etc/subgid", ::getgid()));
}

}  // namespace stepbox
