// The claims of step 7 about the changes of a container: diff, export.
#include <signal.h>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

// A container that has run `script` and ended; removed at the end of the claim.
class Ended {
 public:
  Ended(Subject& subject, const std::string& script, std::vector<std::string> options = {})
      : subject_(subject), name_(random_word()) {
    options.insert(options.end(), {"--name", name_});
    const Run run =
        subject.run({.options = options, .command = {"/bin/sh", "-c", script}, .may_refuse = true});
    CHECK(run.status == 0);
  }
  Ended(const Ended&) = delete;
  ~Ended() {
    if (subject_.level() >= 7) subject_.run({.command = {name_}, .verb = "rm"});
  }
  const std::string& name() const { return name_; }

 private:
  Subject& subject_;
  std::string name_;
};

std::string diff_of(Subject& subject, const std::string& name) {
  const Run run = subject.run({.command = {name}, .verb = "diff"});
  CHECK(run.status == 0);
  return run.out;
}

constexpr const char* kChanges =
    "echo more >> /etc/passwd; rm /etc/group; mkdir -p /srv/deep; echo new > /srv/deep/file\n"
    "chmod 711 /tmp; rm -r /mnt; mkdir /mnt; echo x > /mnt/kept; ln -s /etc /root/link\n"
    "mv /bin/ls /bin/sl; cat /etc/hosts > /dev/null";
constexpr const char* kDiff =
    "C /bin\nD /bin/ls\nA /bin/sl\nC /etc\nD /etc/group\nC /etc/passwd\n"
    "C /mnt\nC /mnt/kept\nD /mnt/old\nC /root\nA /root/link\nA /srv\nA /srv/deep\n"
    "A /srv/deep/file\nC /tmp\n";

}  // namespace

// --- diff ---------------------------------------------------------------------------------

CLAIM("diff lists added and changed and deleted files",
      {.step = 7, .points = 2, .hint = "compare the upper layer with the image"}) {
  create_file(stage.rootfs() + "/mnt/old", "x");
  create_file(stage.rootfs() + "/mnt/kept", "x");
  const Ended box(subject, kChanges);
  CHECK(diff_of(subject, box.name()) == std::string(kDiff));
  CHECK_MESSAGE(diff_of(subject, box.name()) == std::string(kDiff),
                "asked again, it says the same");
}

CLAIM("diff prints the same for --storage copy", {.step = 7}) {
  create_file(stage.rootfs() + "/mnt/old", "x");
  create_file(stage.rootfs() + "/mnt/kept", "x");
  const Ended box(subject, kChanges, {"--storage", "copy"});
  CHECK(diff_of(subject, box.name()) == std::string(kDiff));
}

CLAIM("diff omits mount points that the runtime made", {.step = 7}) {
  make_directories(stage.scratch("volume"));
  const Ended box(subject, "echo x > /new/place/file",
                  {"-v", stage.scratch("volume") + ":/new/place"});
  CHECK(diff_of(subject, box.name()) == "");
}

CLAIM("diff shows the latest changes of a running container", {.step = 7}) {
  const std::string name = random_word();
  Running running =
      subject.start({.options = {"--name", name},
                     .command = {"/bin/sh", "-c", "echo x > /root/note; exec /bin/probe wait"}});
  running.wait_for_output("ready");
  CHECK(diff_of(subject, name) == "C /root\nA /root/note\n");
  running.signal(SIGTERM);
  running.wait();
  CHECK(subject.run({.command = {name}, .verb = "rm"}).status == 0);
}

CLAIM("diff of an unknown container is refused", {.step = 7}) {
  const Run run = subject.run({.command = {"nobody"}, .verb = "diff", .may_refuse = true});
  CHECK(run.status == 1);
  CHECK(holds(run.err, "no such container: nobody"));
  CHECK(run.out == "");
}

// --- export -------------------------------------------------------------------------------

CLAIM("export holds the files of a container with owners and modes and times and links",
      {.step = 7, .points = 2}) {
  const Ended box(subject,
                  "cd /root; echo one > a; ln a b; ln -s /etc l; chown 7:8 a; chmod 4750 a\n"
                  "touch -d '2001-02-03 04:05:06' a; mkfifo p; rm /etc/group; echo x > 'é !'");
  const std::string archive = stage.scratch("box.tar"), tree = stage.scratch("tree");
  CHECK(
      subject.run({.options = {"-o", archive}, .command = {box.name()}, .verb = "export"}).status ==
      0);
  make_directories(tree);
  stage.on_host({"tar", "-xf", archive, "-C", tree});
  const std::string root = tree + "/root/";
  CHECK(stage.on_host({"stat", "-c", "%a %u:%g %h %Y", root + "a"}) == "4750 7:8 2 981173106\n");
  CHECK(stage.on_host({"stat", "-c", "%F", root + "p"}) == "fifo\n");
  CHECK(stage.on_host({"readlink", root + "l"}) == "/etc\n");
  CHECK(read_file(root + "b") == "one\n");
  CHECK(read_file(root + "é !") == "x\n");
  CHECK_FALSE(exists(tree + "/etc/group"));
  CHECK(exists(tree + "/bin/busybox"));
}

CLAIM("export of a running container holds neither its volumes nor /proc", {.step = 7}) {
  make_directories(stage.scratch("volume"));
  create_file(stage.scratch("volume/file"), "x");
  const std::string name = random_word();
  Running running =
      subject.start({.options = {"--name", name, "-v", stage.scratch("volume") + ":/mnt"},
                     .command = {"/bin/sh", "-c", "echo x > /root/note; exec /bin/probe wait"}});
  running.wait_for_output("ready");
  const std::string archive = stage.scratch("box.tar");
  CHECK(subject.run({.options = {"-o", archive}, .command = {name}, .verb = "export"}).status == 0);
  const std::string names = stage.on_host({"tar", "-tf", archive});
  CHECK(holds(names, "\nroot/note\n"));
  CHECK(holds(names, "\nmnt/\n"));
  CHECK_FALSE(holds(names, "mnt/file"));
  CHECK_FALSE(holds(names, "proc/self"));
  running.signal(SIGTERM);
  running.wait();
  CHECK(subject.run({.command = {name}, .verb = "rm"}).status == 0);
}

CLAIM("export gives the same bytes each time", {.step = 7}) {
  const Ended box(subject, "echo x > /root/note");
  const std::string first = subject.run({.command = {box.name()}, .verb = "export"}).out;
  CHECK(first.size() > 10240);
  CHECK(first == subject.run({.command = {box.name()}, .verb = "export"}).out);
}

CLAIM("export to a terminal is refused", {.step = 7}) {
  const Ended box(subject, "true");
  PtyRun run =
      subject.start_on_pty({.command = {box.name()}, .verb = "export", .may_refuse = true});
  CHECK(run.wait() != 0);
  CHECK(holds(run.screen(), "terminal"));
}

CLAIM("export that fails leaves the old file", {.step = 7}) {
  const std::string archive = stage.scratch("box.tar");
  create_file(archive, "precious");
  const Run run = subject.run(
      {.options = {"-o", archive}, .command = {"nobody"}, .verb = "export", .may_refuse = true});
  CHECK(run.status == 1);
  CHECK(holds(run.err, "no such container: nobody"));
  CHECK(read_file(archive) == "precious");
  const Ended box(subject, "true");
  const Run full = subject.run({.options = {"-o", "/dev/full"},
                                .command = {box.name()},
                                .verb = "export",
                                .may_refuse = true});
  CHECK(full.status == 1);
  CHECK(holds(full.err, "No space left on device"));
}

}  // namespace stepbox
