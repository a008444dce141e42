// The claims of step 6 about a network without root.
#include "06-network/verify.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/program.hpp"
#include "common/testing/stage/internet.hpp"
#include "common/testing/stage/launch.hpp"

namespace stepbox {
namespace {

// Prepares the stage for an ordinary user, with a default route; skips without `program`.
void welcome(Stage& stage, const std::string& program) {
  if (!has_program(program)) skip(program + " is not installed: scripts/setup rootless");
  if (!exists("/dev/net/tun")) skip("no /dev/net/tun here");
  const pid_t pid = launch({.words = {"unshare", "-U", "true"}, .ordinary_user = true});
  if (wait_for_end(pid, kPatience) != 0) skip("ordinary users get no user namespace here");
  stage.welcome_ordinary_user();
  stage.internet();
  stage.on_host({"ip", "route", "add", "default", "via", kInternetAddress});
  stage.census_before();
}

RunSpec spec(const std::string& program, const std::vector<std::string>& options,
             const std::vector<std::string>& command) {
  std::vector<std::string> all{"--network", program};
  all.insert(all.end(), options.begin(), options.end());
  return {.options = all, .command = command, .may_refuse = true, .ordinary_user = true};
}

void ask_internet(Subject& subject, Stage& stage, const std::string& program) {
  welcome(stage, program);
  const std::string word = random_word();
  const auto server = serve_in_internet(stage, word);
  const Run run =
      subject.run(spec(program, {}, {"/bin/probe", "ask", "tcp", kInternetAddress, "80"}));
  CHECK(run.out == word + " " + kHostAddress + "\n");
}

void ask_names(Subject& subject, Stage& stage, const std::string& program) {
  welcome(stage, program);
  const std::string word = random_word();
  const std::string probe = stage.rootfs() + "/bin/probe";
  const std::string servers = stage.scratch("resolv.conf");
  create_file(servers, join({"nameserver ", kInternetAddress, "\n"}));
  stage.on_host({"mount", "--bind", servers, "/etc/resolv.conf"});
  const Background server(stage.internet().out_there({probe, "serve", "udp", "53", word}),
                          stage.scratch("server"), "ready");
  stage.census_before();
  const Run run = subject.run(
      spec(program, {},
           {"/bin/sh", "-c", "read word server </etc/resolv.conf; probe ask udp $server 53"}));
  CHECK(holds(run.out, word));
}

void ask_loopback(Subject& subject, Stage& stage, const std::string& program) {
  welcome(stage, program);
  const std::string word = random_word();
  const std::string probe = stage.rootfs() + "/bin/probe";
  const Background server({probe, "serve", "tcp", "80", word}, stage.scratch("server"), "ready");
  stage.census_before();
  const Run run = subject.run(spec(program, {},
                                   {"/bin/sh", "-c",
                                    "grep -q ^eth0 /proc/net/route && echo connected\n"
                                    "for host in 10.0.2.2 127.0.0.1; do\n"
                                    "  probe ask tcp $host 80\n"
                                    "done"}));
  CHECK(holds(run.out, "connected\n"));
  CHECK_FALSE(holds(run.out, word));
}

void ask_port(Subject& subject, Stage& stage, const std::string& program) {
  welcome(stage, program);
  const std::string word = random_word();
  const std::string probe = stage.rootfs() + "/bin/probe";
  Running server = subject.start(
      spec(program, {"-p", "127.0.0.1:8080:80"}, {"/bin/probe", "serve", "tcp", "80", word}));
  server.wait_for_output("ready");
  CHECK(holds(stage.on_host({probe, "ask", "tcp", "127.0.0.1", "8080"}), word));
  const Run second = subject.run(spec(program, {"-p", "8080:80"}, {"/bin/true"}));
  CHECK(second.status == 125);
  CHECK(holds(second.err, "8080"));
  stop(server);
}

void ask_after_kill(Subject& subject, Stage& stage, const std::string& program) {
  welcome(stage, program);
  Running running = subject.start(spec(
      program, {}, {"/bin/sh", "-c", "grep -q ^eth0 /proc/net/route && echo up; exec probe wait"}));
  running.wait_for_output("up\nready");
  running.kill_hard();
  stage.await_orphans();
  subject.run(spec(program, {}, {"/bin/true"}));  // removes leftovers; the stage counts processes
}

}  // namespace

CLAIM("an ordinary user's container reaches the internet", {.step = 6, .points = 2}) {
  ask_internet(subject, stage, "slirp4netns");
}

CLAIM("an ordinary user's container reaches the internet through pasta", {.step = 6}) {
  ask_internet(subject, stage, "pasta");
}

CLAIM("an ordinary user's container asks the host's name server", {.step = 6}) {
  ask_names(subject, stage, "slirp4netns");
}

CLAIM("an ordinary user's container asks the host's name server through pasta", {.step = 6}) {
  ask_names(subject, stage, "pasta");
}

CLAIM("an ordinary user's container does not reach the host's loopback", {.step = 6}) {
  ask_loopback(subject, stage, "slirp4netns");
}

CLAIM("an ordinary user's container does not reach the host's loopback through pasta",
      {.step = 6, .hint = "--no-map-gw, --tcp-ns none"}) {
  ask_loopback(subject, stage, "pasta");
}

CLAIM("an ordinary user publishes a port", {.step = 6}) { ask_port(subject, stage, "slirp4netns"); }

CLAIM("an ordinary user publishes a port through pasta", {.step = 6}) {
  ask_port(subject, stage, "pasta");
}

CLAIM("slirp4netns ends with a runtime that was killed",
      {.step = 6, .hint = "it ends when our end of the pipe is closed: --exit-fd"}) {
  ask_after_kill(subject, stage, "slirp4netns");
}

CLAIM("pasta ends with a runtime that was killed",
      {.step = 6, .hint = "it has no --exit-fd: a process of ours waits for that, and ends it"}) {
  ask_after_kill(subject, stage, "pasta");
}

CLAIM("an ordinary user gets pasta where slirp4netns is not installed", {.step = 6}) {
  welcome(stage, "pasta");
  stage.on_host({"sh", "-c",
                 "path=$(command -v slirp4netns) || exit 0\n"
                 "mount --bind /dev/null $(readlink -f $path)"});
  stage.census_before();
  const Run run =
      subject.run({.options = {"--explain", "--cpus", "0", "-m", "0", "--pids-limit", "0"},
                   .command = {"/bin/true"},
                   .environment = {"HOME=" + stage.home()},
                   .may_refuse = true,
                   .through = {"sh", "-c",  // not .ordinary_user: that would say --network none
                               "[ $(id -u) = 0 ] || exec \"$@\"\n"
                               "exec setpriv --clear-groups --regid $0 --reuid $0 \"$@\"",
                               std::to_string(kOrdinaryUser)}});
  CHECK(run.status == 0);
  CHECK(holds(run.err, "host# pasta --config-net"));
}

CLAIM("--network bridge without root is refused with the alternatives", {.step = 6}) {
  const Run run = subject.run({.options = {"--network", "bridge"},
                               .command = {"/bin/true"},
                               .may_refuse = true,
                               .ordinary_user = true});
  CHECK(run.status == 125);
  CHECK(holds(run.err, "slirp4netns"));
  CHECK(holds(run.err, "pasta"));
  CHECK(holds(run.err, "none"));
}

}  // namespace stepbox
