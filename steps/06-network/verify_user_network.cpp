// The claims of step 6 about a network without root.
#include "06-network/verify.hpp"
#include "common/files.hpp"
#include "common/program.hpp"
#include "common/testing/launch.hpp"

namespace stepbox {
namespace {

const std::vector<std::string> kSlirp{"--network", "slirp4netns"};

void require_slirp4netns(Stage& stage) {
  if (!has_program("slirp4netns")) skip("slirp4netns is not installed: scripts/setup rootless");
  if (!exists("/dev/net/tun")) skip("no /dev/net/tun here");
  const pid_t pid = launch({.words = {"unshare", "-U", "true"}, .ordinary_user = true});
  if (wait_for_end(pid, kPatience) != 0) skip("ordinary users get no user namespace here");
  stage.welcome_ordinary_user();
  stage.census_before();
}

RunSpec spec(std::vector<std::string> options, const std::vector<std::string>& command) {
  options.insert(options.begin(), kSlirp.begin(), kSlirp.end());
  return {.options = options, .command = command, .may_refuse = true, .ordinary_user = true};
}

}  // namespace

CLAIM("an ordinary user's container reaches the internet", {.step = 6, .points = 2}) {
  require_slirp4netns(stage);
  const std::string word = random_word();
  const auto server = serve_in_internet(stage, word);
  const Run run = subject.run(spec({}, {"/bin/probe", "ask", "tcp", kInternetAddress, "80"}));
  CHECK(run.out == word + " " + kHostAddress + "\n");
}

CLAIM("an ordinary user's container does not reach the host's loopback", {.step = 6}) {
  require_slirp4netns(stage);
  const std::string word = random_word();
  const std::string probe = stage.rootfs() + "/bin/probe";
  const Background server({probe, "serve", "tcp", "80", word}, stage.scratch("server"), "ready");
  stage.census_before();
  const Run run = subject.run(spec({}, {"/bin/sh", "-c",
                                        "grep -q ^eth0 /proc/net/route && echo connected\n"
                                        "probe ask tcp 10.0.2.2 80"}));
  CHECK(holds(run.out, "connected\n"));
  CHECK_FALSE(holds(run.out, word));
}

CLAIM("an ordinary user publishes a port", {.step = 6}) {
  require_slirp4netns(stage);
  const std::string word = random_word();
  const std::string probe = stage.rootfs() + "/bin/probe";
  Running server =
      subject.start(spec({"-p", "127.0.0.1:8080:80"}, {"/bin/probe", "serve", "tcp", "80", word}));
  server.wait_for_output("ready");
  CHECK(holds(stage.on_host({probe, "ask", "tcp", "127.0.0.1", "8080"}), word));
  const Run second = subject.run(spec({"-p", "8080:80"}, {"/bin/true"}));
  CHECK(second.status == 125);
  CHECK(holds(second.err, "8080"));
  stop(server);
}

CLAIM("slirp4netns ends with a runtime that was killed",
      {.step = 6, .hint = "it ends when our end of the pipe is closed: --exit-fd"}) {
  require_slirp4netns(stage);
  Running running = subject.start(
      spec({}, {"/bin/sh", "-c", "grep -q ^eth0 /proc/net/route && echo up; exec probe wait"}));
  running.wait_for_output("up\nready");
  running.kill_hard();
  stage.await_orphans();
  subject.run(spec({}, {"/bin/true"}));  // settles; of the rest, the stage counts processes
}

CLAIM("--network bridge without root is refused with what to do instead", {.step = 6}) {
  const Run run = subject.run({.options = {"--network", "bridge"},
                               .command = {"/bin/true"},
                               .may_refuse = true,
                               .ordinary_user = true});
  CHECK(run.status == 125);
  CHECK(holds(run.err, "slirp4netns"));
  CHECK(holds(run.err, "none"));
}

}  // namespace stepbox
