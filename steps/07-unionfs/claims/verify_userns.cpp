// The claims of step 7 about root's --userns: ids are shifted on the host, unchanged inside.
#include <sys/stat.h>

#include "07-unionfs/claims/verify.hpp"
#include "common/files.hpp"

namespace stepbox {
namespace {

constexpr uid_t kFirst = 0x70000000;  // as --help says

// tmpfs supports id-mapped mounts since Linux 6.3, an overlay as the layer does not.
void skip_without_id_maps(Subject& subject) {
  const RunSpec run{.options = {"--userns"}, .command = {"/bin/true"}, .may_refuse = true};
  const Run first = subject.run(run);
  if (holds(first.err, "map the ids of")) skip("the stage's file systems map no ids here");
}

uid_t owner_of(const std::string& path) {
  struct stat status {};
  CHECK_MESSAGE(::lstat(path.c_str(), &status) == 0, "there is no " << path);
  return status.st_uid;
}

// The effective uid on the host; the line is "Uid: REAL EFFECTIVE SAVED FILES".
std::string uid_of(const Stage& stage, pid_t pid) {
  return stage.on_host({"awk", "/^Uid:/ {printf $3}", "/proc/" + std::to_string(pid) + "/status"});
}

std::string make_volume(const Stage& stage) {
  make_directories(stage.scratch("volume"));
  stage.on_host({"chmod", "0777", stage.scratch("volume")});
  return stage.scratch("volume");
}

// Starts a container with shifted ids that creates /made, owned by user 5, and /etc/new. Only the
// arguments of its last command contain the whole word that find_process() looks for.
std::string start_shifted(Subject& subject, Stage& stage) {
  skip_without_id_maps(subject);
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--userns", "--name", name},
               .command = shell("echo x > /made; chown 5:6 /made; echo y > /etc/new; rm /etc/group;"
                                "exec /bin/probe wait so''" +
                                name)});
  stage.find_process("so" + name);
  return name;
}

const char kOwners[] = "stat -c '%u:%g %n' /made /etc/new /bin";
const char kRight[] = "5:6 /made\n0:0 /etc/new\n0:0 /bin\n";

}  // namespace

CLAIM("root inside --userns is unprivileged outside",
      {.step = 7, .points = 2, .hint = "uid_map: 0 inside is the first of a range, not 0"}) {
  skip_without_id_maps(subject);
  const std::string name = random_word();
  const std::string volume = make_volume(stage);
  Running running = subject.start(
      {.options = {"--userns", "-v", volume + ":/mnt", "--name", name},
       .command = shell("id -u; touch /mnt/file; stat -c %u /mnt/file; exec probe wait " + name)});
  running.wait_for_output("ready");
  CHECK(running.out() == "0\n0\nready\n");
  CHECK(uid_of(stage, stage.find_process(name)) == std::to_string(kFirst));
  CHECK(owner_of(volume + "/file") == kFirst);
  stop(running);
  remove(subject, name);
}

CLAIM("the ids of --userns are those that /etc/subuid gives to stepbox", {.step = 7}) {
  skip_without_id_maps(subject);
  for (const char* file : {"/etc/subuid", "/etc/subgid"}) {
    if (!exists(file)) skip("no /etc/subuid and /etc/subgid to put others on");
    create_file(stage.scratch("ranges"), "root:1:9\nstepbox:400000:1000\nstepbox:x:y\n");
    stage.on_host({"mount", "--bind", stage.scratch("ranges"), file});
  }
  const Run run = subject.run(
      {.options = {"--userns"}, .command = shell("cat /proc/self/uid_map /proc/self/gid_map")});
  const std::vector<std::string> map{"0", "400000", "1000"};
  CHECK(lines_of(run.out) == std::vector{map, map});
  check_refused(subject, {"--userns", "-u", "1000"}, "not in this user namespace");
  stage.on_host({"umount", "/etc/subuid", "/etc/subgid"});
}

