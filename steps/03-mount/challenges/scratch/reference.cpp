// scratch SIZE DIRECTORY COMMAND...: room to write, for this command alone. (unshare(2), tmpfs(5))
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "common/error.hpp"
#include "common/text.hpp"

using namespace stepbox;

// Digits, then k, m or g. Everything else is refused: a comma would add another mount option.
static void check_size(const std::string& size) {
  const size_t digits = std::min(size.find_first_not_of("0123456789"), size.size());
  const std::string unit = size.substr(digits);
  const bool known = unit.empty() || unit == "k" || unit == "m" || unit == "g";
  if (!known || parse_number(size.substr(0, digits)).value_or(0) == 0) {
    throw Failure("no size: " + size, "64k, 10m, 1g");
  }
}

static void mount_scratch(const std::string& size, const char* directory) {
  if (::unshare(CLONE_NEWNS) == -1) throw_errno({"unshare the mount namespace"});
  if (::mount("", "/", "", MS_REC | MS_PRIVATE, "") == -1) throw_errno({"make mounts private"});
  const std::string options = "mode=1777,size=" + size;
  if (::mount("scratch", directory, "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) == -1) {
    throw_errno({"mount a tmpfs on ", directory});
  }
}

int main(int argc, char** argv) try {
  if (argc < 4) throw Failure("scratch SIZE DIRECTORY COMMAND [ARG...]");
  check_size(argv[1]);
  mount_scratch(argv[1], argv[2]);
  ::execvp(argv[3], argv + 3);  // the caller waits for this process, now the command
  std::fprintf(stderr, "scratch: %s: %s\n", argv[3], std::strerror(errno));
  return errno == ENOENT ? kNoCommand : kCannotRun;
} catch (const std::exception& error) {
  return report(error);
}
