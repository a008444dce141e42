// throttle DEVICE BYTES COMMAND...: reads and writes no more than BYTES a second. (cgroups(7))
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "01-clone/process.hpp"
#include "05-cgroup/group.hpp"
#include "common/error.hpp"
#include "common/id.hpp"
#include "common/text.hpp"

using namespace stepbox;

// "7:0": by these the kernel knows it, whatever its name is.
static std::string numbers_of(const std::string& device) {
  struct stat about {};
  if (::stat(device.c_str(), &about) == -1) throw_errno({"look at ", device});
  if (!S_ISBLK(about.st_mode)) throw Failure("no block device: " + device);
  return std::to_string(major(about.st_rdev)) + ":" + std::to_string(minor(about.st_rdev));
}

// v1 calls it blkio.
static const char* io_controller() {
  for (const Hierarchy& hierarchy : all_hierarchies()) {
    if (hierarchy.has("blkio")) return "blkio";
  }
  return "io";
}

static void limit(const Group& group, const std::string& device, const std::string& bytes) {
  if (group.hierarchy().v2) {
    group.set("io.max", join({device, " rbps=", bytes, " wbps=", bytes}));
  } else {
    group.set("blkio.throttle.read_bps_device", join({device, " ", bytes}));
    group.set("blkio.throttle.write_bps_device", join({device, " ", bytes}));
  }
}

static int run(const std::string& device, const std::string& bytes,
               const std::vector<std::string>& command) {
  if (parse_number(bytes).value_or(0) <= 0) throw Failure("no number of bytes: " + bytes);
  block_signals();
  const Group group(find_hierarchies({io_controller()}).front(), new_id());
  limit(group, numbers_of(device), bytes);
  Child child = spawn({}, [&] {
    group.join();
    return exec_command(command);
  });
  return child.wait();
}

int main(int argc, char** argv) try {
  if (argc < 4) throw Failure("throttle DEVICE BYTES COMMAND [ARG...]");
  return run(argv[1], argv[2], {argv + 3, argv + argc});
} catch (const std::exception& error) {
  return report(error);
}
