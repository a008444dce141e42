// The claims of step 7 about the start of a command: user, directory, environment, limits.
#include <signal.h>

#include "07-unionfs/claims/verify.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

// Writes users and groups into the stage's rootfs.
void add_users(const Stage& stage) {
  create_file(stage.rootfs() + "/etc/passwd",
              "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:100:Alice:/home/alice:/bin/sh\n");
  create_file(stage.rootfs() + "/etc/group",
              "root:x:0:\nusers:x:100:\nwheel:x:10:root,alice\naudio:x:29:alice\n");
}

std::string id_as(Subject& subject, const std::string& user) {
  return subject.run({.options = {"-u", user}, .command = {"/bin/id"}}).out;
}

}  // namespace

// --- Environment --------------------------------------------------------------------------

CLAIM("the environment of the caller is not inherited",
      {.step = 7, .points = 2, .hint = "clearenv(3)"}) {
  const Run run = subject.run(
      {.options = {"--hostname", "box"}, .command = {"/bin/env"}, .environment = {"SECRET=x"}});
  CHECK(run.out ==
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOSTNAME=box\n"
        "HOME=/root\n");
}

CLAIM("-e sets a variable or passes on the caller's", {.step = 7}) {
  const Run run = subject.run({.options = {"-e", "ONE=1=one", "-e", "TWO", "--env", "PATH=/bin",
                                           "-e", "THREE", "-e", "ONE=2"},
                               .command = shell("echo $ONE,$TWO,$PATH,${THREE-none}"),
                               .environment = {"TWO=zwei"}});
  CHECK(run.out == "2,zwei,/bin,none\n");
  check_refused(subject, {"-e", "=x"}, "'=x' is not a variable");
}

CLAIM("--env-file is read as docker reads it and -e overrides it", {.step = 7}) {
  const std::string file = stage.scratch("variables");
  create_file(file, "# a comment\n\n  ONE=\"1\" \nTWO\nTHREE=3\nFOUR\r\n");
  const Run run = subject.run({.options = {"-e", "THREE=drei", "--env-file", file},
                               .command = shell("echo \"$ONE,$TWO,$THREE,${FOUR-none}\""),
                               .environment = {"TWO=zwei"}});
  CHECK(run.out == "\"1\" ,zwei,drei,none\n");
  create_file(file, "ONE=1\nnot a name=2\n");
  check_refused(subject, {"--env-file", file}, "line 2");
  create_file(file, std::string("ONE=1\0cut\n", 10));
  check_refused(subject, {"--env-file", file}, "line 1: it has a NUL character");
  check_refused(subject, {"--env-file", "/no/such/file"}, "/no/such/file");
}

// --- User and group -----------------------------------------------------------------------

CLAIM("-u knows the users and groups of the image", {.step = 7, .points = 2}) {
  add_users(stage);
  CHECK(id_as(subject, "alice") ==
        "uid=1000(alice) gid=100(users) groups=10(wheel),29(audio),100(users)\n");
  CHECK(id_as(subject, "1000") ==
        "uid=1000(alice) gid=100(users) groups=10(wheel),29(audio),100(users)\n");
  CHECK(id_as(subject, "alice:audio") == "uid=1000(alice) gid=29(audio) groups=29(audio)\n");
  CHECK(id_as(subject, "7:8") == "uid=7 gid=8 groups=8\n");
  CHECK(id_as(subject, "7") == "uid=7 gid=0(root) groups=0(root)\n");
}

CLAIM("-u sets HOME and refuses a user that the image does not know", {.step = 7}) {
  add_users(stage);
  const auto home_of = [&](const std::vector<std::string>& options) {
    return subject.run({.options = options, .command = shell("echo $HOME")}).out;
  };
  CHECK(home_of({"-u", "alice"}) == "/home/alice\n");
  CHECK(home_of({"-u", "7"}) == "/\n");
  CHECK(home_of({"-u", "alice", "-e", "HOME=/mine"}) == "/mine\n");
  check_refused(subject, {"-u", "bob"}, "no user 'bob'");
  check_refused(subject, {"-u", "alice:staff"}, "no group 'staff'");
  check_refused(subject, {"-u", "-1"}, "'-1' is not a user");
}

