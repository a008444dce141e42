// The claims of step 7 about commit and save, and about other tools that read their output.
#include <signal.h>

#include "07-unionfs/claims/verify_peers.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

Run verb(Subject& subject, const std::string& name, std::vector<std::string> options,
         std::vector<std::string> words, bool may_refuse = false) {
  return subject.run({.options = std::move(options),
                      .command = std::move(words),
                      .verb = name,
                      .may_refuse = may_refuse});
}

// Runs `script` in a container of `image` (the stage's rootfs if empty), commits the container as
// `name`, and removes it. Returns the image's id.
std::string made_by(Subject& subject, const std::string& script, const std::string& name,
                    std::vector<std::string> options = {}, const std::string& image = {}) {
  const std::string box = random_word();
  CHECK(subject
            .run({.options = {"--name", box, "-e", "WORD=kept"},
                  .command = {"/bin/sh", "-c", script},
                  .rootfs = image})
            .status == 0);
  const Run commit = verb(subject, "commit", std::move(options), {box, name});
  CHECK(commit.status == 0);
  CHECK(commit.out.starts_with("sha256:"));
  CHECK(commit.out.size() == 72);
  CHECK(verb(subject, "rm", {}, {box}).status == 0);
  return commit.out.substr(0, 71);
}

void remove_images(Subject& subject, std::vector<std::string> names) {
  CHECK(verb(subject, "rmi", {}, std::move(names)).status == 0);
}

// All files of a container of the image, as tar(1) lists them.
std::string exported(Subject& subject, const std::string& image) {
  const std::string box = random_word();
  CHECK(
      subject.run({.options = {"--name", box}, .command = {"/bin/true"}, .rootfs = image}).status ==
      0);
  const Run run = verb(subject, "export", {}, {box});
  CHECK(verb(subject, "rm", {}, {box}).status == 0);
  CHECK(run.out.size() > 10'240);
  return run.out;
}

// Runs a line of shell in the scratch directory.
std::string with_peers(const Stage& stage, const std::string& line) {
  return run_peers(stage, stage.scratch(""), line);
}

constexpr const char* kChanges =
    "mkdir -p /d/e; echo one > /d/e/f; ln /d/e/f /d/g; chown 5:6 /d/g; chmod 4755 /d/g\n"
    "rm /etc/group; rm -r /mnt; mkdir /mnt; echo x > /mnt/new; ln -s /etc /l; echo x > '/d/é'";

}  // namespace

// --- commit -------------------------------------------------------------------------------

CLAIM("commit makes an image of a container's changes",
      {.step = 7, .points = 2, .hint = "a layer of the changed files, whiteouts for the others"}) {
  create_file(stage.rootfs() + "/mnt/old", "x");
  made_by(subject, kChanges, "mine:one");
  const Run run = subject.run(
      {.command = {"/bin/sh", "-c",
                   "ls /etc/group /mnt/old; cat /d/g /mnt/new /bin/busybox | wc -c > /dev/null\n"
                   "stat -c '%a %u:%g %h' /d/g; ls /mnt; readlink /l; cat /d/e/f"},
       .rootfs = "mine:one"});
  CHECK(run.out == "4755 5:6 2\nnew\n/etc\none\n");
  CHECK(holds(run.err, "/etc/group: No such file"));
  CHECK(holds(run.err, "/mnt/old: No such file"));
  remove_images(subject, {"mine:one"});
}

CLAIM("an image made from an image hides its deleted files", {.step = 7}) {
  made_by(subject, kChanges, "mine:one");
  made_by(subject, "rm -r /d/e /etc/hosts 2> /dev/null; rm /l; mkdir /d/e; echo 2 > /two",
          "mine:two", {}, "mine:one");
  const Run run = subject.run(
      {.command = {"/bin/sh", "-c", "ls /d/e; ls /d/g /l; ls /two"}, .rootfs = "mine:two"});
  CHECK(run.out == "/d/g\n/two\n");
  CHECK(holds(run.err, "/l: No such file"));
  remove_images(subject, {"mine:two", "mine:one"});
}

