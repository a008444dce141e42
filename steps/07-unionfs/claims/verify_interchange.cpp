// The claims of step 7 about other tools: step 7 reads the images that they write, and they read
// them back.
#include "07-unionfs/claims/verify_peers.hpp"
#include "common/files.hpp"
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
  // Without the files that step 7 makes in /etc: resolv.conf, hosts, hostname.
  const std::string list = "cat /etc/motd; ls /etc | grep -v -e resolv.conf -e host";
  CHECK(inside(subject, stage, name, list).out == what);
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

// What other tools write by default: each in all its forms, and back.

CLAIM("images that buildah made are loaded and buildah reads them back", {.step = 7, .points = 2}) {
  require_buildah(stage);
  const std::string folder = stage.scratch("buildah");
  { Tarball(stage.scratch("rootfs.tar")).file("etc/motd", "x\n"); }
  run_peers(stage, folder, R"(
      one=$(buildah from scratch)
      buildah add -q $one ../rootfs.tar / >none
      buildah config --env WORD=kept --cmd /bin/sh --label 'a b=c d' $one
      buildah commit -q $one mine:1 >none
      buildah config --label empty=1 $one
      buildah commit -q --format docker $one docker-archive:docker.tar:mine:1 >none
      buildah push -q mine:1 oci:layout:1
      buildah push -q mine:1 oci-archive:oci.tar:quay.io/a/b:2
      buildah push -q mine:1 dir:folder
      bzip2 -k docker.tar
      buildah images -q --no-trunc mine:1 >id)");
  const std::pair<const char*, const char*> kForms[] = {{"/docker.tar", "mine:1"},
                                                        {"/docker.tar.bz2", "mine:1"},
                                                        {"/layout", "layout:1"},
                                                        {"/oci.tar", "quay.io/a/b:2"},
                                                        {"/folder", "folder:latest"}};
  for (const auto& [file, name] : kForms)
    check_loads(subject, stage, folder + file, name, "x\nmotd\n");
  CHECK(subject.run({.options = {"-i", folder + "/oci.tar"}, .verb = "load"}).status == 0);
  const std::string id = subject.run({.options = {"-q", "--no-trunc"}, .verb = "images"}).out;
  CHECK(id == read_file(folder + "/id"));
  const std::string saved = folder + "/saved.tar";
  CHECK(subject.run({.options = {"-o", saved}, .command = {"quay.io/a/b:2"}, .verb = "save"}).err ==
        "");
  CHECK(run_peers(stage, folder, R"(
      buildah rmi -a -f >none 2>&1
      buildah pull -q docker-archive:saved.tar)") == id.substr(7));
  remove_image(subject, "quay.io/a/b:2");
}

CLAIM("an image for several platforms keeps this machine's in each form that skopeo writes",
      {.step = 7}) {
  require_skopeo(stage);
  require_buildah(stage);
  const std::string folder = stage.scratch("platforms");
  { Tarball(stage.scratch("own.tar")).file("etc/motd", "x\n"); }
  { Tarball(stage.scratch("foreign.tar")).file("etc/motd", "foreign\n"); }
  run_peers(stage, folder, R"(
      make() {
        box=$(buildah from $2 scratch)
        buildah add -q $box ../$1.tar / >none
        buildah config --os linux $3 $box
        buildah commit -q $box $1 >none
      }
      make foreign '' '--arch s390x'
      make own '' ''
      buildah manifest create many >none
      buildah manifest add --os linux --arch s390x many containers-storage:localhost/foreign >none
      buildah manifest add many containers-storage:localhost/own >none
      buildah manifest push -q --all many oci:layout:1 >none
      skopeo --insecure-policy copy -q --all oci:layout:1 dir:folder
      skopeo --insecure-policy copy -q --all oci:layout:1 oci-archive:many.tar:1)");
  check_loads(subject, stage, folder + "/layout", "layout:1", "x\nmotd\n");
  check_loads(subject, stage, folder + "/folder", "folder:latest", "x\nmotd\n");
  check_loads(subject, stage, folder + "/many.tar", "many:1", "x\nmotd\n");
}

CLAIM("an image keeps its id from podman to step 7 and back", {.step = 7, .points = 2}) {
  require_podman(stage);
  const std::string folder = stage.scratch("podman");
  {
    Tarball(stage.scratch("rootfs.tar")).file("etc/motd", "x\n").hard_link("etc/twin", "etc/motd");
  }
  run_peers(stage, folder, R"(
      podman import -q ../rootfs.tar localhost/mine:1 >none
      podman save -q --format docker-archive -o docker.tar localhost/mine:1
      podman save -q --format oci-archive -o oci.tar localhost/mine:1
      podman images -q --no-trunc >id
      podman rmi -a >none)");
  for (const char* archive : {"/oci.tar", "/docker.tar"}) {
    CHECK(subject.run({.options = {"-i", folder + archive}, .verb = "load"}).status == 0);
    const std::string id = subject.run({.options = {"-q", "--no-trunc"}, .verb = "images"}).out;
    const Run save = subject.run(
        {.options = {"-o", folder + "/saved.tar"}, .command = {"mine:1"}, .verb = "save"});
    CHECK(save.err == "");
    CHECK(run_peers(stage, folder, R"(
        podman load -q -i saved.tar >none
        podman images -q --no-trunc
        podman rmi -a -f >none)") == id);
    if (std::string(archive) == "/oci.tar") CHECK(id == read_file(folder + "/id"));
    remove_image(subject, "mine:1");
  }
}

CLAIM("an image without layers and one of many goes to umoci and back", {.step = 7}) {
  require_umoci(stage);
  const std::string folder = stage.scratch("umoci");
  run_peers(stage, folder, "umoci init --layout box; umoci new --image box:bare");
  CHECK(subject.run({.options = {"-i", folder + "/box"}, .verb = "load"}).out ==
        "Loaded image: box:bare\n");
  const std::string saved = folder + "/saved.tar";
  CHECK(subject.run({.options = {"-o", saved}, .command = {"box:bare"}, .verb = "save"}).err == "");
  remove_image(subject, "box:bare");
  run_peers(stage, folder, R"(
      mkdir back && tar -C back -xf saved.tar && rm back/manifest.json
      umoci unpack --image back:box:bare bundle
      echo x >motd; umoci insert --image back:box:bare motd /etc/motd)");
  check_loads(subject, stage, folder + "/back", "box:bare", "x\nmotd\n");
}

}  // namespace stepbox