CLAIM("an image's users own their files with --userns",
      {.step = 7, .points = 2, .hint = "MOUNT_ATTR_IDMAP: the layers' ids are shifted, too"}) {
  skip_without_id_maps(subject);
  const std::string volume = make_volume(stage);
  create_file(stage.rootfs() + "/root/hers", "x");
  stage.on_host({"chown", "1000:1000", stage.rootfs() + "/root/hers", stage.rootfs() + "/root"});
  for (const char* storage : {"overlay", "copy"}) {
    const Run run = subject.run(
        {.options = {"--userns", "--storage", storage, "-u", "1000:1000", "-v", volume + ":/mnt"},
         .command = shell("stat -c %u /bin /root/hers; echo more >>/root/hers && touch /mnt/file &&"
                          "stat -c %u /root/hers; touch /bin/x 2>/dev/null || echo no")});
    CHECK(run.out == "0\n1000\n1000\nno\n");
    CHECK(owner_of(volume + "/file") == kFirst + 1000);
    stage.on_host({"rm", volume + "/file"});
  }
}

CLAIM("exec joins a container of --userns as its root", {.step = 7, .points = 2}) {
  const std::string name = start_shifted(subject, stage);
  CHECK(tell(subject, "exec", {name, "/bin/sh", "-c", kOwners}).out == kRight);
  const std::string word = random_word();
  const Run run = tell(subject, "exec", {name, "/bin/sh", "-c", "id -u; touch /new && echo made"});
  CHECK(run.out == "0\nmade\n");
  Running second = subject.start({.command = {name, "/bin/probe", "wait", word}, .verb = "exec"});
  second.wait_for_output("ready");
  CHECK(uid_of(stage, stage.find_process(word)) == std::to_string(kFirst));
  stop(second);
  tell(subject, "rm", {"-f", name});
}

CLAIM("changes of a container of --userns keep their owners",
      {.step = 7, .points = 2, .hint = "on the disk ids are not shifted"}) {
  const std::string name = start_shifted(subject, stage);
  CHECK(tell(subject, "diff", {name}).out == "C /etc\nD /etc/group\nA /etc/new\nA /made\n");
  tell(subject, "commit", {name, "mine:1"});
  for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"--userns"}}) {
    const Run run =
        subject.run({.options = options, .command = shell(kOwners), .rootfs = "mine:1"});
    CHECK(run.out == kRight);
  }
  tell(subject, "export", {"-o", stage.scratch("all.tar"), name});
  const std::string listed = stage.on_host(
      {"tar", "--numeric-owner", "-tvf", stage.scratch("all.tar"), "made", "etc/new"});
  CHECK(holds(listed, " 5/6 "));
  CHECK(holds(listed, " 0/0 "));
  tell(subject, "rm", {"-f", name});
  tell(subject, "rmi", {"mine:1"});
}

CLAIM("cp copies into and out of a container of --userns", {.step = 7}) {
  const std::string name = start_shifted(subject, stage);
  const std::string volume = make_volume(stage);
  create_file(stage.scratch("file"), "x");
  stage.on_host({"chown", "7:8", stage.scratch("file")});
  for (const std::string state : {"running", "ended"}) {
    INFO("a container that is " << state);
    tell(subject, "cp", {"-a", name + ":/made", volume + "/" + state});
    CHECK(owner_of(volume + "/" + state) == 5);
    tell(subject, "cp", {"-a", stage.scratch("file"), name + ":/" + state});
    tell(subject, "cp", {stage.scratch("file"), name + ":/root/" + state});
    tell(subject, "stop", {name});
  }
  tell(subject, "start", {name});
  const Run run =
      tell(subject, "exec",
           {name, "/bin/sh", "-c", "stat -c %u /running /ended /root/running /root/ended /made"});
  CHECK(run.out == "7\n7\n0\n0\n5\n");
  tell(subject, "rm", {"-f", name});
}

CLAIM("--userns names the file system that cannot map ids", {.step = 7}) {
  make_directories(stage.scratch("ram"));
  stage.on_host({"mount", "-t", "ramfs", "ram", stage.scratch("ram")});
  check_refused(subject, {"--userns", "--root", stage.scratch("ram")}, "map the ids of");
  stage.on_host({"umount", stage.scratch("ram")});
}

CLAIM("with --userns a container sees its own cgroups in /sys/fs/cgroup",
      {.step = 7, .hint = "the folder above is root's: open them before the ids change"}) {
  skip_without_id_maps(subject);
  const Run run =
      subject.run({.options = {"--userns", "-m", "64m"}, .command = shell(kLookAtGroups)});
  CHECK(run.out == "67108864\nend\n");
}

}  // namespace stepbox