CLAIM("the umask of the caller is not inherited",
      {.step = 7, .hint = "umask(2), before anything is made that is the container's"}) {
  const std::vector<std::string> strict{"/bin/sh", "-c", "umask 077; exec \"$@\"", "sh"};
  const Run run = subject.run({.options = {"-u", "7", "-w", "/w/d", "--tmpfs", "/new/place"},
                               .command = shell("umask; cd /w/d && cd /new/place && echo there"),
                               .through = strict});
  CHECK(run.out == "0022\nthere\n");
}

CLAIM("an image is readable by all users whatever the umask of import",
      {.step = 7, .hint = "its root directory is made with the mode that is meant"}) {
  subject.run({.command = {stage.rootfs(), "mine"},
               .verb = "import",
               .through = {"/bin/sh", "-c", "umask 077; exec \"$@\"", "sh"}});
  const Run run =
      subject.run({.options = {"-u", "7"}, .command = {"/bin/echo", "here"}, .rootfs = "mine"});
  CHECK(run.out == "here\n");
  CHECK(subject.run({.command = {"mine"}, .verb = "rmi"}).status == 0);
}

CLAIM("the groups of the caller are not inherited",
      {.step = 7, .hint = "setgroups(2), before setuid(2)"}) {
  add_users(stage);
  const Run run = subject.run({.command = shell("grep Groups /proc/self/status")});
  CHECK(run.out == "Groups:\t0 10 \n");
  CHECK(subject.run({.options = {"-u", "7"}, .command = shell("grep Groups /proc/self/status")})
            .out == "Groups:\t0 \n");
}

CLAIM("-u is irreversible and works with --init too", {.step = 7}) {
  add_users(stage);
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"-u", "alice"}, {"-u", "alice", "--init"}}) {
    const Run run = subject.run(
        {.options = options, .command = shell("grep Uid /proc/self/status; id -u > /root/x")});
    CHECK(holds(run.out, "Uid:\t1000\t1000\t1000\t1000"));
    CHECK(run.status == 1);
  }
}

// --- Directory, entrypoint, limits --------------------------------------------------------

CLAIM("-w sets the working directory and makes it in the upper layer", {.step = 7}) {
  CHECK(subject.run({.options = {"-w", "/new/place"}, .command = {"/bin/pwd"}}).out ==
        "/new/place\n");
  CHECK_FALSE(exists(stage.rootfs() + "/new"));
  CHECK(subject.run({.options = {"--workdir=/tmp"}, .command = {"/bin/pwd"}}).out == "/tmp\n");
  check_refused(subject, {"-w", "place"}, "is a relative path");
  check_refused(subject, {"-w", "/etc/passwd"}, "/etc/passwd");
}

CLAIM("--entrypoint precedes the command", {.step = 7}) {
  const Run run = subject.run({.options = {"--entrypoint", "/bin/echo"}, .command = {"-n", "a b"}});
  CHECK(run.out == "a b");
  CHECK(subject
            .run({.options = {"--entrypoint", "/bin/hostname", "--hostname", "box"},
                  .may_refuse = true})
            .out == "box\n");
  CHECK(subject.run({.options = {"--entrypoint", ""}, .may_refuse = true}).status == 125);
}

CLAIM("run without any command reports the missing command", {.step = 7}) {
  const Run run = subject.run({.options = {"-e", "A=b"}, .may_refuse = true});
  CHECK(run.status == 125);
  CHECK(holds(run.err, "no COMMAND given, and the image has none"));
}

CLAIM("--ulimit limits each process", {.step = 7}) {
  const auto limits = [&](const std::string& limit) {
    return subject
        .run({.options = {"--ulimit", limit, "--ulimit", "core=0"},
              .command = shell("ulimit -n; ulimit -Hn; ulimit -c")})
        .out;
  };
  CHECK(limits("nofile=64:128") == "64\n128\n0\n");
  CHECK(limits("nofile=65") == "65\n65\n0\n");
  check_refused(subject, {"--ulimit", "nofile=9:8"}, "above the hard one");
  check_refused(subject, {"--ulimit", "files=9"}, "'files' is not a resource");
  check_refused(subject, {"--ulimit", "nofile=many"}, "'nofile=many'");
}

