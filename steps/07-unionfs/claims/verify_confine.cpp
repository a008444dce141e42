// The claims of step 7 about confinement: the restricted privileges of root in a container.
#include <signal.h>

#include "07-unionfs/claims/verify.hpp"
#include "common/files.hpp"

namespace stepbox {
namespace {

// A line of /proc/self/status: "CapEff:\t00000000a80425fb\n".
std::vector<std::string> status_line(const std::string& key) {
  return {"/bin/grep", "^" + key + ":", "/proc/self/status"};
}

// A container in the background for exec to join.
class Box {
 public:
  Box(Subject& subject, std::vector<std::string> options)
      : subject_(subject),
        name_(random_word()),
        running_(start_named(subject, name_, std::move(options))) {}
  ~Box() {
    stop(running_);
    if (subject_.level() >= 7) remove(subject_, name_);  // earlier steps have no rm
  }
  Run exec(std::vector<std::string> command, std::vector<std::string> options = {}) {
    command.insert(command.begin(), name_);
    return subject_.run({.options = std::move(options), .command = command, .verb = "exec"});
  }

 private:
  Subject& subject_;
  std::string name_;
  Running running_;
};

}  // namespace

// --- Capabilities -------------------------------------------------------------------------

CLAIM("root inside has docker's capabilities and no more",
      {.step = 7, .points = 2, .hint = "capset(2), and the bounding set for what comes after"}) {
  const Run run = subject.run({.command = shell("grep ^Cap /proc/self/status")});
  CHECK(run.out ==
        "CapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\n"
        "CapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\n");
}

CLAIM("--cap-drop and --cap-add work as docker's", {.step = 7}) {
  const Run none =
      subject.run({.options = {"--cap-drop", "all"}, .command = status_line("CapBnd")});
  CHECK(none.out == "CapBnd:\t0000000000000000\n");
  const Run kill = subject.run({.options = {"--cap-drop", "ALL", "--cap-add", "CAP_KILL"},
                                .command = status_line("CapEff")});
  CHECK(kill.out == "CapEff:\t0000000000000020\n");
  const Run admin =
      subject.run({.options = {"--cap-add", "net_admin"}, .command = status_line("CapEff")});
  CHECK(admin.out == "CapEff:\t00000000a80435fb\n");
}

CLAIM("an unknown capability is 125", {.step = 7}) {
  for (const char* option : {"--cap-add", "--cap-drop"}) {
    const Run run =
        subject.run({.options = {option, "CAP_FLY"}, .command = {"/bin/true"}, .may_refuse = true});
    CHECK(run.status == 125);
    CHECK_MESSAGE(holds(run.err, "CAP_FLY"), "the message should name it: " << run.err);
  }
}

CLAIM("--privileged gives root all capabilities of the caller", {.step = 7}) {
  const std::string ours = read_file("/proc/self/status");
  CHECK_FALSE(holds(ours, subject.run({.command = status_line("CapEff")}).out));
  const Run run = subject.run({.command = status_line("CapEff"), .privileged = true});
  CHECK(holds(run.out, "CapEff:"));
  CHECK_MESSAGE(holds(ours, run.out), "inside: " << run.out);
}

// --- no_new_privs -------------------------------------------------------------------------

CLAIM("setuid programs gain no privileges", {.step = 7, .hint = "prctl(2), PR_SET_NO_NEW_PRIVS"}) {
  CHECK(subject.run({.command = status_line("NoNewPrivs")}).out == "NoNewPrivs:\t1\n");
  const Run off = subject.run({.options = {"--security-opt", "no-new-privileges=false"},
                               .command = status_line("NoNewPrivs")});
  CHECK(off.out == "NoNewPrivs:\t0\n");
}

CLAIM("a setuid program that a user may not execute is 126 and the hint names no_new_privs",
      {.step = 7}) {
  const std::string program = stage.rootfs() + "/bin/locked";
  stage.on_host({"cp", stage.rootfs() + "/bin/busybox", program});
  const auto start = [&](const char* mode, const char* name) {
    stage.on_host({"chmod", mode, program});
    const Run run = subject.run({.options = {"-u", "1000:1000"}, .command = {name}});
    CHECK(run.status == 126);
    return holds(run.err, "--security-opt no-new-privileges=false");
  };
  CHECK(start("4750", "/bin/locked"));
  CHECK(start("4750", "locked"));
  CHECK_FALSE(start("0750", "/bin/locked"));
  CHECK(holds(subject.run({.options = {"--help"}, .verb = "run"}).out, "no-new-privileges=false"));
}

CLAIM("an unknown security option is 125", {.step = 7}) {
  for (const char* option : {"fly", "no-new-privileges=perhaps", ""}) {
    const Run run = subject.run(
        {.options = {"--security-opt", option}, .command = {"/bin/true"}, .may_refuse = true});
    CHECK(run.status == 125);
    CHECK_MESSAGE(holds(run.err, "--security-opt"), "the message should name it: " << run.err);
  }
}

// --- seccomp ------------------------------------------------------------------------------

CLAIM("system calls are filtered", {.step = 7, .points = 2, .hint = "seccomp(2), by libseccomp"}) {
  CHECK(subject.run({.command = status_line("Seccomp")}).out == "Seccomp:\t2\n");
  // Without the filter any user may create a user namespace.
  const std::vector<std::string> unshare{"/bin/unshare", "-U", "/bin/true"};
  CHECK(subject.run({.command = unshare}).status == 1);
  CHECK(subject.run({.options = {"--security-opt", "seccomp=unconfined"}, .command = unshare})
            .status == 0);
}

CLAIM("the seccomp filter depends on the capabilities", {.step = 7}) {
  const std::vector<std::string> mount = shell("mount -t tmpfs mine /mnt; echo $?");
  CHECK(subject.run({.command = mount}).out == "1\n");
  CHECK(subject.run({.options = {"--cap-add", "SYS_ADMIN"}, .command = mount}).out == "0\n");
}

CLAIM("--security-opt seccomp=FILE takes a profile in docker's format", {.step = 7}) {
  const std::string profile = stage.scratch("profile.json");
  create_file(profile,
              R"({"defaultAction": "SCMP_ACT_ALLOW", "archMap": null, "syscalls": [)"
              R"({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]})");
  for (const char* also : {"no-new-privileges=true", "no-new-privileges=false"}) {
    const Run run =
        subject.run({.options = {"--security-opt", "seccomp=" + profile, "--security-opt", also},
                     .command = {"/bin/mkdir", "/new"}});
    CHECK_MESSAGE(holds(run.err, "No space left"), "errno 28 was asked for: " << run.err);
  }
}

CLAIM("an invalid seccomp profile is 125 and one line", {.step = 7}) {
  const std::string profile = stage.scratch("profile.json");
  for (
      const char* text :
      {"", "{", "[]", "{}", R"({"defaultAction": "SCMP_ACT_FLY", "syscalls": []})",
       R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": 7, "action": "SCMP_ACT_KILL"}]})",
       R"({"defaultAction": "SCMP_ACT_ALLOW",
            "syscalls": [{"names": ["fly"], "action": "SCMP_ACT_KILL"}]})"}) {
    INFO(std::string(text));
    create_file(profile, text);
    const Run run = subject.run({.options = {"--security-opt", "seccomp=" + profile},
                                 .command = {"/bin/true"},
                                 .may_refuse = true});
    CHECK(run.status == 125);
    CHECK(run.err.find('\n') + 1 == run.err.size());
  }
}

