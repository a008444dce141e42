// The claims of step 7 about cp: files between a container and the host.
#include <signal.h>
#include <sys/xattr.h>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"
#include "common/testing/stage/tarball.hpp"

namespace stepbox {
namespace {

// A container that has run `script`; with `running` it keeps running.
class Box {
 public:
  Box(Subject& subject, const std::string& script, bool running = false,
      std::vector<std::string> options = {})
      : subject_(subject), name_(random_word()) {
    options.insert(options.end(), {"--name", name_});
    const std::string rest = running ? "; exec /bin/probe wait" : "";
    const RunSpec run{.options = options, .command = {"/bin/sh", "-c", script + rest}};
    if (running) {
      running_.emplace_back(subject.start(run));
      running_.back().wait_for_output("ready");
    } else {
      CHECK(subject.run(run).status == 0);
    }
  }
  Box(const Box&) = delete;
  ~Box() {
    for (Running& running : running_) {
      running.signal(SIGTERM);
      running.wait();
    }
    if (subject_.level() >= 7) subject_.run({.command = {name_}, .verb = "rm"});
  }
  std::string path(const std::string& path) const { return name_ + ":" + path; }
  const std::string& name() const { return name_; }

 private:
  Subject& subject_;
  std::string name_;
  std::vector<Running> running_;
};

void copy(Subject& subject, std::vector<std::string> words) {
  CHECK(subject.run({.command = std::move(words), .verb = "cp"}).status == 0);
}

Run refused(Subject& subject, std::vector<std::string> words) {
  const Run run = subject.run({.command = std::move(words), .verb = "cp", .may_refuse = true});
  CHECK(run.status == 1);
  return run;
}

std::string tree(const Stage& stage, const std::string& directory) {
  return stage.on_host({"sh", "-c", "cd \"$0\" && find . | sort | tr '\\n' ' '", directory});
}

}  // namespace

CLAIM("cp copies a directory out as docker does",
      {.step = 7, .points = 2, .hint = "into a directory that is there, else under the new name"}) {
  const Box box(subject, "mkdir -p /d/e; echo one > /d/e/f; ln -s /etc /d/l; chown -R 5:6 /d");
  const std::string here = stage.scratch("here");
  make_directories(here);
  copy(subject, {box.path("/d"), here});
  CHECK(tree(stage, here) == ". ./d ./d/e ./d/e/f ./d/l ");
  copy(subject, {box.path("/d"), here + "/new"});
  CHECK(tree(stage, here + "/new") == ". ./e ./e/f ./l ");
  copy(subject, {box.path("/d/."), here + "/d/e"});
  CHECK(tree(stage, here + "/d") == ". ./e ./e/e ./e/e/f ./e/f ./e/l ./l ");
  CHECK(stage.on_host({"stat", "-c", "%u:%g %F", here + "/d/l"}) == "0:0 symbolic link\n");
  copy(subject, {"-a", box.path("d/e/f"), here + "/kept"});
  CHECK(stage.on_host({"stat", "-c", "%u:%g", here + "/kept"}) == "5:6\n");
}

CLAIM("cp copies into exited and running containers", {.step = 7, .points = 2}) {
  const std::string here = stage.scratch("here");
  make_directories(here + "/sub");
  create_file(here + "/sub/file", "one\n");
  stage.on_host({"chown", "-R", "7:8", here});
  for (const bool running : {false, true}) {
    CAPTURE(running);
    const Box box(subject, "mkdir -p /srv/there", running);
    copy(subject, {here + "/sub", box.path("/srv/there")});
    copy(subject, {here + "/sub/file", box.path("/srv/other")});
    copy(subject, {here + "/sub/file", box.path("/srv/there/sub/file")});  // again, over the copy
    const Run diff = subject.run({.command = {box.name()}, .verb = "diff"});
    CHECK(diff.out ==
          "A /srv\nA /srv/other\nA /srv/there\nA /srv/there/sub\nA /srv/there/sub/file\n");
    copy(subject, {box.path("/srv/there/sub/file"), here + "/back"});
    CHECK(read_file(here + "/back") == "one\n");
    if (!running) continue;
    const Run owner =
        subject.run({.command = {box.name(), "/bin/stat", "-c", "%u:%g", "/srv/there/sub/file"},
                     .verb = "exec"});
    CHECK(owner.out == "0:0\n");
  }
}

CLAIM("cp sees the volumes of a container", {.step = 7}) {
  const std::string volume = stage.scratch("volume");
  make_directories(volume);
  create_file(volume + "/file", "one");
  for (const bool running : {false, true}) {
    const Box box(subject, "true", running, {"-v", volume + ":/mnt"});
    copy(subject, {box.path("/mnt/file"), stage.scratch("copy")});
    CHECK(read_file(stage.scratch("copy")) == "one");
    copy(subject, {stage.scratch("copy"), box.path("/mnt/more")});
    CHECK(exists(volume + "/more"));
    stage.on_host({"rm", volume + "/more", stage.scratch("copy")});
  }
}

CLAIM("cp never follows a container's links to the host",
      {.step = 7,
       .points = 3,
       .hint = "find names with the container's root as root: openat2(2)"}) {
  const std::string secret = stage.scratch("secret");
  make_directories(secret);
  create_file(secret + "/file", "the host's\n");
  create_file(stage.scratch("mine"), "mine\n");
  for (const bool running : {false, true}) {
    CAPTURE(running);
    const Box box(subject,
                  "ln -s " + secret + " /abs; ln -s ../../../../../../.." + secret +
                      " /up\n"
                      "ln -s " +
                      secret + "/file /file; mkdir /d; ln -s " + secret + " /d/sub",
                  running);
    refused(subject, {box.path("/abs/file"), stage.scratch("out")});
    refused(subject, {box.path("/up/"), stage.scratch("out")});
    refused(subject, {"-L", box.path("/file"), stage.scratch("out")});
    refused(subject, {stage.scratch("mine"), box.path("/abs/file")});
    refused(subject, {stage.scratch("mine"), box.path("/file")});
    // A directory where the container has a link of that name.
    make_directories(stage.scratch("sub"));
    create_file(stage.scratch("sub/file"), "mine\n");
    refused(subject, {stage.scratch("sub"), box.path("/d")});
    CHECK(read_file(secret + "/file") == "the host's\n");
    CHECK(tree(stage, secret) == ". ./file ");
    CHECK_FALSE(exists(stage.scratch("out")));
  }
}

CLAIM("cp writes through a link to a directory and keeps the link",
      {.step = 7,
       .points = 2,
       .hint = "resolve the entry's directory below the container's root"}) {
  make_directories(stage.scratch("in/bin/new"));
  create_file(stage.scratch("in/bin/tool"), "mine\n");
  const std::string archive = stage.scratch("in.tar");
  Tarball(archive)
      .directory("rel", {.mode = 0711})
      .file("rel/tool", "mine\n")
      .file("/abs/tool2", "mine\n")
      .hard_link("rel/twin", "abs/tool2")
      .file("dead/tool", "mine\n");
  for (const bool running : {false, true}) {
    CAPTURE(running);
    const Box box(subject,
                  "mkdir -p /usr/real /d; ln -s ../usr/real /d/rel; ln -s /usr/real /d/abs\n"
                  "ln -s ../usr/real /d/bin; ln -s /no/such /d/dead; echo x > /f; ln -s /f /d/file",
                  running);
    const auto look = [&](const std::string& script) {
      const Run run = subject.run({.command = {box.path("/usr/real"), "-"}, .verb = "cp"});
      CHECK(run.status == 0);
      create_file(stage.scratch("out.tar"), run.out);
      return stage.on_host({"sh", "-c", script, stage.scratch("out.tar")});
    };
    copy(subject, {stage.scratch("in/bin"), box.path("/d")});
    CHECK(look("tar -tf \"$0\" | sort") == "real/\nreal/new/\nreal/tool\n");
    const Run run = subject.run(
        {.command = {"-", box.path("/d")}, .stdin_text = read_file(archive), .verb = "cp"});
    CHECK(run.status == 0);
    CHECK(run.err == "");
    CHECK(look("tar -tf \"$0\" | sort") == "real/\nreal/new/\nreal/tool\nreal/tool2\nreal/twin\n");
    const std::string links = subject.run({.command = {box.name()}, .verb = "diff"}).out;
    CHECK(holds(links, "A /d/rel\n"));
    CHECK(holds(links, "A /no/such/tool\n"));
    CHECK_FALSE(holds(links, "/d/rel/"));
    CHECK_FALSE(holds(links, "/d/bin/"));
    // A file does not replace the link, neither does a directory one to a file.
    create_file(stage.scratch("rel"), "x");
    CHECK(holds(refused(subject, {stage.scratch("rel"), box.path("/d/.")}).err,
                "cannot overwrite directory"));
    make_directories(stage.scratch("file"));
    CHECK(holds(refused(subject, {stage.scratch("file"), box.path("/d")}).err,
                "cannot overwrite non-directory"));
    stage.on_host({"rm", "-r", stage.scratch("file"), stage.scratch("rel")});
  }
}

CLAIM("cp to the host writes through no link below the destination",
      {.step = 7, .hint = "the container may have made it by an earlier copy"}) {
  const std::string here = stage.scratch("here"), other = stage.scratch("other");
  for (const std::string& path : {here + "/inside", other}) make_directories(path);
  stage.on_host(
      {"sh", "-c", "cd \"$0\"; ln -s inside d; ln -s ../other e; ln -s \"$1\" f", here, other});
  const Box box(subject,
                "mkdir -p /d /e /f /1/g /2/g/x; echo x | tee /d/x /e/x /2/g/x/y > /f/x\n"
                "ln -s ../inside /1/g/x");
  copy(subject, {box.path("/1/g"), here});
  for (const char* name : {"/d", "/e", "/f", "/2/g"}) {
    CHECK(holds(refused(subject, {box.path(name), here}).err, "cannot overwrite non-directory"));
  }
  CHECK(tree(stage, here) == ". ./d ./e ./f ./g ./g/x ./inside ");
  CHECK(tree(stage, other) == ". ");
}

CLAIM("cp drops setuid and setgid and capabilities unless root asks for -a",
      {.step = 7, .points = 2, .hint = "a user's file in a container is root's after cp"}) {
  const Box box(subject, "mkdir /d; cp /bin/busybox /d/f; chown 7:8 /d/f; chmod 6755 /d/f");
  const std::string mode = "stat -c '%a %u:%g' \"$0\"", kept = stage.scratch("kept"),
                    plain = stage.scratch("plain"), back = stage.scratch("back");
  const auto mode_of = [&](const std::string& path) {
    return stage.on_host({"sh", "-c", mode, path});
  };
  copy(subject, {box.path("/d/f"), plain});
  CHECK(mode_of(plain) == "755 0:0\n");
  copy(subject, {"-a", box.path("/d/f"), kept});
  CHECK(mode_of(kept) == "6755 7:8\n");
  const std::string capability(
      "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00",
      20);  // cap_net_raw, permitted
  CHECK(::setxattr(kept.c_str(), "security.capability", capability.data(), 20, 0) == 0);
  for (const bool all : {false, true}) {
    copy(subject, all ? std::vector<std::string>{"-a", kept, box.path("/d/g")}
                      : std::vector<std::string>{kept, box.path("/d/g")});
    copy(subject, {"-a", box.path("/d/g"), back});
    CHECK(mode_of(back) == (all ? "6755 7:8\n" : "755 0:0\n"));
    CHECK((::getxattr(back.c_str(), "security.capability", nullptr, 0) == 20) == all);
  }
}

CLAIM("cp to a full disk fails and leaves no partial file",
      {.step = 7,
       .points = 2,
       .hint = "libarchive: ARCHIVE_WARN of a block means that bytes miss"}) {
  const std::string small = stage.scratch("small"), big = stage.scratch("big");
  make_directories(small);
  stage.on_host({"mount", "-t", "tmpfs", "-o", "size=1m", "small", small});
  create_file(big, std::string(3 << 20, 'x'));
  const Box box(subject, "head -c 3000000 /dev/zero | tr '\\0' x > /big", false,
                {"-v", small + ":/mnt"});
  const auto check_full = [&](const Run& run) {
    CHECK(run.status == 1);
    CHECK_MESSAGE(holds(run.err, "No space left on device"), run.err);
    CHECK(tree(stage, small) == ". ");
  };
  check_full(refused(subject, {box.path("/big"), small}));
  check_full(refused(subject, {big, box.path("/mnt")}));
  const std::string archive = stage.scratch("big.tar");
  { Tarball(archive).file("big", std::string(3 << 20, 'x')); }
  check_full(subject.run(
      {.command = {"-", box.path("/mnt")}, .stdin_text = read_file(archive), .verb = "cp"}));
  stage.on_host({"umount", small});
}

CLAIM("cp with - reads and writes a tar", {.step = 7}) {
  const Box box(subject, "mkdir /d; echo one > /d/f; chown 5:6 /d/f");
  const Run out = subject.run({.command = {box.path("/d"), "-"}, .verb = "cp"});
  CHECK(out.status == 0);
  create_file(stage.scratch("d.tar"), out.out);
  CHECK(stage.on_host({"tar", "-tf", stage.scratch("d.tar")}) == "d/\nd/f\n");
  CHECK(subject.run({.command = {"-", box.path("/root")}, .stdin_text = out.out, .verb = "cp"})
            .status == 0);
  copy(subject, {"-a", box.path("/root/d/f"), stage.scratch("f")});
  CHECK(stage.on_host({"stat", "-c", "%u:%g %s", stage.scratch("f")}) == "5:6 4\n");
  const Run garbage = subject.run({.command = {"-", box.path("/root")},
                                   .stdin_text = std::string(2000, 'x'),
                                   .verb = "cp",
                                   .may_refuse = true});
  CHECK(garbage.status == 1);
  CHECK(holds(garbage.err, "read the archive"));
}

CLAIM("cp reports missing and mismatched paths", {.step = 7}) {
  const Box box(subject, "mkdir /d; echo one > /f");
  CHECK(holds(refused(subject, {box.path("/nope"), stage.scratch("x")}).err,
              "Could not find the file /nope in container " + box.name()));
  CHECK(holds(refused(subject, {stage.scratch("nope"), box.path("/")}).err,
              "No such file or directory"));
  CHECK(holds(refused(subject, {box.path("/f/"), stage.scratch("x")}).err, "Not a directory"));
  refused(subject, {box.path("/f"), stage.scratch("no/such/place")});
  refused(subject, {box.path("/f"), stage.scratch("missing/")});
  create_file(stage.scratch("file"), "x");
  refused(subject, {box.path("/d"), stage.scratch("file")});
  make_directories(stage.scratch("d/f"));
  CHECK(holds(refused(subject, {box.path("/f"), stage.scratch("d")}).err, "cannot overwrite"));
  CHECK(holds(refused(subject, {"nobody:/f", stage.scratch("x")}).err, "no such container"));
  const Run both =
      subject.run({.command = {box.path("/f"), box.path("/g")}, .verb = "cp", .may_refuse = true});
  CHECK(both.status == 125);
  CHECK(holds(both.err, "between containers"));
}

}  // namespace stepbox