CLAIM("commit keeps the command and the environment", {.step = 7}) {
  made_by(subject, "echo $WORD", "mine:one");
  CHECK(subject.run({.rootfs = "mine:one"}).out == "kept\n");
  made_by(subject, "true", "mine:two",
          {"-c", "CMD [\"/bin/sh\", \"-c\", \"echo $WORD $MORE\"]", "--change", "ENV MORE=said",
           "-m", "a message", "-a", "somebody"});
  CHECK(subject.run({.rootfs = "mine:two"}).out == "kept said\n");
  CHECK(holds(verb(subject, "history", {}, {"mine:two"}).out, "a message"));
  remove_images(subject, {"mine:two", "mine:one"});
}

CLAIM("commit keeps what the image says and stepbox has no option for", {.step = 7}) {
  const std::string layout = stage.scratch("image");
  make_directories(layout);
  stage.on_host({"cp", beside_verify("probe"), layout + "/probe"});
  const std::string tar = stage.scratch("layer.tar");
  stage.on_host({"tar", "-C", layout, "-cf", tar, "probe"});
  make_directories(stage.scratch("docker"));
  const std::string folder = stage.scratch("docker");
  stage.on_host({"mv", tar, folder + "/layer.tar"});
  create_file(folder + "/manifest.json",
              R"([{"Config":"config.json","RepoTags":["base:1"],"Layers":["layer.tar"]}])");
  const std::string others =
      R"("Healthcheck":{"Interval":3000000000,"Test":["CMD","/probe"]},"OnBuild":["RUN /probe"],)"
      R"("Shell":["/probe","-c"],"StopSignal":"SIGRTMIN+3")";
  create_file(folder + "/config.json",
              join({R"({"os":"linux","config":{"Cmd":["/probe"],)", others,
                    R"(},"rootfs":{"type":"layers","diff_ids":["sha256:)",
                    stage.on_host({"sha256sum", folder + "/layer.tar"}).substr(0, 64), "\"]}}"}));
  CHECK(verb(subject, "load", {"-i", folder}, {}).status == 0);
  const std::string box = random_word();
  CHECK(verb(subject, "create", {"--name", box}, {"base:1"}).status == 0);
  CHECK(verb(subject, "commit", {"-c", "ENTRYPOINT [\"/probe\"]", "-c", R"(LABEL "a b"="c d" e=f)"},
             {box, "mine:1"})
            .status == 0);
  const std::string config =
      stage.on_host({"sh", "-c", "cat /var/lib/stepbox/images/*.json | grep /var -v; true"});
  for (const std::string text : {R"("Healthcheck":{"Interval":3000000000,"Test":["CMD","/probe"]})",
                                 R"("OnBuild":["RUN /probe"])", R"("Shell":["/probe","-c"])",
                                 R"("StopSignal":"SIGRTMIN+3")", R"("a b":"c d")", R"("e":"f")"}) {
    const size_t first = config.find(text);
    CHECK_MESSAGE(first != config.npos, text << " is not in " << config);
    if (text[1] == 'a' || text[1] == 'e') continue;
    CHECK_MESSAGE(config.find(text, first + 1) != config.npos, text << " is lost: " << config);
  }
  CHECK_MESSAGE(!holds(config, R"("Cmd":["/probe"],"Entrypoint")"), "ENTRYPOINT removes CMD");
  CHECK(verb(subject, "rm", {}, {box}).status == 0);
  remove_images(subject, {"mine:1", "base:1"});
}

