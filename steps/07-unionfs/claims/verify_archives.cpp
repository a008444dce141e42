// The claims of step 7 about archives that other programs make: each is loaded as they mean it, or
// refused in one line of our own words.
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

using Texts = std::vector<std::string>;

// This machine's architecture in the words of images.
std::string own() {
  utsname machine;
  ::uname(&machine);
  const std::string name = machine.machine;
  return name == "x86_64" ? "amd64" : name == "aarch64" ? "arm64" : name;
}

// An OCI image layout, in which everything can be wrong.
class Layout {
 public:
  Layout(const Stage& stage, const std::string& name, const std::string& algorithm = "sha256")
      : stage_(stage), path_(stage.scratch(name)), algorithm_(algorithm) {
    make_directories(join({path_, "/blobs/", algorithm}));
    create_file(path_ + "/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  }
  const std::string& path() const { return path_; }

  std::string digest_of(const std::string& file, const std::string& algorithm) const {
    const std::string sum = stage_.on_host({algorithm + "sum", file});
    return join({algorithm, ":", sum.substr(0, sum.find(' '))});
  }

  // Stores a blob; returns the members of its descriptor.
  std::string add_file(const std::string& file, const std::string& type) const {
    const std::string digest = digest_of(file, algorithm_);
    const std::string hex = digest.substr(digest.find(':') + 1);
    stage_.on_host({"cp", file, join({path_, "/blobs/", algorithm_, "/", hex})});
    return join({R"("mediaType":")", type, R"(","size":1,"digest":")", digest, "\""});
  }
  std::string add(const std::string& text, const std::string& type) const {
    const std::string file = stage_.scratch("blob-" + random_word());
    create_file(file, text);
    return add_file(file, type);
  }

  // An image of one layer with the file /etc/motd.
  std::string add_image(const std::string& motd, const std::string& architecture = own(),
                        const std::string& layer_type = "application/vnd.oci.image.layer.v1.tar") {
    const std::string tar = stage_.scratch("layer-" + random_word());
    { Tarball(tar).file("etc/motd", motd); }
    const std::string config = add(join({R"({"os":"linux","architecture":")", architecture,
                                         R"(","config":{},"rootfs":{"type":"layers","diff_ids":[")",
                                         digest_of(tar, "sha256"), "\"]}}"}),
                                   "application/vnd.oci.image.config.v1+json");
    return add(join({R"({"schemaVersion":2,"config":{)", config, R"(},"layers":[{)",
                     add_file(tar, layer_type), "}]}"}),
               "application/vnd.oci.image.manifest.v1+json");
  }
  std::string add_index(const Texts& descriptors) const {
    return add(index_of(descriptors), "application/vnd.oci.image.index.v1+json");
  }
  void finish(const Texts& descriptors) const {
    create_file(path_ + "/index.json", index_of(descriptors));
  }

 private:
  static std::string index_of(const Texts& descriptors) {
    std::string list;
    for (const std::string& members : descriptors) {
      list += join({list.empty() ? "{" : ",{", members, "}"});
    }
    return join({R"({"schemaVersion":2,"manifests":[)", list, "]}"});
  }

  const Stage& stage_;
  std::string path_, algorithm_;
};

std::string for_platform(const std::string& descriptor, const std::string& architecture,
                         const std::string& os = "linux") {
  return join(
      {descriptor, R"(,"platform":{"os":")", os, R"(","architecture":")", architecture, "\"}"});
}

std::string named(const std::string& descriptor, const std::string& name) {
  return join(
      {descriptor, R"(,"annotations":{"org.opencontainers.image.ref.name":")", name, "\"}"});
}

Run load(Subject& subject, const std::string& path) {
  return subject.run({.options = {"-i", path}, .verb = "load"});
}

