// The claims of step 7 about registries: pull, push, login, logout, and run of an image that is not
// in the store. A registry of docker's runs on the stage's loopback, with a password.
#include <unistd.h>

#include <memory>

#include "07-unionfs/claims/verify_peers.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/harness/test_images.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

const std::string kName = "localhost:5000/mine:1";

// htpasswd(1), bcrypt: the password is "secret".
constexpr const char* kUser = "ann:$2y$04$V6vW22tPQhvHPmbsQuL5fe.Ch4IbMpNzQwBn/Q9UC.jyhO0cRcN6G";

// A registry, and a user's credentials for it in a file of their own.
class Registry {
 public:
  Registry(Subject& subject, const Stage& stage) : subject_(subject), home_(stage.home()) {
    require_skopeo(stage);
    if (!has_program("docker-registry")) {
      skip("docker-registry is not installed (scripts/setup peers)");
    }
    const std::string users = stage.scratch("users"), config = stage.scratch("registry.yml");
    create_file(users, std::string(kUser) + "\n");
    create_file(config, "version: 0.1\nstorage: {filesystem: {rootdirectory: " +
                            stage.scratch("registry") + "}}\nhttp: {addr: '127.0.0.1:5000'}\n" +
                            "auth: {htpasswd: {realm: stage, path: " + users + "}}\n");
    server_ = std::make_unique<Background>(
        std::vector<std::string>{"sh", "-c", "exec docker-registry serve \"$0\" 2>&1", config},
        stage.scratch("said"), "listening on");
  }

  ~Registry() { ::unlink((home_ + "/auth.json").c_str()); }
  Registry(const Registry&) = delete;

  Run call(const std::string& verb, std::vector<std::string> options,
           const std::string& input = "") const {
    return subject_.run({.options = std::move(options),
                         .stdin_text = input,
                         .environment = environment(),
                         .verb = verb,
                         .may_refuse = true});
  }
  std::vector<std::string> environment() const {
    return {"REGISTRY_AUTH_FILE=" + home_ + "/auth.json"};
  }
  void log_in() const {
    const Run run = call("login", {"-u", "ann", "--password-stdin", "localhost:5000"}, "secret\n");
    CHECK(run.out == "Login Succeeded!\n");
    CHECK(run.status == 0);
  }

 private:
  Subject& subject_;
  std::string home_;
  std::unique_ptr<Background> server_;
};

// Loads an image of two layers under kName. Returns its id.
std::string load_mine(Subject& subject, const Stage& stage) {
  ImageFolder image(stage, kName);
  image.add_layer([](Tarball& tar) { tar.file("etc/motd", "old").file("etc/issue", "y"); });
  image.add_layer([](Tarball& tar) { tar.file("etc/.wh.issue", "").file("etc/motd", "x\n"); });
  REQUIRE(subject.run({.options = {"-i", image.path()}, .verb = "load"}).status == 0);
  return subject.run({.options = {"--format", "{{.Id}}", kName}, .verb = "inspect"}).out;
}

// One line, which ends in `reason`.
void check_fails(const Run& run, const std::string& reason) {
  CHECK(run.status == 1);
  CHECK_MESSAGE(holds(run.err, reason), "stderr: " << run.err);
  CHECK_MESSAGE(!holds(run.err, "level=fatal"), "skopeo's own words: " << run.err);
}

}  // namespace

CLAIM("an image that was pushed is pulled with the same id", {.step = 7, .points = 2}) {
  const Registry registry(subject, stage);
  registry.log_in();
  const std::string id = load_mine(subject, stage);
  const Run push = registry.call("push", {kName});
  CHECK(push.status == 0);
  CHECK(push.out.starts_with("1: digest: sha256:"));
  const Run again = registry.call("pull", {kName});
  CHECK(holds(again.out, "Status: Image is up to date for " + kName + "\n"));
  remove_image(subject, kName);
  const Run pull = registry.call("pull", {kName});
  CHECK(pull.status == 0);
  CHECK(holds(pull.err, "Copying blob"));  // progress
  CHECK(pull.out == "Digest: " + push.out.substr(11, 71) + "\nStatus: Downloaded newer image for " +
                        kName + "\n" + kName + "\n");
  CHECK(subject.run({.options = {"--format", "{{.Id}}", kName}, .verb = "inspect"}).out == id);
  CHECK(inside(subject, stage, kName, "cat /etc/motd; ls /etc/issue || true").out == "x\n");
  remove_image(subject, kName);
}