CLAIM("a file called .wh.NAME is not committed and not imported",
      {.step = 7, .hint = "in a layer it would delete NAME"}) {
  const std::string box = random_word();
  CHECK(subject
            .run({.options = {"--name", box},
                  .command = {"/bin/sh", "-c", "mkdir -p /d; echo x > /d/.wh.file"}})
            .status == 0);
  const Run commit = verb(subject, "commit", {}, {box, "mine"}, true);
  CHECK(commit.status == 1);
  CHECK(holds(commit.err, "/d/.wh.file: a layer cannot hold a file of this name"));
  CHECK(verb(subject, "rm", {}, {box}).status == 0);
  create_file(stage.rootfs() + "/etc/.wh.file", "x");
  const Run import = verb(subject, "import", {}, {stage.rootfs(), "mine"}, true);
  CHECK(import.status == 1);
  CHECK(holds(import.err, "/etc/.wh.file"));
  CHECK(verb(subject, "images", {"-q"}, {}).out == "");
}

CLAIM("commit of a running container has the files written so far", {.step = 7}) {
  const std::string box = random_word();
  Running running =
      subject.start({.options = {"--name", box},
                     .command = {"/bin/sh", "-c", "echo x > /root/note; exec /bin/probe wait"}});
  running.wait_for_output("ready");
  CHECK(verb(subject, "commit", {}, {box, "mine"}).status == 0);
  CHECK(subject.run({.command = {"/bin/cat", "/root/note"}, .rootfs = "mine"}).out == "x\n");
  running.signal(SIGTERM);
  running.wait();
  CHECK(verb(subject, "rm", {}, {box}).status == 0);
  remove_images(subject, {"mine"});
}

CLAIM("a refused commit leaves nothing", {.step = 7}) {
  const std::string box = random_word();
  CHECK(subject.run({.options = {"--name", box}, .command = {"/bin/true"}}).status == 0);
  CHECK(holds(verb(subject, "commit", {}, {"nobody"}, true).err, "no such container"));
  CHECK(verb(subject, "commit", {}, {box, "BAD NAME"}, true).status == 1);
  CHECK(verb(subject, "commit", {"-c", "NONSENSE 1"}, {box}, true).status != 0);
  CHECK(verb(subject, "images", {"-q"}, {}).out == "");
  CHECK(verb(subject, "rm", {}, {box}).status == 0);
}

CLAIM("commit to a full disk leaves the old state", {.step = 7, .points = 2}) {
  const std::string root = stage.scratch("small");
  make_directories(root);
  stage.on_host({"mount", "-t", "tmpfs", "-o", "size=9m", "small", root});
  const auto at = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"--root", root});
    return options;
  };
  CHECK(subject
            .run({.options = at({"--name", "box"}),
                  .command = {"/bin/sh", "-c", "head -c 4000000 /dev/urandom > /big"}})
            .status == 0);
  const Run full = verb(subject, "commit", at({}), {"box", "mine"}, true);
  CHECK(full.status == 1);
  CHECK(holds(full.err, "No space left on device"));
  CHECK(verb(subject, "images", at({"-q"}), {}).out == "");
  CHECK(stage.on_host({"find", root, "-path", "*staging/*"}) == "");
  CHECK(holds(verb(subject, "diff", at({}), {"box"}).out, "A /big"));
  stage.on_host({"umount", root});
}

// --- save ---------------------------------------------------------------------------------

CLAIM("load restores a saved image with the same id and files",
      {.step = 7, .points = 2, .hint = "pack a layer the same way each time"}) {
  create_file(stage.rootfs() + "/mnt/old", "x");
  const std::string one = made_by(subject, kChanges, "mine:one");
  const std::string two = made_by(subject, "rm -r /d/e; mkdir /d/e", "mine:two", {}, "mine:one");
  const std::string before = exported(subject, "mine:two");
  const std::string archive = stage.scratch("mine.tar");
  CHECK(verb(subject, "save", {"-o", archive}, {"mine:one", "mine:two"}).status == 0);
  CHECK(verb(subject, "save", {}, {"mine:one", "mine:two"}).out == read_file(archive));
  remove_images(subject, {"mine:two", "mine:one"});
  CHECK(verb(subject, "load", {"-i", archive}, {}).out ==
        "Loaded image: mine:one\nLoaded image: mine:two\n");
  const std::string ids = verb(subject, "images", {"-q", "--no-trunc"}, {}).out;
  CHECK(holds(ids, one));
  CHECK(holds(ids, two));
  CHECK_MESSAGE((exported(subject, "mine:two") == before), "its files are others now");
  remove_images(subject, {"mine:two", "mine:one"});
}