// Exactly one line, which contains `word`, and no words of a library; no image is left.
void check_refused_image(Subject& subject, const std::string& path, const std::string& word) {
  const Run run = load(subject, path);
  CHECK(run.status == 1);
  CHECK_MESSAGE(holds(run.err, word), "no '" << word << "' in: " << run.err);
  CHECK_MESSAGE(run.err.find('\n') == run.err.size() - 1, "one line: " << run.err);
  for (const char* text :
       {"[json.exception", "Unrecognized archive", "filesystem error", "std::"}) {
    CHECK_MESSAGE(!holds(run.err, text), run.err);
  }
  CHECK(subject.run({.options = {"-q"}, .verb = "images"}).out == "");
}

void check_motd(Subject& subject, const Stage& stage, const std::string& image,
                const std::string& motd) {
  CHECK(inside(subject, stage, image, "cat /etc/motd").out == motd);
  remove_image(subject, image);
}

}  // namespace

// --- Names in a layer ---------------------------------------------------------------------

CLAIM("absolute names and links in an archive begin at its root", {.step = 7, .points = 2}) {
  const std::string path = stage.scratch("absolute.tar");
  Tarball(path)
      .file("/etc/motd", "x\n")
      .hard_link("/etc/twin", "/etc/motd")
      .hard_link("etc/third", "./etc/motd")
      .hard_link("etc/motd", "/etc/motd")
      .file("a/../etc/issue", "y\n")
      .file("/../srv/file", "z\n");
  CHECK(subject.run({.command = {path, "mine"}, .verb = "import"}).err == "");
  CHECK(inside(subject, stage, "mine", "cat /etc/motd /etc/issue /srv/file; stat -c %h /etc/third")
            .out == "x\ny\nz\n3\n");
  remove_image(subject, "mine");
}

CLAIM("a path through a link that the layer made is written inside of the layer",
      {.step = 7, .points = 2, .hint = "follow it below the layer's root; make what is missing"}) {
  const std::string path = stage.scratch("links.tar");
  Tarball(path)
      .symlink("bin", "usr/bin")
      .directory("usr/bin", {.mode = 0711})
      .file("bin/tool", "1")
      .symlink("lib", "/usr/lib")
      .file("lib/deep/file", "2")
      .symlink("up", "../../../usr")
      .file("up/three", "3")
      .symlink("usr/again", "../bin")
      .hard_link("usr/again/twin", "lib/deep/file");
  CHECK(subject.run({.command = {path, "mine"}, .verb = "import"}).err == "");
  const std::string tree = only_layer(stage);
  CHECK(stage.on_host({"sh", "-c",
                       "cd \"$0\"; readlink bin lib; cat usr/bin/tool usr/lib/deep/file usr/three "
                       "usr/bin/twin; stat -c ' %a' usr/bin",
                       tree}) == "usr/bin\n/usr/lib\n1232 711\n");
  remove_image(subject, "mine");
  Tarball(path).symlink("a", "b").symlink("b", "a").file("a/file", "x");
  const Run loop = subject.run({.command = {path, "mine"}, .verb = "import"});
  CHECK(loop.status == 1);
  CHECK(holds(loop.err, "Too many levels of symbolic links"));
}

CLAIM("an image keeps mode and owner and time of its root directory", {.step = 7}) {
  ImageFolder image(stage, "mine");
  image.add_layer([](Tarball& tar) {
    tar.directory("./", {.mode = 0711, .uid = 5, .gid = 6, .modified = 111}).directory("proc");
    tar.directory("sys").directory("dev").directory("bin").file("etc/resolv.conf", "");
    tar.file("etc/hosts", "").file("etc/hostname", "");
  });
  image.add_layer([](Tarball& tar) { tar.file("file", "x"); });
  CHECK(load(subject, image.path()).status == 0);
  const Texts kinds = {"overlay", "copy"};
  for (const std::string& kind : kinds) {
    CAPTURE(kind);
    CHECK(inside(subject, stage, "mine", "stat -c '%a %u:%g %Y' /", {"--storage", kind}).out ==
          "711 5:6 111\n");
  }
  const std::string folder = stage.scratch("folder");
  make_directories(folder + "/bin");
  stage.on_host({"sh", "-c",
                 "cd \"$0\"; mkdir proc sys dev etc; touch etc/resolv.conf etc/hosts etc/hostname; "
                 "chmod 711 .; chown 5:6 .; "
                 "touch -d @111 .",
                 folder});
  remove_image(subject, "mine");
  CHECK(subject.run({.command = {folder, "mine"}, .verb = "import"}).status == 0);
  CHECK(inside(subject, stage, "mine", "stat -c '%a %u:%g %Y' /").out == "711 5:6 111\n");
  remove_image(subject, "mine");
}

