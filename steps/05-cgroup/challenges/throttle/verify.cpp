// The claims of the challenge `throttle`.
#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>

#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/groups.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kSize = 512 << 10;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// A disk, made of a file. However this process ends, the kernel takes it apart as soon as nobody
// has it open (LO_FLAGS_AUTOCLEAR).
class Disk {
 public:
  explicit Disk(const Stage& stage) : file_(stage.scratch("disk")) {
    if (!has_controller("blkio") && !has_controller("io"))
      skip("no controller of blkio or io here");
    create_file(file_, std::string(kSize - word_.size(), 'x') + word_);
    const Fd backing(::open(file_.c_str(), O_RDWR | O_CLOEXEC));
    const Fd control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    if (!control) skip("no loop devices on this machine");
    loop_config config{};
    config.fd = static_cast<uint32_t>(backing.get());
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    for (int tries = 0; tries < 100; ++tries) {  // another process may be quicker than we
      path_ = "/dev/loop" + std::to_string(::ioctl(control.get(), LOOP_CTL_GET_FREE));
      device_ = Fd(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
      if (!device_) skip("no " + path_ + " on this machine");
      if (::ioctl(device_.get(), LOOP_CONFIGURE, &config) == 0) return;
    }
    FAIL("no loop device is free");
  }
  const std::string& path() const { return path_; }
  const std::string& word() const { return word_; }  // the end of it
  std::string content() const { return read_file(file_); }

  // A command that reads all of it from the device itself, in small pieces; prints its end.
  std::vector<std::string> reading() const {
    return {"/bin/sh", "-c", "echo up; dd if=$0 bs=16k iflag=direct 2>/dev/null | tail -c 7",
            path_};
  }

 private:
  std::string word_ = random_word();
  std::string file_;
  std::string path_;
  Fd device_;
};

std::vector<std::string> throttled(const Disk& disk, const std::string& bytes,
                                   const std::vector<std::string>& command) {
  std::vector<std::string> words{disk.path(), bytes};
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

}  // namespace

CLAIM("a throttled command reads no faster than its rate",
      {.step = 5,
       .points = 2,
       .hint = "blkio.throttle.read_bps_device, or rbps in io.max",
       .challenge = "throttle"}) {
  const Disk disk(stage);
  const auto begin = Clock::now();
  const Run run = subject.run({.command = throttled(disk, "400000", disk.reading())});
  CHECK(seconds_since(begin) >= 1);  // 1.3, less what the kernel lets through at once
  CHECK(run.out == "up\n" + disk.word());
}

CLAIM("a throttled command writes no faster than its rate",
      {.step = 5,
       .hint = "blkio.throttle.write_bps_device, or wbps in io.max",
       .challenge = "throttle"}) {
  const Disk disk(stage);
  create_file(stage.scratch("new"), std::string(kSize, 'y'));
  const auto begin = Clock::now();
  const std::string script = "dd if=$1 of=$0 bs=16k oflag=direct 2>/dev/null; exit 6";
  const Run run = subject.run(
      {.command = throttled(disk, "400000",
                            {"/bin/sh", "-c", script, disk.path(), stage.scratch("new")})});
  CHECK(seconds_since(begin) >= 1);
  CHECK(run.status == 6);
  const bool all_is_there = disk.content() == std::string(kSize, 'y');
  CHECK(all_is_there);
}

CLAIM("only the throttled command waits for the disk",
      {.step = 5, .hint = "a group of its own; the child alone joins", .challenge = "throttle"}) {
  const Disk disk(stage);
  Running running = subject.start({.command = throttled(disk, "100000", disk.reading())});
  running.wait_for_output("up");
  CHECK(stage.on_host(disk.reading()) == "up\n" + disk.word());
  CHECK(!running.ended());
  CHECK(running.wait().out == "up\n" + disk.word());
}

CLAIM("a device or rate that is not valid is refused and nothing is run",
      {.step = 5, .hint = "S_ISBLK of what stat(2) says", .challenge = "throttle"}) {
  const Disk disk(stage);
  const auto refused = [&](const std::string& device, const std::string& bytes) {
    const Run run = subject.run({.command = {device, bytes, "touch", stage.scratch("ran")}});
    CHECK(run.status != 0);
    CHECK(run.err != "");
    CHECK(!exists(stage.scratch("ran")));
  };
  refused("/dev/null", "1000");
  refused(stage.scratch("disk"), "1000");
  refused(stage.scratch(random_word()), "1000");
  for (const char* bytes : {"fast", "0", "-1", ""}) refused(disk.path(), bytes);
}

}  // namespace stepbox