CLAIM("import reads the output of export", {.step = 7}) {
  made_by(subject, kChanges, "mine:one");
  const std::string before = exported(subject, "mine:one");
  const std::string archive = stage.scratch("files.tar");
  create_file(archive, before);
  CHECK(verb(subject, "import", {}, {archive, "mine:two"}).status == 0);
  CHECK_MESSAGE((exported(subject, "mine:two") == before), "its files are others now");
  remove_images(subject, {"mine:two", "mine:one"});
}

CLAIM("skopeo and umoci read the output of save", {.step = 7, .points = 2}) {
  require_skopeo(stage);
  require_umoci(stage);
  const std::string id = made_by(subject, kChanges, "mine:one");
  const std::string archive = stage.scratch("mine.tar"), layout = stage.scratch("layout");
  CHECK(verb(subject, "save", {"-o", archive}, {"mine:one"}).status == 0);
  CHECK(with_peers(stage, "skopeo inspect --config --raw oci-archive:" + archive + " | sha256sum")
            .substr(0, 64) == id.substr(7));
  CHECK(holds(with_peers(stage, "skopeo inspect docker-archive:" + archive), "WORD=kept"));
  make_directories(layout);
  stage.on_host({"tar", "-xf", archive, "-C", layout});
  with_peers(stage, "umoci unpack --image " + layout + ":mine:one bundle 2>&1");
  const std::string root = stage.scratch("bundle") + "/rootfs";
  CHECK(read_file(root + "/d/g") == "one\n");
  CHECK_FALSE(exists(root + "/etc/group"));
  CHECK(stage.on_host({"stat", "-c", "%a %u:%g %h", root + "/d/g"}) == "4755 5:6 2\n");
  remove_images(subject, {"mine:one"});
}

CLAIM("podman loads the output of save and load takes it back", {.step = 7, .points = 2}) {
  require_podman(stage);
  const std::string id = made_by(subject, kChanges, "mine:one");
  CHECK(verb(subject, "tag", {}, {"mine:one", "other"}).status == 0);
  const std::string before = exported(subject, "mine:one");
  const std::string archive = stage.scratch("mine.tar"), back = stage.scratch("back.tar");
  CHECK(verb(subject, "save", {"-o", archive}, {"mine:one", "other"}).status == 0);
  CHECK(with_peers(stage, "podman load -q -i " + archive +
                              " > /dev/null\n"
                              "podman save -q --format oci-archive -o " +
                              back + " localhost/mine:one\npodman images -q --no-trunc") ==
        id + "\n");
  remove_images(subject, {"mine:one", "other"});
  CHECK(verb(subject, "load", {"-i", back}, {}).out == "Loaded image: mine:one\n");
  CHECK_MESSAGE((exported(subject, "mine:one") == before), "its files are others now");
  remove_images(subject, {"mine:one"});
}

CLAIM("save refuses an unknown image and a terminal", {.step = 7}) {
  create_file(stage.scratch("old.tar"), "precious");
  const Run run = verb(subject, "save", {"-o", stage.scratch("old.tar")}, {"nothing"}, true);
  CHECK(run.status == 1);
  CHECK(holds(run.err, "No such image: nothing"));
  CHECK(read_file(stage.scratch("old.tar")) == "precious");
  made_by(subject, "true", "mine:one");
  PtyRun terminal =
      subject.start_on_pty({.command = {"mine:one"}, .verb = "save", .may_refuse = true});
  CHECK(terminal.wait() == 1);
  CHECK(holds(terminal.screen(), "terminal"));
  remove_images(subject, {"mine:one"});
}

}  // namespace stepbox