CLAIM("volumes and tmpfs on dangling links make the target below the root", {.step = 7}) {
  const std::string here = "/nowhere-" + random_word();
  const std::string volume = stage.scratch("volume");
  make_directories(volume);
  create_file(volume + "/file", "x");
  const std::string tar = stage.scratch("links.tar");
  Tarball(tar)
      .symlink("abs", here)
      .symlink("up", "../../../.." + here + "2")
      .symlink("loop", "loop")
      .directory("bin");
  CHECK(subject.run({.command = {tar, "mine"}, .verb = "import"}).status == 0);
  const Run run = inside(
      subject, stage, "mine", join({"ls ", here, " ", here, "2/deep; stat -f -c %T /up/memory"}),
      {"-v", volume + ":/abs", "-v", volume + ":/up/deep", "--tmpfs", "/up/memory"});
  CHECK(run.out == join({here, ":\nfile\n\n", here, "2/deep:\nfile\ntmpfs\n"}));
  CHECK_FALSE(exists(here));
  CHECK_FALSE(exists(here + "2"));
  const Run loop = subject.run({.options = {"-v", volume + ":/loop"},
                                .command = {"/bin/true"},
                                .rootfs = "mine",
                                .may_refuse = true});
  CHECK(loop.status == 125);
  CHECK(holds(loop.err, "Too many levels of symbolic links"));
  remove_image(subject, "mine");
}

// --- Indexes ------------------------------------------------------------------------------

CLAIM("of indexes in indexes the image for this machine is loaded",
      {.step = 7, .points = 2, .hint = "the first of an index may be for another machine"}) {
  Layout layout(stage, "layout");
  const std::string foreign = layout.add_image("foreign", "s390x");
  const std::string mine = layout.add_image("mine");
  const Texts nested = {layout.add_index({for_platform(foreign, "s390x")}),
                        layout.add_index({foreign}),
                        layout.add_index({for_platform(foreign, "s390x"),
                                          layout.add_index({for_platform(mine, own())})})};
  layout.finish({named(layout.add_index(nested), "one"), named(foreign, "two"),
                 named(for_platform(foreign, "s390x"), "three")});
  const Run run = load(subject, layout.path());
  CHECK(run.out == "Loaded image: layout:one\nLoaded image: layout:two\n");
  CHECK(holds(run.err, "passed over in the archive: linux/s390x"));
  remove_image(subject, "layout:two");
  check_motd(subject, stage, "layout:one", "mine");
  std::string deep = mine;
  for (int i = 0; i < 6; ++i) deep = layout.add_index({deep});
  layout.finish({deep});
  check_refused_image(subject, layout.path(), "more than 3 levels of indexes");
  layout.finish({for_platform(foreign, "s390x")});
  check_refused_image(subject, layout.path(),
                      join({"no image in it is for linux/", own(), ": it holds linux/s390x"}));
}

