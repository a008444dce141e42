// The claims of step 7 about other tools: step 7 reads the images that they write.
#include "07-unionfs/claims/verify_peers.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/harness/test_images.hpp"
#include "common/testing/stage/stage.hpp"
#include "common/testing/stage/tarball.hpp"

namespace stepbox {
namespace {

void check_loads(Subject& subject, const Stage& stage, const std::string& archive,
                 const std::string& name, const std::string& what) {
  CAPTURE(archive);
  const Run run = subject.run({.options = {"-i", archive}, .verb = "load"});
  CHECK(holds(run.out, "Loaded image: " + name + "\n"));
  CHECK(inside(subject, stage, name, "cat /etc/motd; ls /etc").out == what);
  remove_image(subject, name);
}

}  // namespace

CLAIM("an image saved by podman is loaded", {.step = 7}) {
  require_podman(stage);
  const std::string folder = stage.scratch("podman");
  { Tarball(stage.scratch("rootfs.tar")).file("etc/motd", "x\n"); }
  run_peers(stage, folder, R"(
      podman import ../rootfs.tar localhost/mine:1
      podman save --format docker-archive -o docker.tar localhost/mine:1
      podman save --format oci-archive -o oci.tar localhost/mine:1
      podman save --format oci-dir -o oci localhost/mine:1
      gzip -k docker.tar)");
  for (const char* archive : {"/docker.tar", "/docker.tar.gz", "/oci.tar", "/oci"}) {
    check_loads(subject, stage, folder + archive, "mine:1", "x\nmotd\n");
  }
}

CLAIM("an image copied by skopeo is loaded", {.step = 7}) {
  require_skopeo(stage);
  ImageFolder image(stage, "mine:1");
  image.add_layer([](Tarball& tar) { tar.file("etc/motd", "old").file("etc/issue", "y"); });
  image.add_layer([](Tarball& tar) { tar.file("etc/.wh.issue", "").file("etc/motd", "x\n"); });
  const std::string folder = stage.scratch("skopeo");
  run_peers(stage, folder, "tar -C '" + image.path() + R"(' -cf in.tar .
      skopeo --insecure-policy copy docker-archive:in.tar oci:layout:1
      skopeo --insecure-policy copy oci:layout:1 oci-archive:alpine.tar
      skopeo --insecure-policy copy oci:layout:1 oci-archive:named.tar:quay.io/a/b:2
      skopeo --insecure-policy copy oci:layout:1 docker-archive:docker.tar:other:3
      skopeo --insecure-policy copy oci:layout:1 dir:folder)");
  check_loads(subject, stage, folder + "/layout", "layout:1", "x\nmotd\n");
  check_loads(subject, stage, folder + "/alpine.tar", "alpine:latest", "x\nmotd\n");
  check_loads(subject, stage, folder + "/named.tar", "quay.io/a/b:2", "x\nmotd\n");
  check_loads(subject, stage, folder + "/docker.tar", "other:3", "x\nmotd\n");
  check_loads(subject, stage, folder + "/folder", "folder:latest", "x\nmotd\n");
}

CLAIM("an image packed by umoci is loaded", {.step = 7}) {
  require_umoci(stage);
  const std::string folder = stage.scratch("umoci");
  run_peers(stage, folder, R"(
      umoci init --layout box
      umoci new --image box:1
      umoci unpack --image box:1 bundle
      mkdir bundle/rootfs/etc
      echo x >bundle/rootfs/etc/motd
      echo y >bundle/rootfs/etc/issue
      umoci repack --refresh-bundle --image box:1 bundle
      rm bundle/rootfs/etc/issue
      umoci repack --image box:1 bundle)");
  check_loads(subject, stage, folder + "/box", "box:1", "x\nmotd\n");
}

}  // namespace stepbox
