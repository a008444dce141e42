#include "common/process/exec_hint.hpp"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

namespace stepbox {

static bool is_setuid(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_ISUID | S_ISGID)) != 0;
}

// Whether execvp(3) has found a setuid or setgid program of this name.
static bool names_setuid_program(const std::string& name) {
  if (name.find('/') != name.npos) return is_setuid(name);
  const char* path = std::getenv("PATH");
  std::istringstream directories(path ? path : "");
  for (std::string directory; std::getline(directories, directory, ':');) {
    if (is_setuid(directory + "/" + name)) return true;
  }
  return false;
}

std::string hint_of_exec(const std::string& name, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  if (missing && ::access(name.c_str(), F_OK) == 0) {
    return "it exists; its interpreter or dynamic loader does not: file(1), ldd(1)";
  }
  const bool refused = error == EACCES || error == EPERM;
  if (refused && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && names_setuid_program(name)) {
    return "a setuid program; these gain privileges only with --security-opt "
           "no-new-privileges=false";
  }
  return "";
}

}  // namespace stepbox