CLAIM("signatures and attestations beside an image are passed over", {.step = 7}) {
  Layout layout(stage, "layout");
  const std::string mine = layout.add_image("mine");
  const std::string signature =
      layout.add_image("x", own(), "application/vnd.dev.cosign.simplesigning.v1+json");
  const std::string empty = layout.add("{}", "application/vnd.oci.empty.v1+json");
  const std::string artifact =
      layout.add(join({R"({"schemaVersion":2,"artifactType":"text/plain","config":{)", empty,
                       R"(},"layers":[{)", empty, "}]}"}),
                 "application/vnd.oci.image.manifest.v1+json");
  const std::string attestation = for_platform(layout.add_image("x"), "unknown", "unknown");
  layout.finish({named(signature, "signed"), named(artifact, "sbom"),
                 named(layout.add_index({attestation, for_platform(mine, own())}), "one")});
  const Run run = load(subject, layout.path());
  CHECK(run.out == "Loaded image: layout:one\n");
  CHECK(holds(run.err, "attestations, signatures or other artifacts"));
  check_motd(subject, stage, "layout:one", "mine");
  layout.finish({named(signature, "signed")});
  check_refused_image(subject, layout.path(), "it holds signatures or other artifacts");
}

CLAIM("SHA-512 digests are read and compared", {.step = 7}) {
  Layout layout(stage, "layout", "sha512");
  layout.finish({named(layout.add_image("mine"), "one")});
  CHECK(load(subject, layout.path()).out == "Loaded image: layout:one\n");
  check_motd(subject, stage, "layout:one", "mine");
  stage.on_host(
      {"sh", "-c", "for i in \"$0\"/blobs/sha512/*; do printf ' ' >>$i; done", layout.path()});
  check_refused_image(subject, layout.path(), "its digest does not match");
  layout.finish({R"("digest":"sha512:../../../../../../etc/passwd")"});
  check_refused_image(subject, layout.path(), "is no digest");
}

// --- Images -------------------------------------------------------------------------------

CLAIM("an image without layers is loaded and runs", {.step = 7}) {
  ImageFolder image(stage, "bare");
  CHECK(load(subject, image.path()).out == "Loaded image: bare:latest\n");
  CHECK(inside(subject, stage, "bare", "ls -d /bin /proc").out == "/bin\n/proc\n");
  const Run none = subject.run({.command = {"/bin/true"}, .rootfs = "bare", .may_refuse = true});
  CHECK(none.status == 127);
  const std::string archive = stage.scratch("bare.tar");
  CHECK(subject.run({.options = {"-o", archive}, .command = {"bare"}, .verb = "save"}).status == 0);
  remove_image(subject, "bare");
  CHECK(load(subject, archive).out == "Loaded image: bare:latest\n");
  remove_image(subject, "bare");
}

CLAIM("empty layers may repeat", {.step = 7}) {
  ImageFolder image(stage, "mine");
  const auto nothing = [](Tarball&) {};
  image.add_layer(nothing);
  image.add_layer(nothing);
  image.add_layer([](Tarball& tar) { tar.file("etc/motd", "x"); });
  image.add_layer(nothing);
  CHECK(load(subject, image.path()).status == 0);
  const std::string archive = stage.scratch("mine.tar");
  const auto id = [&] {
    return subject.run({.options = {"-q", "--no-trunc"}, .verb = "images"}).out;
  };
  const std::string before = id();
  CHECK(subject.run({.options = {"-o", archive}, .command = {"mine"}, .verb = "save"}).status == 0);
  remove_image(subject, "mine");
  CHECK(load(subject, archive).status == 0);
  CHECK(id() == before);
  check_motd(subject, stage, "mine", "x");
}

