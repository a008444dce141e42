// The claims of step 7 about the store of images: lists, removal, and leftovers after errors.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "07-unionfs/claims/verify.hpp"
#include "common/deadline.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/harness/test_images.hpp"
#include "common/testing/stage/stage.hpp"
#include "common/testing/stage/tarball.hpp"

namespace stepbox {
namespace {

// An image of one file; its name and its content are `name`.
void import_small(Subject& subject, Stage& stage, const std::string& name,
                  const std::vector<std::string>& options = {}) {
  const std::string path = stage.scratch("small.tar");
  { Tarball(path).file("file", name); }
  CHECK(subject.run({.options = options, .command = {path, name}, .verb = "import"}).status == 0);
}

std::string images(Subject& subject, const std::vector<std::string>& options = {"-q"}) {
  return subject.run({.options = options, .verb = "images"}).out;
}

Run rmi(Subject& subject, const std::string& image, const std::vector<std::string>& options = {}) {
  return subject.run({.options = options, .command = {image}, .verb = "rmi"});
}

// The number of layers, images and staging directories in the store.
std::string count_all(const Stage& stage) {
  return stage.on_host({"sh", "-c",
                        "cd /var/lib/stepbox; find layers images staging -mindepth 1 -maxdepth 1 "
                        "2>/dev/null | wc -l"});
}

// A FIFO from which a subject reads an archive that never ends.
class EndlessArchive {
 public:
  explicit EndlessArchive(Stage& stage) : path_(stage.scratch("pipe")) {
    const std::string whole = stage.scratch("whole.tar");
    { Tarball(whole).file("first", "x").file("second", std::string(1 << 15, 'x')); }
    if (::mkfifo(path_.c_str(), 0644) == -1) FAIL("no pipe: " << path_);
    pipe_ = Fd(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
    const std::string part = read_file(whole).substr(0, 10'000);
    REQUIRE(::write(pipe_.get(), part.data(), part.size()) == static_cast<ssize_t>(part.size()));
  }
  const std::string& path() const { return path_; }

  // Waits until the subject has unpacked a part of it.
  static void wait_until_read(const Stage& stage) {
    const auto unpacking = [&] {
      return stage.on_host(
                 {"sh", "-c", "find /var/lib/stepbox -name second 2>/dev/null | wc -l"}) != "0\n";
    };
    CHECK_MESSAGE(wait_until(10, unpacking), "the archive is not being unpacked");
  }

 private:
  std::string path_;
  Fd pipe_;
};

}  // namespace

// --- Lists --------------------------------------------------------------------------------

CLAIM("images are listed as docker lists them", {.step = 7}) {
  import_small(subject, stage, "mine:1");
  const std::string id = images(subject);
  CHECK(id.size() == 13);
  CHECK(images(subject, {"-q", "--no-trunc"}).starts_with("sha256:" + id.substr(0, 12)));
  const std::string table = images(subject, {});
  CHECK(table.starts_with("REPOSITORY   TAG       IMAGE ID       CREATED"));
  CHECK(holds(table, "mine         1         " + id.substr(0, 12)));
  CHECK(holds(images(subject, {"--digests"}),
              "mine         1         <none>    " + id.substr(0, 12)));
  const std::string json = images(subject, {"--format", "json"});
  CHECK(holds(json, "\"Repository\":\"mine\""));
  CHECK_MESSAGE(holds(json, "+0000 UTC\",\"CreatedSince\""), json);
  CHECK(subject.run({.command = {"mine", "docker.io/library/other"}, .verb = "tag"}).status == 1);
  CHECK(subject.run({.command = {"mine:1", "docker.io/library/other"}, .verb = "tag"}).status == 0);
  CHECK(holds(images(subject, {}), "other        latest    " + id.substr(0, 12)));
  CHECK(subject.run({.command = {"other"}, .verb = "images"}).out.find("mine") ==
        std::string::npos);
  CHECK(subject.run({.command = {"mine:1", "NO NAME"}, .verb = "tag"}).status == 1);
  CHECK(rmi(subject, "mine:1").out == "Untagged: mine:1\n");
  CHECK(holds(rmi(subject, id.substr(0, 5)).out, "Untagged: other:latest\nDeleted: sha256:"));
  CHECK(images(subject) == "");
  CHECK(rmi(subject, "mine:1").status == 1);
}

CLAIM("history shows how an image was built", {.step = 7}) {
  import_small(subject, stage, "mine", {"-m", "a note"});
  const Run run = subject.run({.command = {"mine"}, .verb = "history"});
  CHECK(run.out.starts_with("IMAGE          CREATED"));
  CHECK(holds(run.out, "4B        a note"));
  CHECK(subject.run({.command = {"none"}, .verb = "history"}).status == 1);
  remove_image(subject, "mine");
}

CLAIM("a layer is stored once and goes with its last image", {.step = 7}) {
  ImageFolder one(stage, "one"), two(stage, "two");
  for (ImageFolder* image : {&one, &two}) {
    image->add_layer([](Tarball& tar) { tar.file("shared", "x"); });
  }
  two.add_layer([](Tarball& tar) { tar.file("own", "x"); });
  for (ImageFolder* image : {&one, &two}) {
    CHECK(subject.run({.options = {"-i", image->path()}, .verb = "load"}).status == 0);
  }
  const std::string count = "ls /var/lib/stepbox/layers | wc -l";
  CHECK(stage.on_host({"sh", "-c", count}) == "2\n");
  remove_image(subject, "one");
  CHECK(stage.on_host({"sh", "-c", count}) == "2\n");
  CHECK(inside(subject, stage, "two", "ls -d /shared /own").out == "/own\n/shared\n");
  remove_image(subject, "two");
  CHECK(stage.on_host({"sh", "-c", count}) == "0\n");
}

CLAIM("docker's long names of verbs work", {.step = 7}) {
  import_small(subject, stage, "mine");
  const std::string name = random_word();
  subject.run({.options = {"--name", name}, .command = {"/bin/true"}});
  CHECK(tell(subject, "container", {"ls", "-aq"}).out == tell(subject, "ps", {"-aq"}).out);
  CHECK(tell(subject, "image", {"list"}).out == tell(subject, "images", {}).out);
  CHECK(tell(subject, "image", {"inspect", name}, true).status == 1);
  const auto run = [&](const char* command) {
    return tell(subject, "container", {"run", "--rm", stage.rootfs(), "/bin/sh", "-c", command});
  };
  CHECK(run("exit 7").status == 7);
  CHECK(tell(subject, "image", {"prune", "-f"}).status == 0);
  CHECK(lines_of(tell(subject, "ps", {"-aq"}).out).size() == 1);
  CHECK(tell(subject, "container", {"prune", "-f"}).status == 0);
  CHECK(tell(subject, "ps", {"-aq"}).out == "");
  CHECK(tell(subject, "image", {"rm", "mine"}).status == 0);
  const Run help = tell(subject, "container", {"--help"});
  CHECK(help.status == 0);
  CHECK(holds(help.out, "\n  ls          List containers\n"));
  CHECK_FALSE(holds(help.out, "\n  images "));
  CHECK(tell(subject, "help", {"container"}).out == help.out);
  const Run unknown = tell(subject, "container", {"fly"}, true);
  CHECK(unknown.status == 125);
  CHECK(holds(unknown.err, "container has no verb 'fly': it has attach "));
}

CLAIM("system df shows the space of images and containers", {.step = 7}) {
  import_small(subject, stage, "mine");
  subject.run({.options = {"--name", "ended"},
               .command = {"/bin/dd", "if=/dev/zero", "of=/big", "bs=1000", "count=5000"}});
  const Run run = tell(subject, "system", {"df"});
  CHECK(run.out.starts_with("TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n"));
  const std::string format = "{{.TotalCount}} {{.Active}} {{.Size}} {{.Reclaimable}}";
  CHECK(tell(subject, "df", {"--format", format}).out ==
        "1 0 4B 4B (100%)\n1 0 5MB 5MB (100%)\n0 0 0B 0B (0%)\n");
  remove(subject, "ended");
  remove_image(subject, "mine");
}

// --- Removal ------------------------------------------------------------------------------

CLAIM("an image that a container uses is not removed",
      {.step = 7, .points = 2, .hint = "the container's record names its image"}) {
  import_small(subject, stage, "mine");
  const std::string name = random_word();
  Running running = subject.start({.options = {"--name", name, "-v", stage.rootfs() + "/bin:/bin"},
                                   .command = {"/bin/probe", "wait"},
                                   .rootfs = "mine"});
  running.wait_for_output("ready");
  CHECK(
      holds(rmi(subject, "mine").err, "conflict: unable to remove repository reference \"mine\""));
  running.signal(SIGTERM);
  running.wait();
  CHECK_MESSAGE(rmi(subject, "mine").status == 1, "it has ended, but may be started again");
  CHECK(rmi(subject, "mine", {"-f"}).out == "Untagged: mine:latest\n");
  const std::string id = images(subject).substr(0, 12);
  CHECK(holds(images(subject, {}), "<none>       <none>    " + id));
  CHECK(rmi(subject, id, {"-f"}).status == 1);
  CHECK(subject.run({.command = {name}, .verb = "rm"}).status == 0);
  CHECK(rmi(subject, id).out.starts_with("Deleted: sha256:" + id));
}

CLAIM("concurrent load and rmi and run do not interfere", {.step = 7, .points = 2}) {
  ImageFolder image(stage, "mine");
  for (int i = 0; i < 3; ++i) {
    image.add_layer([&](Tarball& tar) { tar.file("layer" + std::to_string(i), "x"); });
  }
  const std::string path = image.path();
  for (int round = 0; round < 3; ++round) {
    std::vector<Running> loads, others;
    for (int i = 0; i < 4; ++i) {
      loads.push_back(subject.start({.options = {"-i", path}, .verb = "load"}));
      others.push_back(subject.start({.command = {"mine"}, .verb = "rmi"}));
      others.push_back(subject.start({.options = {"-v", stage.rootfs() + "/bin:/bin"},
                                      .command = {"/bin/ls", "/layer0"},
                                      .rootfs = "mine",
                                      .may_refuse = true}));
    }
    for (Running& load : loads) CHECK(load.wait().status == 0);
    for (Running& other : others) {
      const Run run = other.wait();
      CHECK_MESSAGE((run.status != 0 || run.out.empty() || run.out == "/layer0\n" ||
                     run.out.starts_with("Untagged")),
                    run.out);
    }
  }
  CHECK(subject.run({.options = {"-i", path}, .verb = "load"}).status == 0);
  CHECK(inside(subject, stage, "mine", "ls -d /layer*").out == "/layer0\n/layer1\n/layer2\n");
  remove_image(subject, "mine");
  CHECK(count_all(stage) == "0\n");
}

// --- Errors -------------------------------------------------------------------------------

CLAIM("an import that is killed leaves nothing behind after the next verb",
      {.step = 7, .points = 2, .hint = "what is new stands apart until it is whole"}) {
  EndlessArchive archive(stage);
  Running running = subject.start({.command = {archive.path(), "torn"}, .verb = "import"});
  EndlessArchive::wait_until_read(stage);
  running.kill_hard();
  stage.await_orphans();
  CHECK(images(subject) == "");
  CHECK_MESSAGE(!exists("/var/lib/stepbox/staging"), "what was half there is still there");
}

CLAIM("an import that is interrupted leaves nothing behind", {.step = 7}) {
  EndlessArchive archive(stage);
  Running running = subject.start({.command = {archive.path(), "torn"}, .verb = "import"});
  EndlessArchive::wait_until_read(stage);
  running.signal(SIGINT);
  CHECK(running.wait().status == 130);
  CHECK_FALSE(exists("/var/lib/stepbox/staging"));
}

CLAIM("progress is shown on a terminal", {.step = 7, .hint = "isatty(3) of stderr"}) {
  EndlessArchive archive(stage);
  PtyRun terminal = subject.start_on_pty({.command = {archive.path(), "x"}, .verb = "import"});
  terminal.wait_for_output("unpacking " + archive.path() + "  10kB");
  terminal.type("\x03");
  CHECK(terminal.wait() == 130);
}

CLAIM("no line of progress is wider than the terminal",
      {.step = 7, .hint = "only the last row of a longer one can be wiped"}) {
  EndlessArchive archive(stage);
  const std::string path = stage.scratch(std::string(80, 'n'));
  stage.on_host({"ln", "-s", archive.path(), path});
  PtyRun terminal = subject.start_on_pty({.command = {path, "x"}, .verb = "import"});
  const std::string line = "unpacking " + path;  // the terminal has 80 columns
  terminal.wait_for_output(line.substr(0, 79));
  terminal.type("\x03");
  CHECK(terminal.wait() == 130);
  CHECK_FALSE(holds(terminal.screen(), line.substr(0, 80)));
}

CLAIM("progress of export and commit and of a copied image is shown on a terminal", {.step = 7}) {
  const std::string name = random_word();
  const auto says = [&](const RunSpec& run, const std::string& text) {
    PtyRun terminal = subject.start_on_pty(run);
    terminal.wait_for_output(text);
    CHECK(terminal.wait() == 0);
  };
  says({.options = {"--name", name, "--storage", "copy"}, .command = {"/bin/true"}},
       "copying " + stage.rootfs());
  says({.command = {"-o", "/dev/null", name}, .verb = "export"}, "exporting " + name + "  ");
  says({.command = {name, "mine"}, .verb = "commit"}, "packing the changes  ");
  subject.run({.command = {name}, .verb = "rm"});
  remove_image(subject, "mine");
}

CLAIM("a full disk is an error and the images before it stay", {.step = 7}) {
  const std::string disk = stage.scratch("disk");
  make_directories(disk);
  stage.on_host({"mount", "-t", "tmpfs", "-o", "size=1m", "small", disk});
  import_small(subject, stage, "before", {"--root", disk});
  const std::string big = stage.scratch("big.tar");
  { Tarball(big).file("big", std::string(3 << 20, 'x')); }
  const Run run =
      subject.run({.options = {"--root", disk}, .command = {big, "before"}, .verb = "import"});
  CHECK(run.status == 1);
  CHECK(holds(run.err, "No space left on device"));
  CHECK(inside(subject, stage, "before", "cat /file", {"--root", disk}).out == "before");
  CHECK_FALSE(exists(disk + "/staging"));
  stage.on_host({"umount", disk});
}

}  // namespace stepbox
