// The claims of step 7 about ordinary users. (`make matrix` checks all others without root, too.)
#include "07-unionfs/claims/verify.hpp"
#include "common/files.hpp"
#include "common/program.hpp"
#include "common/testing/harness/test_images.hpp"

namespace stepbox {

CLAIM("an ordinary user's store is below the home directory",
      {.step = 7, .hint = "~/.local/share"}) {
  stage.require_user_namespaces();
  stage.welcome_ordinary_user();
  stage.census_before();
  const std::string name = random_word();
  const std::vector<std::string> through{"env", "-u", "STEPBOX_ROOT"};
  const Run run = subject.run({.options = {"--name", name},
                               .command = shell("echo x >/root/mine"),
                               .ordinary_user = true,
                               .through = through});
  CHECK(run.status == 0);
  const auto find = [&] { return stage.on_host({"find", stage.home(), "-name", "mine"}); };
  CHECK(find().starts_with(stage.home() + "/.local/share/stepbox/containers/"));
  subject.run({.command = {name}, .verb = "rm", .ordinary_user = true, .through = through});
  CHECK(find() == "");
}

CLAIM("files that an upper layer deletes are gone in a user namespace too",
      {.step = 7, .hint = "it reads user.overlay.opaque, not trusted.overlay.opaque"}) {
  ImageFolder image(stage, "mine:1");
  image.add_layer([](Tarball& tar) { tar.directory("b").file("b/old", "x"); });
  image.add_layer([](Tarball& tar) { tar.file("b/.wh..wh..opq", "").file("b/new", "y"); });
  CHECK(subject.run({.options = {"-i", image.path()}, .verb = "load"}).status == 0);
  const bool told = has_user_attributes(stage);
  const Run run = subject.run({.options = {"--userns", "-v", stage.rootfs() + "/bin:/bin"},
                               .command = {"/bin/ls", "/b"},
                               .rootfs = "mine:1",
                               .may_refuse = true});
  if (holds(run.err, "map the ids of")) skip("the stage's file systems map no ids here");
  CHECK(run.out == (told ? "new\n" : ""));
  CHECK(holds(run.err, told ? "" : "deleted files would reappear"));
  remove_image(subject, "mine:1");
}

CLAIM("--restart with another container's network needs root", {.step = 7}) {
  const Run run = subject.run(
      {.options = {"--name", random_word(), "--restart", "always", "--network", "container:x"},
       .command = {"/bin/true"},
       .may_refuse = true,
       .ordinary_user = true});
  CHECK(run.status == 125);
  CHECK(holds(run.err, "for root only"));
}

// A store on an overlay, where the kernel refuses upper layers.
class StoreOnOverlay {
 public:
  explicit StoreOnOverlay(const Stage& stage) : stage_(stage), path_(stage.scratch("on-overlay")) {
    stage.on_host({"sh", "-ec",
                   "mkdir $0 $0-lower $0-upper $0-work; chmod 777 $0-upper\n"
                   "mount -t overlay -o lowerdir=$0-lower,upperdir=$0-upper,workdir=$0-work x $0",
                   path_});
  }
  StoreOnOverlay(const StoreOnOverlay&) = delete;
  StoreOnOverlay& operator=(const StoreOnOverlay&) = delete;
  ~StoreOnOverlay() { stage_.on_host({"umount", path_}); }
  std::string path() const { return path_ + "/store"; }

 private:
  const Stage& stage_;
  std::string path_;
};

CLAIM("--storage copy runs where an overlay on an overlay is refused",
      {.step = 7, .hint = "the message of mount(2) names --storage copy"}) {
  const StoreOnOverlay store(stage);
  check_refused(subject, {"--root", store.path()}, "--storage copy");
  const Run run = subject.run({.options = {"--root", store.path(), "--storage", "copy"},
                               .command = shell("rm /bin/breakout; ls /bin/breakout")});
  CHECK(run.status == 1);
  CHECK(exists(stage.rootfs() + "/bin/breakout"));
}

}  // namespace stepbox