CLAIM("a saved image keeps its id whichever tool packed its layers",
      {.step = 7, .points = 2, .hint = "keep the headers of a layer's tar, too"}) {
  ImageFolder image(stage, "mine");
  image.add_layer([](Tarball& tar) {
    tar.directory("z").file("z/b", std::string(1000, 'b')).file("a", "", {.mode = 0600});
    tar.file("etc/motd", "x", {.uid = 7, .attributes = {{"user.note", "kept"}}});
    tar.hard_link("twin", "z/b").symlink("l", "/no").device("disk", 8, 0);
  });
  image.add_layer(
      [](Tarball& tar) { tar.file(".wh.a", "").file("big", std::string(1 << 20, 'y')); });
  stage.on_host(
      {"sh", "-c",
       "cd \"$0\"; mkdir f; echo x >f/x; ln f/x f/y; tar --format=gnu -b 40 -cf gnu.tar f",
       stage.scratch("")});
  image.add_tar(stage.scratch("gnu.tar"));
  CHECK(load(subject, image.path()).status == 0);
  const auto id = [&] {
    return subject.run({.options = {"-q", "--no-trunc"}, .verb = "images"}).out;
  };
  const std::string before = id(), archive = stage.scratch("mine.tar");
  const Run save = subject.run({.options = {"-o", archive}, .command = {"mine"}, .verb = "save"});
  CHECK(save.status == 0);
  CHECK(save.err == "");
  remove_image(subject, "mine");
  CHECK(load(subject, archive).status == 0);
  CHECK_MESSAGE(id() == before, "the saved image is another one");
  check_motd(subject, stage, "mine", "x");
}

CLAIM("save warns of an image that gets another id", {.step = 7}) {
  ImageFolder image(stage, "mine");
  const std::string secret = stage.scratch("secret");
  make_directories(secret);
  create_file(secret + "/motd", "old");
  image.add_layer([&](Tarball& tar) {
    tar.file("etc/motd", "new").file("etc/motd", "x").file("d/motd", "old").symlink("d", secret);
  });
  CHECK(load(subject, image.path()).status == 0);
  const std::string archive = stage.scratch("mine.tar");
  const Run save = subject.run({.options = {"-o", archive}, .command = {"mine"}, .verb = "save"});
  CHECK(save.status == 0);
  CHECK(holds(save.err, "the saved image gets another id"));
  remove_image(subject, "mine");
  CHECK(load(subject, archive).status == 0);
  check_motd(subject, stage, "mine", "x");
}

// --- Old and odd archives -----------------------------------------------------------------

CLAIM("an archive of docker before 1.10 is loaded", {.step = 7, .points = 2}) {
  const std::string folder = stage.scratch("old"), a(64, 'a'), b(64, 'b');
  for (const std::string& id : {a, b}) {
    make_directories(join({folder, "/", id}));
    create_file(join({folder, "/", id, "/VERSION"}), "1.0");
  }
  const auto describe = [&](const std::string& parent) {
    create_file(join({folder, "/", a, "/json"}),
                join({R"({"id":")", a, R"(",)", parent, R"("created":"2015-01-01T00:00:00Z",)",
                      R"("container_config":{"Cmd":["/bin/sh","-c","echo lower"]}})"}));
  };
  describe("");
  create_file(join({folder, "/", b, "/json"}),
              join({R"({"id":")", b, R"(","parent":")", a,
                    R"(","created":"2015-01-02T00:00:00Z","os":"linux","architecture":")", own(),
                    R"(","config":{"Env":["WORD=kept"],"Cmd":["/bin/sh"]}})"}));
  { Tarball(join({folder, "/", a, "/layer.tar"})).file("etc/motd", "old").file("etc/issue", "y"); }
  { Tarball(join({folder, "/", b, "/layer.tar"})).file("etc/motd", "x").file("etc/.wh.issue", ""); }
  create_file(folder + "/repositories", join({R"({"mine":{"1":")", b, R"(","2":")", b, "\"}}"}));
  stage.on_host({"tar", "-C", folder, "-czf", stage.scratch("old.tar.gz"), "."});
  const Run run = load(subject, stage.scratch("old.tar.gz"));
  CHECK(run.out == "Loaded image: mine:1\nLoaded image: mine:2\n");
  CHECK(
      inside(subject, stage, "mine:2", "cat /etc/motd; [ -e /etc/issue ] || echo gone; echo $WORD")
          .out == "xgone\nkept\n");
  CHECK(holds(subject.run({.command = {"mine:1"}, .verb = "history"}).out, "echo lower"));
  for (const char* name : {"mine:1", "mine:2"}) remove_image(subject, name);
  describe(join({R"("parent":")", b, R"(",)"}));
  check_refused_image(subject, folder, "its layers have no lowest one");
  describe(R"("parent":"../../../../etc",)");
  check_refused_image(subject, folder, "is no id of a layer");
  create_file(folder + "/repositories", R"({"mine":7})");
  check_refused_image(subject, folder, "its repositories is invalid");
}

