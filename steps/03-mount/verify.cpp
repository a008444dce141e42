// The claims of step 3: the mounts that programs expect exist, and are gone afterwards.
#include <signal.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

// The line of the container's /proc/mounts for `path`.
static std::string mount_line(Subject& subject, const std::string& path) {
  return subject.run({.command = {"/bin/grep", " " + path + " ", "/proc/mounts"}}).out;
}

// A directory on the host with one file in it.
static std::string make_source(const Stage& stage, const std::string& word) {
  std::string source = stage.scratch("source");
  make_directories(source);
  create_file(source + "/file", word);
  return source;
}

// --- /proc, /sys, /dev --------------------------------------------------------------------

CLAIM("ps works", {.step = 3, .hint = "ps reads /proc, so mount a proc there"}) {
  CHECK(holds(subject.run({.command = {"/bin/ps"}}).out, "/bin/ps"));
}

CLAIM("/proc is mounted nosuid nodev noexec", {.step = 3, .hint = "the flags of mount(2)"}) {
  const std::string line = mount_line(subject, "/proc");
  CHECK(holds(line, "nosuid"));
  CHECK(holds(line, "nodev"));
  CHECK(holds(line, "noexec"));
}

CLAIM("/sys is read-only", {.step = 3, .hint = "MS_RDONLY, when it is mounted"}) {
  CHECK(holds(mount_line(subject, "/sys"), " ro,"));
}

CLAIM("/dev/null is a device", {.step = 3, .hint = "bind the host's own onto an empty file"}) {
  const Run run = subject.run({.command = {"/bin/stat", "-c", "%F %t:%T", "/dev/null"}});
  CHECK(run.out == "character special file 1:3\n");
}

CLAIM("/dev has the nodes and links that programs expect",
      {.step = 3, .hint = "six nodes, five links, three mounts: the claim lists them"}) {
  const Run run = subject.run(
      {.command = {"/bin/sh", "-c",
                   "for d in null zero full random urandom tty; do\n"
                   "  [ -c /dev/$d ] || echo no device: $d\n"
                   "done\n"
                   "for l in fd stdin stdout stderr ptmx; do [ -e /dev/$l ] || echo no $l; done\n"
                   "for m in shm mqueue pts; do\n"
                   "  grep -q \" /dev/$m \" /proc/mounts || echo not mounted: $m\n"
                   "done"}});
  CHECK(run.out == "");
  CHECK(run.status == 0);
}

CLAIM("a pseudo terminal opens inside", {.step = 3, .hint = "devpts, and /dev/ptmx"}) {
  CHECK(subject.run({.command = {"/bin/probe", "pty"}}).out == "/dev/pts/0\n");
}

// --- Volumes ------------------------------------------------------------------------------

CLAIM("-v shows a directory of the host",
      {.step = 3, .points = 2, .hint = "mount(2) with MS_BIND"}) {
  const std::string word = random_word();
  const Run run = subject.run({.options = {"-v", make_source(stage, word) + ":/mnt"},
                               .command = {"/bin/sh", "-c", "cat /mnt/file; echo new > /mnt/2"}});
  CHECK(run.out == word);
  CHECK(exists(stage.scratch("source/2")));
}

CLAIM("-v shows a single file", {.step = 3, .hint = "a file's mount point is a file"}) {
  const std::string word = random_word();
  create_file(stage.rootfs() + "/root/here", "");
  const Run run = subject.run({.options = {"-v", make_source(stage, word) + "/file:/root/here"},
                               .command = {"/bin/cat", "/root/here"}});
  CHECK(run.out == word);
}

CLAIM("-v with :ro refuses writes",
      {.step = 3, .hint = "MS_BIND ignores MS_RDONLY: remount the bind read-only"}) {
  const std::string word = random_word();
  const Run run = subject.run(
      {.options = {"-v", make_source(stage, word) + ":/mnt:ro"},
       .command = {"/bin/sh", "-c", "cat /mnt/file; echo spoilt > /mnt/file; echo new > /mnt/2"}});
  CHECK(run.out == word);
  CHECK(read_file(stage.scratch("source/file")) == word);
  CHECK_FALSE(exists(stage.scratch("source/2")));
}

