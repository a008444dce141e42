// The claims of step 7 about attacks by root in a container.
#include <fcntl.h>
#include <signal.h>

#include "07-unionfs/claims/verify.hpp"
#include "common/deadline.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"

namespace stepbox {
namespace {

// Tries each of these attacks (probe.hpp), and prints those that were not refused.
std::vector<std::string> attacks(const std::string& names, const std::string& victim = "1") {
  return shell("for name in " + names + "; do probe attack $name " + victim +
               " || echo no $name; done | grep -v refused; echo tried");
}

}  // namespace

// --- Devices ------------------------------------------------------------------------------

CLAIM("a device node made inside cannot be opened",
      {.step = 7, .points = 2, .hint = "MOUNT_ATTR_NODEV: mknod(2) alone is harmless"}) {
  CHECK(subject.run({.command = attacks("device")}).out == "tried\n");
}

CLAIM("a device node on a volume cannot be opened",
      {.step = 7, .points = 2, .hint = "nodev, for volumes too"}) {
  const std::string source = stage.scratch("source");
  make_directories(source);
  stage.on_host({"mknod", source + "/null", "c", "1", "3"});
  const Run run =
      subject.run({.options = {"-v", source + ":/mnt"},
                   .command = shell("(: > /mnt/null) 2>/dev/null && echo alive; echo tried")});
  CHECK(run.out == "tried\n");
}

CLAIM("a device node of the image cannot be opened", {.step = 7, .hint = "nodev, on the overlay"}) {
  stage.on_host({"mknod", stage.rootfs() + "/root/null", "c", "1", "3"});
  for (const char* storage : {"overlay", "copy"}) {
    const Run run =
        subject.run({.options = {"--storage", storage},
                     .command = shell("(: > /root/null) 2>/dev/null && echo alive; echo tried")});
    CHECK(run.out == "tried\n");
  }
}

CLAIM("--privileged has the host's devices and a writable /sys", {.step = 7}) {
  const std::vector<std::string> look = shell(
      "[ -c /dev/tty0 ] || [ -c /dev/fuse ] || [ -c /dev/kmsg ] && echo devices\n"
      "grep -q ' /sys sysfs rw,' /proc/mounts && echo writable; probe attack device");
  const Run confined = subject.run({.command = look});
  CHECK(confined.out == "device refused: Permission denied\n");
  const Run run = subject.run({.command = look, .privileged = true});
  CHECK(run.out == "devices\nwritable\ndevice possible: done\n");
}

// --- Mounts -------------------------------------------------------------------------------

CLAIM("root inside cannot mount or unmount", {.step = 7, .points = 2, .hint = "CAP_SYS_ADMIN"}) {
  const Run run = subject.run({.command = attacks("mount mount-cgroup remount umount fsopen")});
  CHECK(run.out == "tried\n");
}

CLAIM("no mount outside /dev allows devices", {.step = 7, .hint = "nodev"}) {
  // A bind mount in /dev is a device itself; devpts holds terminals only.
  make_directories(stage.scratch("source"));
  const Run run = subject.run(
      {.options = {"-v", stage.scratch("source") + ":/mnt"},
       .command =
           shell("awk '$4 !~ /nodev/ && $2 !~ /^\\/dev\\// && $3 != \"devtmpfs\"' /proc/mounts")});
  CHECK(run.out == "");
}

CLAIM("no link of an image leads a volume to /proc (CVE-2019-16884)",
      {.step = 7, .hint = "what file system is it, that the mount point is on? (fstatfs(2))"}) {
  // A false /proc/self, with all files that a runtime opens in the real one.
  const std::string source = stage.scratch("source");
  make_directories(source + "/self/fd");
  create_file(source + "/self/setgroups", "deny\n");
  stage.on_host({"sh", "-c", "for n in $(seq 3 99); do ln -s /tmp $0/self/fd/$n; done", source});
  stage.on_host({"ln", "-s", "/proc", stage.rootfs() + "/data"});
  check_refused(subject, {"-v", source + ":/data"}, "in /proc");
  check_refused(subject, {"--tmpfs", "/data"}, "in /proc");
}

CLAIM("--read-only makes the root file system read-only", {.step = 7, .points = 2}) {
  make_directories(stage.scratch("source"));
  const Run run = subject.run(
      {.options = {"--read-only", "-v", stage.scratch("source") + ":/mnt"},
       .command =
           shell("touch /root/x 2>/dev/null || echo no; touch /mnt/x /dev/shm/x && echo yes")});
  CHECK(run.out == "no\nyes\n");
}

// --- Ways out through files of the runtime -------------------------------------------------

CLAIM("an inherited directory cannot become the working directory (CVE-2024-21626)",
      {.step = 7, .points = 2, .hint = "getcwd(2) after chdir(2): does it begin with a slash?"}) {
  const std::string name = random_word();
  create_file(stage.scratch("secret"), "secret");
  const Fd host(::open("/", O_RDONLY | O_DIRECTORY));  // inherited from a careless caller
  const std::vector<std::string> look = shell("cat ./" + stage.scratch("secret"));
  Running running = start_named(subject, name);
  for (int number = 3; number < host.get() + 8; ++number) {
    const std::string directory = "/proc/self/fd/" + std::to_string(number);
    const Run run = subject.run({.options = {"-w", directory},
                                 .command = look,
                                 .may_refuse = true,
                                 .left_open = host.get()});
    CHECK_MESSAGE(!holds(run.out, "secret"), "run -w " << directory);
    std::vector<std::string> words{"-w", directory, name};
    words.insert(words.end(), look.begin(), look.end());
    const Run exec = subject.run(
        {.command = words, .verb = "exec", .may_refuse = true, .left_open = host.get()});
    CHECK_MESSAGE(!holds(exec.out, "secret"), "exec -w " << directory);
  }
  stop(running);
  remove(subject, name);
}

CLAIM("root inside cannot inject input into its terminal",
      {.step = 7, .points = 3, .hint = "seccomp(2): refuse ioctl(2) with TIOCSTI"}) {
  PtyRun run = subject.start_on_pty({.command = attacks("console console-64")});
  CHECK(run.wait() == 0);
  CHECK(run.screen() == "tried\r\n");
}

CLAIM("a pipe or device as an image's /etc/passwd does not block the start",
      {.step = 7,
       .hint = "a pipe without a writer blocks, /dev/zero does not end: is it a regular file?"}) {
  stage.on_host({"mkfifo", stage.rootfs() + "/pipe"});
  for (const char* target : {"/pipe", "/dev/zero"}) {
    stage.on_host({"ln", "-sf", target, stage.rootfs() + "/etc/passwd"});
    const Run run = subject.run(
        {.options = {"-u", "7"}, .command = {"/bin/grep", "^Uid", "/proc/self/status"}});
    CHECK(run.out == "Uid:\t7\t7\t7\t7\n");
  }
}

// Root inside slows exec down with 40 MB of /etc/passwd, and opens its /proc/PID/exe meanwhile. It
// writes the byte that every ELF file begins with, so the program file stays intact.
CLAIM("root inside cannot write to the program of exec (CVE-2019-5736)",
      {.step = 7, .points = 2, .hint = "ETXTBSY while it runs; else run from a sealed copy"}) {
  stage.expect_orphans();
  const std::string first = random_word(), name = random_word();
  Running running = start_named(subject, first);
  // Two copies of the program: the one that starts the container is busy (ETXTBSY) as long as the
  // container runs; the one that exec runs is not.
  for (const char* copy : {"starts", "joins"}) {
    const std::string own = "/proc/" + std::to_string(running.pid()) + "/exe";
    stage.on_host({"cp", own, stage.scratch(copy)});
  }
  stop(running);
  remove(subject, first);
  const std::string said = stage.scratch("volume/said");
  make_directories(stage.scratch("volume"));
  create_file(said, "");
  stage.on_host(
      {stage.scratch("starts"), "run", "-d", "--name", name, "--cap-add", "SYS_PTRACE", "-v",
       stage.scratch("volume") + ":/mnt", stage.rootfs(), "/bin/sh", "-c",
       "yes x:x:1:1::: | head -c 40000000 >/etc/passwd; exec >/mnt/said 2>/dev/null; echo ready\n"
       "while :; do for p in /proc/[0-9]*; do\n"
       "case $(readlink $p/exe) in ''|/bin/*) continue;; esac\n"
       "exec 5<$p/exe; (printf '\\177' 1<>/proc/self/fd/5) && echo possible\n"
       "echo root:x:0:0::/:/bin/sh >/etc/passwd; until [ -e /mnt/go ]; do :; done\n"
       "(printf '\\177' 1<>/proc/self/fd/5) && echo possible\n"
       "echo tried; exit; done; done"});
  CHECK(wait_until(10, [&] { return read_file(said) == "ready\n"; }));
  stage.on_host({stage.scratch("joins"), "exec", name, "/bin/true"});
  create_file(stage.scratch("volume/go"), "");  // exec has ended: no process runs its program now
  CHECK(wait_until(10, [&] { return holds(read_file(said), "tried"); }));
  CHECK(read_file(said) == "ready\ntried\n");
  tell(subject, "rm", {"-f", name});
}

// --- The machine --------------------------------------------------------------------------

CLAIM("root inside cannot make system calls that affect the machine",
      {.step = 7, .points = 3, .hint = "seccomp(2)"}) {
  const Run run = subject.run({.command = attacks("acct bpf clock crypto crypto-64 handle ioperm "
                                                  "kexec keyctl module perf reboot setns swapon "
                                                  "unshare userfaultfd")});
  CHECK(run.out == "tried\n");
}

CLAIM("the machine's settings are read-only inside",
      {.step = 7, .points = 2, .hint = "bind /proc/sys and the like onto themselves, read-only"}) {
  CHECK(subject.run({.command = attacks("core_pattern irq sysrq")}).out == "tried\n");
}

CLAIM("files of /proc and /sys that describe the machine are hidden inside",
      {.step = 7, .points = 2, .hint = "/dev/null over files, an empty tmpfs over directories"}) {
  const Run run = subject.run(
      {.command = shell("cd /proc; cat keys timer_list interrupts kcore sched_debug 2>/dev/null\n"
                        "find /sys/firmware /proc/acpi /proc/scsi -mindepth 1 2>/dev/null\n"
                        "echo looked")});
  CHECK(run.out == "looked\n");
}

CLAIM("a shared PID namespace gives no access to the host's processes",
      {.step = 7, .points = 2, .hint = "ptrace(2) asks for all the capabilities of the victim"}) {
  Running victim = subject.start({.command = {"/bin/probe", "wait"}, .privileged = true});
  victim.wait_for_output("ready");
  const Run run = subject.run({.options = {"--share", "pid"},
                               .command = attacks("trace setns", std::to_string(victim.pid()))});
  CHECK(run.out == "tried\n");
  victim.signal(SIGTERM);
  victim.wait();
}

}  // namespace stepbox
