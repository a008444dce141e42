// The claims of step 7 about images: a container sees the content of the archive, and nothing
// else; an image is added as a whole or not at all.
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/harness/test_images.hpp"
#include "common/testing/stage/stage.hpp"
#include "common/testing/stage/tarball.hpp"

namespace stepbox {

// --- Images that are accepted -------------------------------------------------------------

CLAIM("import reads plain and compressed tars", {.step = 7, .points = 2}) {
  for (const std::string filter : {"none", "gzip", "bzip2", "xz", "zstd"}) {
    const std::string path = stage.scratch(filter + ".tar");
    Tarball(path, filter).directory("etc").file("etc/motd", filter);
    const Run run = subject.run({.command = {path, "motd:" + filter}, .verb = "import"});
    CHECK(run.out.starts_with("sha256:"));
    CHECK(inside(subject, stage, "motd:" + filter, "cat /etc/motd").out == filter);
    remove_image(subject, "motd:" + filter);
  }
}

CLAIM("import reads a directory and does not change it", {.step = 7}) {
  const std::string folder = stage.scratch("folder");
  make_directories(folder + "/etc");
  create_file(folder + "/etc/motd", "x");
  CHECK(subject.run({.command = {folder, "mine"}, .verb = "import"}).err == "");
  CHECK(inside(subject, stage, "mine", "echo y >>/etc/motd; cat /etc/motd").out == "xy\n");
  CHECK(read_file(folder + "/etc/motd") == "x");
  CHECK(subject.run({.command = {"/", "mine"}, .verb = "import"}).status == 1);
  remove_image(subject, "mine");
}

CLAIM("an image's name wins over a directory and --rootfs over both",
      {.step = 7, .hint = "one line on stderr says that a directory was taken for an image"}) {
  const std::string folder = stage.make_another_rootfs("mine");
  create_file(folder + "/from-directory", "");
  const auto files = [&](std::vector<std::string> options, const char* verb) {
    return subject.run({.options = std::move(options),
                        .command = {"/bin/ls", "/from-directory"},
                        .rootfs = "mine",
                        .verb = verb,
                        .through = {"/bin/sh", "-c", "cd $0/.. && exec \"$@\"", folder}});
  };
  CHECK(files({}, "run").status == 0);
  CHECK(holds(files({}, "run").err, "no image is called mine"));
  CHECK_MESSAGE(files({}, "").err == "", "without a verb, as in the steps before");
  CHECK(files({"--rootfs"}, "run").err == "");
  const std::string other = stage.rootfs();
  CHECK(subject.run({.command = {other, "mine"}, .verb = "import"}).status == 0);
  CHECK(files({}, "run").status == 1);
  CHECK(files({"--rootfs"}, "run").status == 0);
  CHECK(subject.run({.command = {"mine"}, .verb = "rmi"}).status == 0);
}

CLAIM("import reads stdin and applies Dockerfile instructions", {.step = 7}) {
  const Tarball::Look look{};
  const std::string path = stage.scratch("rootfs.tar");
  Tarball(path).file("file", "x", look);
  const Run run = subject.run({.options = {"-c", "ENV A=b", "-c", "CMD [\"/x\"]", "-m", "my words"},
                               .command = {"-", "mine"},
                               .stdin_text = read_file(path),
                               .verb = "import"});
  CHECK(run.status == 0);
  const Run history = subject.run({.command = {"mine"}, .verb = "history"});
  CHECK(holds(history.out, "my words"));
  const Run refused =
      subject.run({.options = {"-c", "RUN date"}, .command = {path, "other"}, .verb = "import"});
  CHECK(refused.status == 1);
  CHECK(holds(refused.err, "unknown change RUN"));
  remove_image(subject, "mine");
}

CLAIM("owners and modes and times and links and attributes are kept", {.step = 7, .points = 2}) {
  const std::string capability(
      "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00",
      20);  // cap_net_raw, permitted
  const std::string path = stage.scratch("rootfs.tar");
  Tarball(path)
      .directory("d", {.mode = 01770, .uid = 5, .gid = 6, .modified = 111})
      .file("d/suid", "x", {.mode = 04711, .uid = 7, .gid = 8, .modified = 222})
      .file("d/ping", "x", {.attributes = {{"security.capability", capability}}})
      .hard_link("d/twin", "d/suid")
      .symlink("d/link", "/no/such")
      .file("d/\xc3\xa9", "x");
  CHECK(subject.run({.command = {path, "mine"}, .verb = "import"}).status == 0);
  const Run run = inside(subject, stage, "mine",
                         "cd /d; stat -c '%u:%g %a %Y' . suid; readlink link; ls | wc -l;"
                         "[ suid -ef twin ] && [ -e \xc3\xa9 ] && echo same");
  CHECK(run.out == "5:6 1770 111\n7:8 4711 222\n/no/such\n5\nsame\n");
  const std::string ping = only_layer(stage) + "/d/ping";
  CHECK(::lgetxattr(ping.c_str(), "security.capability", nullptr, 0) == 20);
  remove_image(subject, "mine");
}

CLAIM("files that an upper layer deletes are gone",
      {.step = 7, .points = 2, .hint = "whiteouts become character devices 0/0"}) {
  ImageFolder image(stage, "mine:1");
  image.add_layer([](Tarball& tar) {
    tar.directory("a").file("a/one", "1").file("a/two", "2").directory("b").file("b/old", "x");
    tar.directory("c").file("c/old", "x");
  });
  image.add_layer([](Tarball& tar) {
    tar.file("a/.wh.one", "").file("b/.wh..wh..opq", "").file("b/new", "y").file("a/.wh.none", "");
    tar.file(".wh.c", "").file("c/new", "z");
  });
  CHECK(subject.run({.options = {"-i", image.path()}, .verb = "load"}).out ==
        "Loaded image: mine:1\n");
  const std::string list = "ls -A /a /b /c | grep .";
  const std::string expected = "/a:\ntwo\n/b:\nnew\n/c:\nnew\n";
  CHECK(inside(subject, stage, "mine:1", list).out == expected);
  CHECK_MESSAGE(inside(subject, stage, "mine:1", list, {"--storage", "copy"}).out == expected,
                "a copy of the layers is what they show together");
  remove_image(subject, "mine:1");
}

CLAIM("128 layers are mounted",
      {.step = 7, .points = 2, .hint = "one page of mount options: their names are too long"}) {
  ImageFolder image(stage, "deep");
  for (int i = 0; i < 128; ++i) {
    image.add_layer([&](Tarball& tar) {
      tar.file("layer" + std::to_string(i), "x").file("top", std::to_string(i));
    });
  }
  subject.run({.options = {"-i", image.path()}, .verb = "load"});
  CHECK(inside(subject, stage, "deep", "ls -d /layer* | wc -l; cat /top").out == "128\n127");
  remove_image(subject, "deep");
}

CLAIM("a layer may be in an image twice", {.step = 7}) {
  ImageFolder image(stage, "mine");
  const auto same = [](Tarball& tar) { tar.file("file", "new"); };
  image.add_layer(same);
  image.add_layer([](Tarball& tar) { tar.file("file", "old"); });
  image.add_layer(same);
  subject.run({.options = {"-i", image.path()}, .verb = "load"});
  CHECK(inside(subject, stage, "mine", "cat /file").out == "new");
  remove_image(subject, "mine");
}

// --- Images that are refused --------------------------------------------------------------

// Imports one hostile archive after the other: `status` is that of import, and nothing outside of
// the layer may change.
using Evil = std::vector<std::pair<const char*, std::function<void(Tarball&)>>>;

static void check_nothing_outside(Subject& subject, const Stage& stage, const std::string& outside,
                                  int status, const Evil& evil) {
  make_directories(outside);
  create_file(outside + "/file", "whole");
  for (const auto& [what, fill] : evil) {
    const std::string archive = what;  // clang 14: no CAPTURE of a structured binding
    CAPTURE(archive);
    const std::string path = stage.scratch("evil.tar");
    {
      Tarball tar(path);
      fill(tar);
    }
    const Run run = subject.run({.command = {path, "evil"}, .verb = "import"});
    CHECK_MESSAGE(run.status == status, (status == 1 ? "it must be refused" : run.err));
    CHECK(read_file(outside + "/file") == "whole");
    const std::string here = stage.on_host({"sh", "-c", "cd \"$0\"; stat -c '%n %h' *", outside});
    CHECK_MESSAGE(here == "file 1\n", "one file, with one name");
    if (status == 0) remove_image(subject, "evil");
    CHECK(subject.run({.options = {"-q"}, .verb = "images"}).out == "");
  }
}

CLAIM("an archive cannot write outside of its layer",
      {.step = 7, .points = 3, .hint = "never follow what the archive brought itself"}) {
  const std::string outside = stage.scratch("outside");
  const std::string up = "../../../../../../../../../../../..";
  check_nothing_outside(
      subject, stage, outside, 1,
      {{"..", [&](Tarball& tar) { tar.file(up + outside + "/file", "torn"); }},
       {".. in the middle", [&](Tarball& tar) { tar.file("a/../" + up + outside + "/new", "x"); }},
       {"a hard link out",
        [&](Tarball& tar) { tar.hard_link("in", up + outside + "/file").file("in", "torn"); }},
       {"a hard link to an absolute name",
        [&](Tarball& tar) { tar.hard_link("in", outside + "/file"); }},
       {"a hard link through a symbolic link",
        [&](Tarball& tar) { tar.symlink("out", outside).hard_link("in", "out/file"); }},
       {"a file above as a directory",
        [&](Tarball& tar) { tar.file("a", "x").file("a/b", "torn"); }},
       {"a root that is a link", [&](Tarball& tar) { tar.symlink("./", outside); }},
       {"a whiteout of ..", [&](Tarball& tar) { tar.directory("a").file("a/.wh...", ""); }},
       {"a whiteout of .", [&](Tarball& tar) { tar.directory("a").file("a/.wh..", ""); }},
       {"a whiteout of nothing", [&](Tarball& tar) { tar.file(".wh.", ""); }}});
  // These are written, below the layer's own root.
  check_nothing_outside(
      subject, stage, outside, 0,
      {{"an absolute name", [&](Tarball& tar) { tar.file(outside + "/file", "torn"); }},
       {"an absolute name with ..",
        [&](Tarball& tar) { tar.file("/" + up + outside + "/file", "torn"); }},
       {"through a symbolic link",
        [&](Tarball& tar) { tar.symlink("out", outside).file("out/file", "torn"); }},
       {"through a link with ..",
        [&](Tarball& tar) { tar.symlink("out", up + outside).file("out/file", "torn"); }},
       {"through two links",
        [&](Tarball& tar) {
          tar.symlink("a", ".").symlink("a/b", outside).file("a/b/file", "torn");
        }},
       {"a whiteout through a link",
        [&](Tarball& tar) { tar.symlink("out", outside).file("out/.wh.file", ""); }},
       {"opaque through a link",
        [&](Tarball& tar) { tar.symlink("out", outside).file("out/sub/.wh..wh..opq", ""); }}});
}

CLAIM("device nodes are skipped and the last entry of a name wins", {.step = 7}) {
  const std::string path = stage.scratch("odd.tar");
  Tarball(path)
      .device("disk", 8, 0)
      .device("disk2", 8, 1)
      .file("name", "first")
      .file("name", "last")
      .directory("was")
      .file("was/full", "x")
      .file("was", "a directory")
      .symlink("link", "/etc/passwd")
      .file("link", "a file");
  const Run run = subject.run({.command = {path, "odd"}, .verb = "import"});
  CHECK(holds(run.err, "device nodes in the layer are left out: 2"));
  CHECK(inside(subject, stage, "odd", "ls / | grep disk; cat /name /was; [ ! -L /link ]").out ==
        "lasta directory");
  remove_image(subject, "odd");
}

CLAIM("overlayfs attributes in an archive are ignored",
      {.step = 7, .hint = "trusted.overlay.redirect shows another file's content"}) {
  ImageFolder image(stage, "mine");
  image.add_layer([](Tarball& tar) { tar.directory("d").file("d/kept", "x"); });
  image.add_layer([](Tarball& tar) {
    tar.directory("d", {.attributes = {{"trusted.overlay.opaque", "y"},
                                       {"user.overlay.opaque", "y"},
                                       {"user.note", "kept"}}});
  });
  subject.run({.options = {"-i", image.path()}, .verb = "load"});
  CHECK(inside(subject, stage, "mine", "ls /d").out == "kept\n");
  if (has_user_attributes(stage)) {
    CHECK(inside(subject, stage, "mine", "ls /d", {"--userns"}).out == "kept\n");
  }
  remove_image(subject, "mine");
}

CLAIM("a damaged or truncated image is refused and leaves nothing",
      {.step = 7, .points = 2, .hint = "compare the digest of what was unpacked"}) {
  ImageFolder image(stage, "mine");
  image.add_layer([](Tarball& tar) { tar.file("file", "abc"); });
  image.add_layer([](Tarball& tar) { tar.file("file", "def"); });
  image.finish();
  const std::string layer = image.path() + "/layer1.tar";
  const std::string whole = read_file(layer);
  std::string changed = whole;
  changed[whole.find("def")] = 'D';
  for (const std::string& content :
       {changed, whole.substr(0, 700), whole.substr(0, 1024), std::string()}) {
    create_file(layer, content);
    const Run run = subject.run({.options = {"-i", image.path()}, .verb = "load"});
    CHECK_MESSAGE(run.status == 1, "content that was changed after its digest was taken");
    CHECK(subject.run({.options = {"-q"}, .verb = "images"}).out == "");
  }
  create_file(stage.scratch("torn.tar"), whole.substr(0, 1024));  // no end of archive
  CHECK(subject.run({.command = {stage.scratch("torn.tar"), "x"}, .verb = "import"}).status == 1);
}

CLAIM("an archive that is not an image is refused in one line", {.step = 7}) {
  create_file(stage.scratch("text"), "no tar at all\n");
  Tarball(stage.scratch("rootfs.tar")).file("etc/motd", "x");
  make_directories(stage.scratch("empty"));
  make_directories(stage.scratch("none"));
  create_file(stage.scratch("none/manifest.json"), "[]");
  make_directories(stage.scratch("pipe"));
  stage.on_host({"mkfifo", stage.scratch("pipe/manifest.json")});
  for (const std::string& path :
       {stage.scratch("text"), stage.scratch("rootfs.tar"), stage.scratch("empty"),
        stage.scratch("none"), stage.scratch("pipe"), stage.scratch("no-such")}) {
    const Run run = subject.run({.options = {"-i", path}, .verb = "load"});
    CHECK(run.status == 1);
    CHECK_MESSAGE(run.err.find('\n') == run.err.size() - 1, "one line: " << run.err);
  }
}

}  // namespace stepbox