// --- tmpfs, cidfile, words without effect -------------------------------------------------

CLAIM("--tmpfs mounts memory without execute permission", {.step = 7}) {
  const Run run = subject.run({.options = {"--tmpfs", "/new/memory:size=1m,mode=700"},
                               .command = shell("grep /new/memory /proc/mounts; cd /new/memory\n"
                                                "cp /bin/true x; ./x || echo refused")});
  CHECK(holds(run.out,
              "stepbox /new/memory tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k,mode=700"));
  CHECK(holds(run.out, "refused\n"));
  CHECK_FALSE(exists(stage.rootfs() + "/new"));
  check_refused(subject, {"--tmpfs", "/x:sise=1m"}, "'sise=1m' is not an option");
  check_refused(subject, {"--tmpfs", "x"}, "DST is a directory below /");
  check_refused(subject, {"--tmpfs", "//"}, "DST is a directory below /");
}

CLAIM("volumes and tmpfs are mounted from the root down", {.step = 7}) {
  const std::string source = stage.scratch("source");
  make_directories(source);
  create_file(source + "/file", "x");
  const Run run = subject.run(
      {.options = {"-v", source + ":/data/below", "--tmpfs", "/data", "--tmpfs",
                   "/data/below/deeper"},
       .command = shell("cat /data/below/file; cut -d' ' -f2 /proc/mounts | grep /data"),
       .may_refuse = true});
  CHECK(run.out == "x/data\n/data/below\n/data/below/deeper\n");
}

CLAIM("--cidfile receives the id and is not overwritten", {.step = 7}) {
  const std::string file = stage.scratch("cid");
  const RunSpec spec{
      .options = {"--cidfile", file}, .command = {"/bin/hostname"}, .may_refuse = true};
  const Run run = subject.run(spec);
  CHECK(run.status == 0);
  REQUIRE(exists(file));
  const std::string id = read_file(file);
  CHECK(id.size() == 64);
  CHECK(run.out == id.substr(0, 12) + "\n");
  CHECK(subject.run(spec).status == 125);
  CHECK(read_file(file) == id);
}

CLAIM("valid labels and stop signals are accepted", {.step = 7}) {
  CHECK(subject
            .run({.options = {"-l", "who=me", "--label", "alone", "--stop-signal", "SIGUSR1",
                              "--stop-timeout", "3"},
                  .command = {"/bin/echo", "x"}})
            .out == "x\n");
  check_refused(subject, {"-l", "=me"}, "'=me' is not a label");
  check_refused(subject, {"--stop-signal", "SIGFOO"}, "'SIGFOO' is not a signal");
  check_refused(subject, {"--stop-timeout", "soon"}, "'soon' is not a number of seconds");
}

CLAIM("exec has -e and -w and -u of its own", {.step = 7}) {
  add_users(stage);
  const std::string name = random_word();
  Running running = subject.start({.options = {"--name", name, "-e", "A=old", "-e", "B=kept"},
                                   .command = {"/bin/probe", "wait"}});
  running.wait_for_output("ready");
  const Run run =
      subject.run({.options = {"-e", "A=new", "-w", "/tmp", "-u", "alice"},
                   .command = {name, "/bin/sh", "-c", "echo $A,$B,$(pwd),$HOME,$(id -un)"},
                   .verb = "exec"});
  CHECK(run.out == "new,kept,/tmp,/home/alice,alice\n");
  const Run nobody = subject.run({.options = {"-u", "mallory"},
                                  .command = {name, "/bin/true"},
                                  .verb = "exec",
                                  .may_refuse = true});
  CHECK(nobody.status == 125);
  CHECK(holds(nobody.err, "mallory"));
  stop(running);
  remove(subject, name);
}

}  // namespace stepbox
