// The claims of step 7 about OCI layouts: indexes, platforms, digests, names; also about load
// without root and with a terminal.
#include <sys/utsname.h>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/harness/test_images.hpp"
#include "common/testing/stage/stage.hpp"
#include "common/testing/stage/tarball.hpp"

namespace stepbox {
namespace {

// An OCI layout, made by hand.
class Layout {
 public:
  Layout(const Stage& stage, const std::string& name) : stage_(stage), path_(stage.scratch(name)) {
    make_directories(path_ + "/blobs/sha256");
  }
  const std::string& path() const { return path_; }

  // Adds a blob. Returns its descriptor, {"digest": …}, with the members of `more`.
  std::string put(const std::string& text, const std::string& more = {}) {
    create_file(path_ + "/blob", text);
    const std::string digest = stage_.on_host({"sha256sum", path_ + "/blob"}).substr(0, 64);
    last_ = join({path_, "/blobs/sha256/", digest});
    stage_.on_host({"mv", path_ + "/blob", last_});
    return join(
        {R"({"digest":"sha256:)", digest, R"(","size":)", std::to_string(text.size()), more, "}"});
  }
  const std::string& last() const { return last_; }  // the file that put() made

  // A manifest of one layer that holds the file /who.
  std::string manifest(const std::string& who, const std::string& more) {
    const std::string tar = path_ + "/layer";
    { Tarball(tar).file("who", who); }
    const std::string id = stage_.on_host({"sha256sum", tar}).substr(0, 64);
    const std::string layer = put(read_file(tar));
    const std::string config =
        put(join({R"({"rootfs":{"type":"layers","diff_ids":["sha256:)", id, R"("]}})"}));
    return put(join({R"({"config":)", config, R"(,"layers":[)", layer, "]}"}), more);
  }

  void index(const std::string& descriptors) {
    create_file(path_ + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    create_file(path_ + "/index.json", join({R"({"manifests":[)", descriptors, "]}"}));
  }

 private:
  const Stage& stage_;
  std::string path_, last_;
};

std::string platform(const std::string& architecture) {
  return join({R"(,"platform":{"os":"linux","architecture":")", architecture, "\"}"});
}

std::string own_architecture() {
  utsname machine;
  ::uname(&machine);
  const std::string name = machine.machine;
  return name == "x86_64" ? "amd64" : name == "aarch64" ? "arm64" : name;
}

std::string named(const std::string& name) {
  return join({R"(,"annotations":{"org.opencontainers.image.ref.name":")", name, "\"}"});
}

Run load(Subject& subject, const std::string& path) {
  return subject.run({.options = {"-i", path}, .verb = "load"});
}

}  // namespace

CLAIM("of a multi-platform image the matching one is loaded", {.step = 7}) {
  Layout layout(stage, "multi");
  const std::string both = join({R"({"manifests":[)", layout.manifest("other", platform("pdp11")),
                                 ",", layout.manifest("this", platform(own_architecture())), "]}"});
  layout.index(layout.put(both));
  CHECK(load(subject, layout.path()).out == "Loaded image: multi:latest\n");
  CHECK(inside(subject, stage, "multi", "cat /who").out == "this");
  remove_image(subject, "multi");

  layout.index(layout.manifest("other", platform("pdp11")));
  const Run run = load(subject, layout.path());
  CHECK(run.status == 1);
  CHECK(holds(run.err, "no image in it is for linux/" + own_architecture()));
}

CLAIM("all images of a layout are loaded by their names", {.step = 7}) {
  Layout layout(stage, "many");
  layout.index(join({layout.manifest("1", named("1")), ",", layout.manifest("2", named("two:2"))}));
  CHECK(load(subject, layout.path()).out == "Loaded image: many:1\nLoaded image: two:2\n");
  CHECK(inside(subject, stage, "many:1", "cat /who").out == "1");
  CHECK(inside(subject, stage, "two:2", "cat /who").out == "2");
  remove_image(subject, "many:1");
  remove_image(subject, "two:2");
}

CLAIM("a blob that does not match its digest is refused", {.step = 7}) {
  for (const char* place : {"layer", "manifest"}) {
    Layout layout(stage, std::string("damaged-") + place);
    const std::string manifest = layout.manifest("x", "");
    layout.index(manifest);
    const std::string pattern = place == std::string("layer") ? "who" : "\"layers\"";
    stage.on_host({"sh", "-c",
                   "cd \"$0\"/blobs/sha256; for f in $(grep -l \"$1\" *); do echo >>$f; done",
                   layout.path(), pattern});
    const Run run = load(subject, layout.path());
    CHECK(run.status == 1);
    CHECK(holds(run.err, "damaged"));
  }
}

CLAIM("a layout cannot name files outside of it", {.step = 7}) {
  Layout layout(stage, "evil");
  const std::string hex(64, 'a');
  stage.on_host({"ln", "-s", "/etc/passwd", layout.path() + "/blobs/sha256/" + hex});
  layout.index(join({R"({"digest":"sha256:)", hex, "\"}"}));
  CHECK(load(subject, layout.path()).status == 1);
  layout.index(R"({"digest":"sha256:../../../../../etc/passwd"})");
  CHECK(holds(load(subject, layout.path()).err, "is no digest"));
  layout.index(R"({"digest":7})");
  CHECK(load(subject, layout.path()).status == 1);
  layout.index("{");
  CHECK(load(subject, layout.path()).status == 1);
}

CLAIM("an ordinary user loads and runs images", {.step = 7}) {
  Layout layout(stage, "mine");
  layout.index(layout.manifest("me", ""));
  stage.on_host({"chmod", "-R", "a+rX", layout.path()});
  const Run run =
      subject.run({.options = {"-i", layout.path()}, .verb = "load", .ordinary_user = true});
  CHECK(run.out == "Loaded image: mine:latest\n");
  const Run inner = subject.run({.options = {"-v", stage.rootfs() + "/bin:/bin"},
                                 .command = {"/bin/cat", "/who"},
                                 .rootfs = "mine",
                                 .ordinary_user = true});
  CHECK(inner.out == "me");
  CHECK(subject.run({.command = {"mine"}, .verb = "rmi", .ordinary_user = true}).status == 0);
}

}  // namespace stepbox
