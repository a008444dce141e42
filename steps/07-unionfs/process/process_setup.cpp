#include "07-unionfs/process/process_setup.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

static void enter_directory(const std::string& path) {
  if (path.empty()) return;
  explain({"mkdir -p ", quoted(path), "; cd ", quoted(path)});
  make_directories(path);
  if (::chdir(path.c_str()) == -1) throw_errno({"chdir ", path});
}

void set_oom_score(const OomScore& score) {
  constexpr char kFile[] = "/proc/self/oom_score_adj";
  const std::string wanted = std::to_string(score.adjustment);
  if (score.adjustment == 0 || read_file(kFile) == wanted + "\n") return;
  explain({"choom --adjust ", wanted, " --pid $$"});
  write_file(kFile, wanted);
}

User enter_process(const ProcessOptions& process, bool tty) {
  ::umask(022);  // docker's; the caller's would restrict the container's files
  User user = find_user(process.user, process.groups);
  write_sysctls(process.sysctls);
  set_oom_score(process.oom_score);
  enter_directory(process.working_directory);
  set_environment(process.environment.variables, tty, user.home);
  // Lets the user open /dev/pts/N by name. EPERM in a user namespace that does not map the id.
  if (tty) ::fchown(STDIN_FILENO, user.uid, static_cast<gid_t>(-1));
  for (const Ulimit& limit : process.ulimits)
    set_limit(limit);  // last: they limit this process, too
  return user;
}

}  // namespace stepbox