CLAIM("pull -q prints the name only", {.step = 7}) {
  const Registry registry(subject, stage);
  registry.log_in();
  load_mine(subject, stage);
  const Run push = registry.call("push", {"-q", kName});
  CHECK((push.out == kName + "\n" && push.err.empty()));
  remove_image(subject, kName);
  const Run pull = registry.call("pull", {"-q", kName});
  CHECK((pull.out == kName + "\n" && pull.err.empty()));
  remove_image(subject, kName);
}

CLAIM("run pulls an image that is not in the store", {.step = 7, .points = 2}) {
  const Registry registry(subject, stage);
  registry.log_in();
  load_mine(subject, stage);
  registry.call("push", {kName});
  const auto says = [&](const std::string& when) {
    return subject.run({.options = {"--pull", when, "-v", stage.rootfs() + "/bin:/bin:ro"},
                        .command = {"/bin/cat", "/etc/motd"},
                        .environment = registry.environment(),
                        .rootfs = kName,
                        .verb = "run",
                        .may_refuse = true});
  };
  CHECK_MESSAGE(!holds(says("missing").err, "pulling"), "it is in the store");
  CHECK(holds(says("always").err, "pulling " + kName));
  remove_image(subject, kName);
  CHECK(says("never").status == 125);
  const Run missing = says("missing");
  CHECK(missing.out == "x\n");
  CHECK(holds(missing.err, "pulling " + kName));
  CHECK(registry.call("create", {"--name", "box", "--pull", "always", kName, "/x"}).status == 0);
  subject.run({.options = {"box"}, .verb = "rm"});
  remove_image(subject, kName);
  CHECK(says("sometimes").status == 125);
}

CLAIM("the form without a verb pulls nothing", {.step = 7}) {
  const Registry registry(subject, stage);
  registry.log_in();
  load_mine(subject, stage);
  registry.call("push", {kName});
  remove_image(subject, kName);
  const Run run = subject.run({.command = {"/bin/true"},
                               .environment = registry.environment(),
                               .rootfs = kName,
                               .may_refuse = true});
  CHECK(run.status == 125);
  CHECK(subject.run({.options = {"-q"}, .verb = "images"}).out.empty());
}

CLAIM("login and logout decide who may pull and push", {.step = 7}) {
  const Registry registry(subject, stage);
  load_mine(subject, stage);
  check_fails(registry.call("push", {kName}), "access denied");
  check_fails(registry.call("login", {"-u", "ann", "-p", "guess", "localhost:5000"}),
              "log in to localhost:5000: wrong user name or password");
  registry.log_in();
  CHECK(registry.call("push", {kName}).status == 0);
  CHECK(registry.call("logout", {"localhost:5000"}).status == 0);
  check_fails(registry.call("pull", {kName}), "pull " + kName + ": access denied");
  check_fails(registry.call("logout", {"localhost:5000"}), "not logged in");
  check_fails(registry.call("login", {"-u", "ann", "--password-stdin", "localhost:5000"}),
              "the password on standard input is empty");
  remove_image(subject, kName);
}

CLAIM("a failed pull says why and leaves nothing", {.step = 7}) {
  const Registry registry(subject, stage);
  registry.log_in();
  check_fails(registry.call("pull", {"localhost:5000/mine:2"}), "has no image of that name");
  check_fails(registry.call("pull", {"localhost:5001/mine"}), "connection refused");
  check_fails(registry.call("pull", {"mine"}), "pull docker.io/library/mine:latest: the registry");
  check_fails(registry.call("pull", {"Mine"}), "not a valid image name");
  check_fails(registry.call("pull", {"--platform", "linux", kName}), "'linux' is no platform");
  check_fails(registry.call("push", {"none"}), "no image has the name none:latest");
  CHECK(registry.call("pull", {"--tls-verify=maybe", kName}).status == 125);
  // Connections to this server wait for an answer.
  const Background silent({"/usr/bin/python3", "-uc",
                           "import socket, time\ns = socket.create_server(('127.0.0.1', 5002))\n"
                           "print('ready')\ntime.sleep(1000)"},
                          stage.scratch("silent"), "ready");
  Running waiting = subject.start({.options = {"localhost:5002/mine"}, .verb = "pull"});
  check_fails(waiting.wait(Milliseconds{30000}), "has not answered in 15 s");
}

}  // namespace stepbox
