#include "common/testing/stage/rootfs.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/testing/stage/launch.hpp"

namespace stepbox {
namespace {

std::vector<std::string> list_applets(const std::string& busybox) {
  char name[] = "/tmp/stepbox-applets-XXXXXX";
  const Fd file(::mkostemp(name, O_CLOEXEC));
  if (!file) throw_errno({"make ", name});
  const pid_t pid = launch({.words = {busybox, "--list"}, .out = name});
  wait_for_end(pid, std::chrono::seconds(10));
  const std::string list = read_file(name);
  ::unlink(name);
  std::vector<std::string> applets;
  for (size_t at = 0, end = 0; (end = list.find('\n', at)) != list.npos; at = end + 1) {
    applets.push_back(list.substr(at, end - at));
  }
  return applets;
}

}  // namespace

std::string beside_verify(const std::string& name) {
  std::string path = read_link("/proc/self/exe");
  if (path.empty()) throw_errno({"readlink /proc/self/exe"});
  path.replace(path.rfind('/') + 1, path.npos, name);
  return exists(path) ? path : "";
}

void copy_program(const std::string& from, const std::string& to) {
  const Fd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  const Fd target(::open(to.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
  if (!source || !target) throw_errno({"copy ", from, " to ", to});
  struct stat about {};
  if (::fstat(source.get(), &about) == -1) throw_errno({"stat ", from});
  off_t left = about.st_size;
  while (left > 0) {
    const ssize_t done = ::sendfile(target.get(), source.get(), nullptr, static_cast<size_t>(left));
    if (done <= 0) throw_errno({"copy ", from, " to ", to});
    left -= done;
  }
}

Ingredients find_ingredients() {
  // The rootfs of `make busybox` has a static one; the system's may be dynamically linked.
  for (const std::string& path :
       {beside_verify("../busybox/bin/busybox"), std::string("/bin/busybox")}) {
    if (path.empty() || !exists(path)) continue;
    return {.busybox = path,
            .applets = list_applets(path),
            .probe = beside_verify("probe"),
            .breakout = beside_verify("breakout")};
  }
  throw Failure("no static busybox on this machine", "scripts/rootfs busybox");
}

void make_rootfs(const std::string& path, const Ingredients& ingredients) {
  ::umask(0022);
  for (const char* directory :
       {"", "/bin", "/etc", "/proc", "/sys", "/dev", "/root", "/tmp", "/mnt"}) {
    const std::string whole = path + directory;
    if (::mkdir(whole.c_str(), 0755) == -1) throw_errno({"mkdir ", whole});
  }
  if (::chmod((path + "/tmp").c_str(), 01777) == -1) throw_errno({"chmod ", path, "/tmp"});
  const std::string busybox = path + "/bin/busybox";
  copy_program(ingredients.busybox, busybox);
  for (const std::string& applet : ingredients.applets) {
    // Hard links to one file. EEXIST: `busybox`, which is an applet, too.
    if (::link(busybox.c_str(), (path + "/bin/" + applet).c_str()) == -1 && errno != EEXIST) {
      throw_errno({"link ", applet});
    }
  }
  if (!ingredients.probe.empty()) copy_program(ingredients.probe, path + "/bin/probe");
  if (!ingredients.breakout.empty()) copy_program(ingredients.breakout, path + "/bin/breakout");
  create_file(path + "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
  create_file(path + "/etc/group", "root:x:0:\n");
  create_file(path + "/etc/hosts", "127.0.0.1 localhost\n");
  create_file(path + "/etc/resolv.conf", "");
  create_file(path + "/etc/hostname", "rootfs\n");
}

}  // namespace stepbox
