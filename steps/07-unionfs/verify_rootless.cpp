// The claims of step 7 about who is not root. (`make matrix` asks him all others, too.)
#include <errno.h>
#include <sys/xattr.h>

#include "07-unionfs/verify.hpp"
#include "common/testing/images.hpp"
#include "common/testing/launch.hpp"

namespace stepbox {

static void require_user_namespaces() {
  const pid_t pid = launch({.words = {"unshare", "-U", "true"}, .ordinary_user = true});
  if (wait_for_end(pid, kPatience) != 0) skip("ordinary users get no user namespace here");
}

CLAIM("what an ordinary user keeps is below his home", {.step = 7, .hint = "~/.local/share"}) {
  require_user_namespaces();
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

CLAIM("what an upper layer deletes is gone in a user namespace too",
      {.step = 7, .hint = "it reads user.overlay.opaque, not trusted.overlay.opaque"}) {
  ImageFolder image(stage, "mine:1");
  image.add_layer([](Tarball& tar) { tar.directory("b").file("b/old", "x"); });
  image.add_layer([](Tarball& tar) { tar.file("b/.wh..wh..opq", "").file("b/new", "y"); });
  CHECK(subject.run({.options = {"-i", image.path()}, .verb = "load"}).status == 0);
  // tmpfs has such attributes since Linux 6.6.
  const bool told =
      ::lgetxattr(stage.rootfs().c_str(), "user.x", nullptr, 0) == 0 || errno != ENOTSUP;
  const Run run = subject.run({.options = {"--userns", "-v", stage.rootfs() + "/bin:/bin"},
                               .command = {"/bin/ls", "/b"},
                               .rootfs = "mine:1",
                               .may_refuse = !told});
  CHECK(run.out == (told ? "new\n" : ""));
  CHECK(holds(run.err, told ? "" : "deleted files would come back"));
  remove_image(subject, "mine:1");
}

CLAIM("--restart does not go with another's network without root", {.step = 7}) {
  const Run run = subject.run(
      {.options = {"--name", random_word(), "--restart", "always", "--network", "container:x"},
       .command = {"/bin/true"},
       .may_refuse = true,
       .ordinary_user = true});
  CHECK(run.status == 125);
  CHECK(holds(run.err, "for root only"));
}

}  // namespace stepbox