CLAIM("a volume's submounts are visible inside and stay mounted on the host",
      {.step = 3, .points = 2, .hint = "a bind is a peer of its source until it is made private"}) {
  const std::string source = make_source(stage, "x");
  make_directories(source + "/sub");
  stage.on_host({"mount", "-t", "tmpfs", "sub", source + "/sub"});
  const std::string word = random_word();
  create_file(source + "/sub/file", word);
  const Run run =
      subject.run({.options = {"-v", source + ":/mnt"}, .command = {"/bin/cat", "/mnt/sub/file"}});
  CHECK(run.out == word);
  CHECK_MESSAGE(stage.is_mounted(source + "/sub"), "the host has lost it: " << source << "/sub");
  if (stage.is_mounted(source + "/sub")) stage.on_host({"umount", source + "/sub"});
}

CLAIM("a volume whose DST is missing is 125 with a hint",
      {.step = 3, .hint = "look first; say the mkdir that makes it"}) {
  if (subject.level() >= 7) not_applicable("step 7 makes it in the upper layer");
  const Run run = subject.run({.options = {"-v", make_source(stage, "x") + ":/nowhere"},
                               .command = {"/bin/true"},
                               .may_refuse = true});
  CHECK(run.status == 125);
  CHECK_MESSAGE(holds(run.err, "mkdir"), "the message should say how to make it: " << run.err);
}

CLAIM("a symbolic link leads no volume out of the rootfs",
      {.step = 3, .points = 2, .hint = "openat2(2) with RESOLVE_IN_ROOT"}) {
  // The target's path exists both on the host and in the rootfs; the volume belongs in the rootfs.
  const std::string place = stage.scratch("place");
  make_directories(place);
  make_directories(stage.rootfs() + place);
  stage.on_host({"ln", "-s", place, stage.rootfs() + "/trap"});
  const std::string word = random_word();
  const Run run = subject.run({.options = {"-v", make_source(stage, word) + ":/trap"},
                               .command = {"/bin/cat", place + "/file"}});
  CHECK(run.out == word);
}

// --- Is all of it undone? (The stage counts mounts after every claim.) ---------------------

CLAIM("nothing stays mounted after exit",
      {.step = 3, .points = 2, .hint = "a guard in run(): its destructor takes the mounts down"}) {
  const Run run = subject.run({.options = {"-v", make_source(stage, "x") + ":/mnt"},
                               .command = {"/bin/sh", "-c", "grep -c . /proc/mounts"}});
  CHECK(run.status == 0);
}

CLAIM("nothing stays mounted after TERM",
      {.step = 3, .hint = "a signal must not end us before our guards: block_signals()"}) {
  Running running =
      subject.start({.command = {"/bin/sh", "-c", "[ -d /proc/1 ] && exec /bin/probe wait"}});
  running.wait_for_output("ready");
  running.signal(SIGTERM);
  CHECK(running.wait().status == 143);
}

CLAIM("nothing stays mounted after a command that fails",
      {.step = 3, .kind = kKept, .sabotage = "forgotten-umount"}) {
  CHECK(subject.run({.command = {"/bin/false"}}).status == 1);
  CHECK(subject.run({.command = {"/bin/" + random_word()}}).status == 127);
}

CLAIM("nothing stays mounted after an error half-way",
      {.step = 3, .hint = "the guard must own what was mounted before the error"}) {
  // A path below a file cannot exist: the second volume fails when the first one is mounted.
  const std::string source = make_source(stage, "x");
  const Run run = subject.run({.options = {"-v", source + ":/mnt", "-v", source + ":/etc/passwd/x"},
                               .command = {"/bin/true"},
                               .may_refuse = true});
  CHECK(run.status == 125);
  CHECK_MESSAGE(holds(run.err, "/etc/passwd/x"), "the message should name it: " << run.err);
}

// --- What is still open? ------------------------------------------------------------------

CLAIM("the mounts are seen on the host", {.step = 3, .kind = kHole, .closed = 4}) {
  Running running = subject.start({.command = {"/bin/probe", "wait"}});
  running.wait_for_output("ready");
  CHECK(stage.is_mounted(stage.rootfs() + "/proc"));
  stop(running);
}

CLAIM("ps sees the host's processes", {.step = 3, .kind = kHole, .closed = 4}) {
  CHECK(holds(subject.run({.command = {"/bin/ps"}}).out, "verify"));
}

}  // namespace stepbox
