// stall KIND COMMAND...: says when it has to wait for cpu, memory or io, and how long. (psi.rst)
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "01-clone/process.hpp"
#include "03-mount/mountinfo.hpp"
#include "05-cgroup/group.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"

using namespace stepbox;

static constexpr char kTrigger[] = "some 200000 2000000";  // microseconds: of waiting, within

static Group make_group() {
  for (const MountEntry& mount : read_mountinfo()) {
    if (mount.type != "cgroup2") continue;
    const std::string base = find_base_v2(mount.target);
    if (!base.empty()) return Group({.v2 = true, .base = base, .controllers = {}}, new_id());
  }
  throw Failure("no cgroup v2 here, or none for us");
}

static Fd set_trigger(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!file) throw_errno({"open ", path});
  if (::write(file.get(), kTrigger, sizeof kTrigger) == -1) throw_errno({"set a trigger: ", path});
  return file;
}

// Says so when the trigger fires, once; returns when the child has ended.
static void watch(const Fd& trigger, pid_t child) {
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  if (!process) throw_errno({"pidfd_open"});
  pollfd files[] = {{process.get(), POLLIN, 0}, {trigger.get(), POLLPRI, 0}};
  while (!(files[0].revents & POLLIN)) {
    if (::poll(files, 2, -1) == -1) continue;
    if (!(files[1].revents & POLLPRI)) continue;
    std::fputs("stalled\n", stderr);
    files[1].fd = -1;
  }
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=123456": the microseconds.
static long long total_of(const std::string& pressure) {
  const std::string key = "total=";
  return std::stoll(pressure.substr(pressure.find(key) + key.size()));
}

static int run(const std::string& kind, const std::vector<std::string>& command) {
  block_signals();
  const Group group = make_group();
  const std::string path = group.path() + "/" + kind + ".pressure";
  const Fd trigger = set_trigger(path);
  Child child = spawn({}, [&] {
    group.join();
    return exec_command(command);
  });
  watch(trigger, child.pid());
  const int status = child.wait();
  std::fprintf(stderr, "waited %lld\n", total_of(read_file(path)) / 1000);
  return status;
}

int main(int argc, char** argv) try {
  if (argc < 3) throw Failure("stall cpu|memory|io COMMAND [ARG...]");
  const std::string kind = argv[1];
  if (kind != "cpu" && kind != "memory" && kind != "io") throw Failure("no such kind: " + kind);
  return run(kind, {argv + 2, argv + argc});
} catch (const std::exception& error) {
  return report(error);
}
