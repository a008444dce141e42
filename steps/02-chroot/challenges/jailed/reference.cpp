// jailed PID...: which processes have another root directory? (proc_pid_root(5), stat(2))
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "common/error.hpp"

using namespace stepbox;

// stat(2) follows a link of /proc to where the process is, whatever its text says.
static struct stat look_at(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) == -1) throw_errno({"look at ", path});
  return about;
}

static std::string text_of(const std::string& link) {
  char text[PATH_MAX];
  const ssize_t length = ::readlink(link.c_str(), text, sizeof text);
  if (length == -1) throw_errno({"read ", link});
  return std::string(text, static_cast<size_t>(length));
}

static void judge(const std::string& pid) {
  const std::string link = "/proc/" + pid + "/root";
  const struct stat ours = look_at("/");
  const struct stat theirs = look_at(link);
  if (ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino) {
    std::printf("%s free\n", pid.c_str());
  } else {
    std::printf("%s jailed %s\n", pid.c_str(), text_of(link).c_str());
  }
}

int main(int argc, char** argv) {
  int status = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      judge(argv[i]);
    } catch (const std::exception& error) {
      report(error);
      status = 1;
    }
  }
  return status;
}