CLAIM("a layer without the end of a tar is loaded", {.step = 7}) {
  const std::string tar = stage.scratch("layer.tar");
  stage.on_host({"sh", "-c",  // a header, one byte, no padding, as `umoci insert` writes it
                 "cd \"$0\"; mkdir etc; printf x >etc/motd; tar --format=ustar -cf - etc/motd | "
                 "head -c 513 >layer.tar",
                 stage.scratch("")});
  ImageFolder image(stage, "mine");
  image.add_tar(tar);
  CHECK(load(subject, image.path()).status == 0);
  const std::string archive = stage.scratch("mine.tar");
  CHECK(subject.run({.options = {"-o", archive}, .command = {"mine"}, .verb = "save"}).err == "");
  check_motd(subject, stage, "mine", "x");
  const Run torn = subject.run({.command = {tar, "mine"}, .verb = "import"});
  CHECK(torn.status == 1);
  CHECK(holds(torn.err, "the archive is truncated"));
}

CLAIM("bzip2 is read", {.step = 7}) {
  const std::string path = stage.scratch("rootfs.tar.bz2");
  Tarball(path, "bzip2").file("etc/motd", "x");
  CHECK(subject.run({.command = {path, "mine"}, .verb = "import"}).status == 0);
  check_motd(subject, stage, "mine", "x");
  const std::string text = read_file(path);
  create_file(path, text.substr(0, text.size() - 20));
  const Run torn = subject.run({.command = {path, "mine"}, .verb = "import"});
  CHECK(torn.status == 1);
  CHECK(holds(torn.err, "it is damaged"));
}

CLAIM("a bad archive is refused in our own words", {.step = 7, .points = 2}) {
  ImageFolder image(stage, "mine");
  image.add_layer([](Tarball& tar) { tar.file("etc/motd", "x"); });
  const std::string folder = image.path();
  const auto with = [&](const std::string& file, const std::string& text, const std::string& why) {
    const std::string before = read_file(folder + file);
    create_file(folder + file, text);
    CAPTURE(text);
    check_refused_image(subject, folder, why);
    create_file(folder + file, before);
  };
  // The claims' ImageFolder writes its files again at each path().
  with("/config.json", "{", "its config is not JSON: wrong at byte 2");
  with("/config.json", R"({"config":{}})", "its config has no rootfs");
  with("/config.json", R"({"rootfs":{}})", "its config's rootfs has no diff_ids");
  with("/config.json", R"({"rootfs":{"diff_ids":[7]}})", "its config is invalid");
  with("/config.json", R"({"rootfs":{"diff_ids":[]},"config":{"Env":["A=\u0000b"]}})",
       "a NUL in Env");
  with("/config.json", R"({"rootfs":{"diff_ids":[]},"config":{"WorkingDir":"/\u0000b"}})",
       "a NUL in WorkingDir");
  with("/manifest.json", "[{}]", "its manifest.json has no Config");
  with("/manifest.json", "{}", "its manifest has no config");
  with("/manifest.json", "[7]", "its manifest.json has no Config");
  with("/manifest.json", R"({"manifests":[{}]})", "its manifest has no digest");
  with("/layer0.tar", "no tar at all\n", "this is no tar archive, or it is damaged");
  stage.on_host({"rm", folder + "/manifest.json", folder + "/config.json"});
  create_file(folder + "/index.json", R"({"manifests":7})");
  check_refused_image(subject, folder, "has no digest");
  create_file(stage.scratch("text"), "no tar at all\n");
  check_refused_image(subject, stage.scratch("text"), "this is no tar archive");
}

}  // namespace stepbox