CLAIM("a forged filter is not used",
      {.step = 7, .points = 2, .hint = "look at owner and mode of what was kept"}) {
  const auto unshares = [&] {
    return subject.run({.command = {"/bin/unshare", "-U", "/bin/true"}}).status == 0;
  };
  stage.on_host({"rm", "-rf", "/run/stepbox/seccomp"});  // filters of other profiles
  CHECK_FALSE(unshares());
  const std::string list = stage.on_host({"sh", "-c", "echo /run/stepbox/seccomp/*"});
  const std::string kept = list.substr(0, list.size() - 1);
  const std::string text = read_file(kept);
  // The key of the cached filter, then a program of one instruction: BPF_RET, SECCOMP_RET_ALLOW.
  const std::string allow("\x06\0\0\0\0\0\xff\x7f", 8);
  const std::string forged = text.substr(0, text.find("\n}\n\n") + 4) + allow;
  for (const char* spoil : {"chown 54321", "chmod 660", "ln -f", "chmod 606"}) {
    INFO(std::string(spoil));
    create_file(kept, forged, 0600);
    stage.on_host({"sh", "-c", std::string(spoil) + " " + kept + " 2>/dev/null; true"});
    CHECK(unshares() == (std::string(spoil) == "ln -f"));  // ln -f changes nothing
  }
  create_file(kept, text.substr(0, text.size() - 3), 0600);
  CHECK_FALSE(unshares());  // truncated
}

// --- exec ---------------------------------------------------------------------------------

CLAIM("exec is confined as its container",
      {.step = 7, .points = 2, .hint = "joining namespaces takes no right away"}) {
  Box box(subject, {"--cap-drop", "chown"});
  CHECK(box.exec(status_line("CapEff")).out == "CapEff:\t00000000a80425fa\n");
  CHECK(box.exec(status_line("CapBnd")).out == "CapBnd:\t00000000a80425fa\n");
  CHECK(box.exec(status_line("NoNewPrivs")).out == "NoNewPrivs:\t1\n");
  CHECK(box.exec(status_line("Seccomp")).out == "Seccomp:\t2\n");
}

CLAIM("exec --privileged is not confined", {.step = 7}) {
  Box box(subject, {});
  const Run run =
      box.exec(shell("grep -E '^(CapBnd|CapEff|NoNewPrivs):' /proc/self/status"), {"--privileged"});
  CHECK(holds(run.out, "NoNewPrivs:\t0\n"));
  const std::string ours = read_file("/proc/self/status");
  CHECK(run.out.size() > 60);
  CHECK(holds(ours, run.out.substr(0, run.out.find("NoNewPrivs"))));
}

}  // namespace stepbox
