// The claims of step 7 about volumes: their content, their users and their removal are docker's.
#include <sys/stat.h>
#include <sys/xattr.h>

#include "07-unionfs/claims/verify.hpp"
#include "07-unionfs/claims/verify_moments.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/harness/test_images.hpp"

namespace stepbox {
namespace {

using Texts = std::vector<std::string>;

Run volume(Subject& subject, const Texts& words) { return tell(subject, "volume", words); }
std::string names(Subject& subject) { return volume(subject, {"ls", "-q"}).out; }

void remove_volume(Subject& subject, const std::string& name) {
  check_done(subject, "volume", {"rm", name});
}

// The output of a script in a container that is removed afterwards.
std::string output(Subject& subject, const Texts& options, const std::string& script,
                   const std::string& image = "") {
  return subject.run({.options = options, .command = shell(script), .rootfs = image}).out;
}

// Without --rm: the container stays when it has ended.
Run keep(Subject& subject, const std::string& name, Texts options, const std::string& script,
         const std::string& image = "") {
  options.insert(options.end(), {"--name", name});
  return subject.run({.options = options, .command = shell(script), .rootfs = image});
}

std::string inspect(Subject& subject, const std::string& name, const std::string& format) {
  return tell(subject, "inspect", {"-f", format, name}).out;
}

// An image of the stage's rootfs, with these changes of its config.
void import_rootfs(Subject& subject, const Stage& stage, const std::string& name,
                   const Texts& changes) {
  Texts words;
  for (const std::string& change : changes) words.insert(words.end(), {"-c", change});
  words.insert(words.end(), {stage.rootfs(), name});
  CHECK(tell(subject, "import", words).status == 0);
}

// Commits what a script does in a container of `image`.
void add_layer(Subject& subject, const std::string& image, const std::string& name,
               const std::string& script) {
  CHECK(keep(subject, "layer", {}, script, image).status == 0);
  CHECK(tell(subject, "commit", {"layer", name}).status == 0);
  remove(subject, "layer");
}

}  // namespace

// --- What a volume is ---------------------------------------------------------------------

CLAIM("a named volume outlives its containers and is shared by them", {.step = 7, .points = 2}) {
  const std::string word = random_word();
  output(subject, {"-v", "data:/new/place"}, "echo " + word + " >/new/place/file");
  CHECK(names(subject) == "data\n");
  CHECK(output(subject, {"-v", "data:/mnt:ro"}, "cat /mnt/file; touch /mnt/x || echo read-only") ==
        word + "\nread-only\n");
  CHECK(output(subject, {"--mount", "src=data,dst=/mnt,readonly"}, "cat /mnt/file") == word + "\n");
  remove_volume(subject, "data");
  CHECK(names(subject) == "");
}

CLAIM("an anonymous volume goes with --rm and rm -v and stays with rm", {.step = 7, .points = 2}) {
  CHECK(output(subject, {"-v", "/new/place"}, "touch /new/place/x; ls /new/place") == "x\n");
  CHECK(names(subject) == "");
  for (const std::string option : {"-v", "--volumes", ""}) {
    keep(subject, "box", {"-v", "/data", "-v", "named:/other"}, "true");
    CHECK(lines_of(names(subject)).size() == 2);
    check_done(subject, "rm", option.empty() ? Texts{"box"} : Texts{option, "box"});
    CHECK((names(subject) == "named\n") == !option.empty());
  }
  CHECK(tell(subject, "volume", {"prune", "-f"}).status == 0);
  CHECK(names(subject) == "named\n");
  CHECK(holds(tell(subject, "volume", {"prune", "-a", "-f"}).out, "named\n"));
  CHECK(names(subject) == "");
}

CLAIM("VOLUMEs of an image become anonymous volumes where nothing is mounted",
      {.step = 7, .points = 2}) {
  make_directories(stage.rootfs() + "/one");
  create_file(stage.rootfs() + "/one/file", "x");
  import_rootfs(subject, stage, "mine", {"VOLUME /one /two /three /four"});
  CHECK(tell(subject, "image", {"inspect", "-f", "{{json .Config.Volumes}}", "mine"}).out ==
        R"({"/four":{},"/one":{},"/three":{},"/two":{}})"
        "\n");
  make_directories(stage.scratch("bound"));
  const Texts covered{"-v",      stage.scratch("bound") + ":/two",
                      "--mount", "src=data,dst=/three/",
                      "--tmpfs", "/four"};
  CHECK(keep(subject, "box", covered, "ls /one; touch /one/new; rm /one/file", "mine").out ==
        "file\n");
  const Run mounts = tell(
      subject, "inspect",
      {"-f", "{{range .Mounts}}{{.Type}} {{.Destination}} {{.RW}} {{len .Name}};{{end}}", "box"});
  CHECK(mounts.out == "bind /two true 0;volume /three true 4;volume /one true 64;\n");
  CHECK(lines_of(names(subject)).size() == 2);
  // A second start has the same volume, and takes nothing from the image again.
  stage.expect_orphans();
  CHECK(tell(subject, "start", {"-a", "box"}).out == "new\n");
  stage.await_orphans();
  check_done(subject, "rm", {"-v", "box"});
  CHECK(names(subject) == "data\n");
  remove_volume(subject, "data");
  remove_image(subject, "mine");
}

CLAIM("an image's VOLUME that is the root is refused", {.step = 7}) {
  import_rootfs(subject, stage, "mine", {"VOLUME /."});
  const Run run = subject.run({.command = {"/bin/true"}, .rootfs = "mine", .may_refuse = true});
  CHECK(run.status == 125);
  CHECK_MESSAGE(holds(run.err, "destination can't be '/'"), run.err);
  CHECK(names(subject) == "");
  remove_image(subject, "mine");
}

CLAIM("inspect and ps show volumes with docker's keys", {.step = 7}) {
  keep(subject, "box", {"-v", "data:/a:nocopy", "-v", "/b", "-v", "/dev:/c:ro"}, "true");
  CHECK(
      holds(inspect(subject, "box", "{{json .Mounts}}"),
            R"([{"Type":"volume","Name":"data","Source":"/var/lib/stepbox/volumes/data/_data",)"
            R"("Destination":"/a","Driver":"local","Mode":"nocopy","RW":true,"Propagation":""})"));
  CHECK(inspect(subject, "box", "{{json .HostConfig.Binds}} {{json .Config.Volumes}}") ==
        R"(["data:/a:nocopy","/dev:/c:ro"] {"/b":{}})"
        "\n");
  const std::string mounts = tell(subject, "ps", {"-a", "--format", "{{.Mounts}}"}).out;
  CHECK(mounts.starts_with("data,"));
  CHECK(holds(mounts, ",/dev\n"));
  check_done(subject, "rm", {"-v", "box"});
  remove_volume(subject, "data");
}

// --- The first use ------------------------------------------------------------------------

CLAIM("the first use of a volume takes the image's files with owner and mode",
      {.step = 7, .points = 2}) {
  import_rootfs(subject, stage, "base", {});
  add_layer(subject, "base", "lower",
            "mkdir -p /data/.deep/er && cd /data && echo x >file && ln file second && "
            "ln -s nowhere link && chown 65534:7 . && chown 1000:100 file && chmod 4751 file && "
            "chmod 2750 .");
  // Changes in a higher layer hide those below.
  add_layer(subject, "lower", "mine", "rm -r /data/.deep/er; echo more >/data/more");
  const std::string show =
      "stat -c '%n %F %a %u:%g' . * .deep; stat -c %h file; readlink link; ls .deep; cat more";
  const std::string there = output(subject, {"-w", "/data"}, show, "mine");
  CHECK(output(subject, {"-v", "all:/data", "-w", "/data"}, show, "mine") == there);
  CHECK(output(subject, {"-v", "/data", "-w", "/data"}, show, "mine") == there);
  CHECK(output(subject, {"--mount", "src=all,dst=/data", "-w", "/data"}, show, "mine") == there);
  // Only what is empty takes something; nocopy never does.
  CHECK(output(subject, {"-v", "all:/root"}, "ls /root", "mine") == "file\nlink\nmore\nsecond\n");
  CHECK(output(subject, {"-v", "none:/data:nocopy"}, "ls -A /data", "mine") == "");
  CHECK(output(subject, {"--mount", "src=none,dst=/data,volume-nocopy"}, "ls -A /data", "mine") ==
        "");
  CHECK(output(subject, {"-v", "none:/not/there"}, "ls -A /not/there", "mine") == "");
  for (const char* name : {"all", "none"}) remove_volume(subject, name);
  for (const char* name : {"mine", "lower", "base"}) remove_image(subject, name);
}

CLAIM("the first use of a volume keeps extended attributes", {.step = 7}) {
  if (!has_user_attributes(stage)) skip("this kernel's tmpfs has no user.* attributes");
  const std::string data = stage.rootfs() + "/data";
  make_directories(data);
  create_file(data + "/file", "x");
  const std::string copy = "/var/lib/stepbox/volumes/all/_data";
  for (const char* name : {"", "/file"}) {
    CHECK(::setxattr((data + name).c_str(), "user.note", "kept", 4, 0) == 0);
  }
  output(subject, {"-v", "all:/data"}, "true");
  for (const char* name : {"", "/file"}) {
    char value[4] = "";
    CHECK(::getxattr((copy + name).c_str(), "user.note", value, 4) == 4);
    CHECK(std::string_view(value, 4) == "kept");
  }
  remove_volume(subject, "all");
}

CLAIM("no link of an image leads the first use of a volume out of it", {.step = 7, .points = 2}) {
  const std::string secret = stage.scratch("secret");
  make_directories(secret + "/below");
  create_file(secret + "/file", "the host's");
  create_file(secret + "/below/file", "the host's");
  stage.on_host({"ln", "-s", secret, stage.rootfs() + "/abs"});
  stage.on_host({"ln", "-s", "../../../../../.." + secret, stage.rootfs() + "/up"});
  make_directories(stage.rootfs() + "/data");
  stage.on_host({"ln", "-s", secret, stage.rootfs() + "/data/inner"});
  for (const std::string place : {"/abs", "/up", "/abs/below", "/data"}) {
    const std::string found = output(subject, {"-v", "data:" + place}, "true; cat /mnt/* 2>&1");
    CHECK_FALSE(holds(found, "the host's"));
    CHECK(stage.on_host({"sh", "-c", "find /var/lib/stepbox/volumes -name file; true"}) == "");
    remove_volume(subject, "data");
  }
}

CLAIM("a new volume that is called as a directory is one and a line says so", {.step = 7}) {
  make_directories(stage.scratch("data"));
  const Texts in_scratch{"/bin/sh", "-c", "cd " + stage.scratch("") + " && exec \"$@\"", "sh"};
  const RunSpec spec{
      .options = {"-v", "data:/mnt"}, .command = shell("touch /mnt/x"), .through = in_scratch};
  CHECK(
      holds(subject.run(spec).err, "-v data makes a volume: the directory of that name is ./data"));
  CHECK(subject.run(spec).err == "");  // it exists now
  CHECK_FALSE(exists(stage.scratch("data/x")));
  remove_volume(subject, "data");
}

CLAIM("a volume over a file of the image is refused", {.step = 7}) {
  check_refused(subject, {"-v", "data:/etc/passwd"}, "file exists /etc/passwd");
  remove_volume(subject, "data");
}

CLAIM("containers that first use one volume at once all see it whole", {.step = 7, .points = 2}) {
  stage.on_host({"sh", "-c",
                 "mkdir " + stage.rootfs() + "/data && cd " + stage.rootfs() +
                     "/data && for i in $(seq 200); do mkdir $i; echo $i >$i/f; done"});
  for (int round = 0; round < 4; ++round) {
    std::vector<Running> all;
    for (int i = 0; i < 5; ++i) {
      all.push_back(subject.start({.options = {"-v", "data:/data"},
                                   .command = shell("cat /data/*/f | wc -l; ls /data | wc -l")}));
    }
    for (Running& one : all) CHECK(one.wait().out == "200\n200\n");
    remove_volume(subject, "data");
  }
}

CLAIM("kill -9 in the middle of a first use leaves no part of it", {.step = 7, .points = 2}) {
  stage.on_host({"sh", "-c",
                 "mkdir " + stage.rootfs() + "/data && cd " + stage.rootfs() +
                     "/data && for i in $(seq 200); do mkdir $i; echo $i >$i/f; done"});
  stage.expect_orphans();
  Moments moments;
  INFO("STEPBOX_SEED=" << moments.seed());
  for (int i = 0; i < 20; ++i) {
    const std::string name = "data" + std::to_string(i);
    Running run = subject.start(
        {.options = {"-v", name + ":/data", "-v", "/data2"}, .command = {"/bin/true"}});
    moments.wait();
    run.kill_hard();
    CHECK(output(subject, {"-v", name + ":/data"}, "cat /data/*/f | wc -l") == "200\n");
    CHECK(output(subject, {"-v", name + ":/mnt"}, "cat /mnt/*/f | wc -l") == "200\n");
    remove_volume(subject, name);
  }
  stage.await_orphans();
  make_directories("/var/lib/stepbox/volumes/.new");  // the next verb removes this, too
  subject.settle();
  CHECK_MESSAGE(names(subject) == "", "anonymous volumes are left");
  CHECK_FALSE(exists("/var/lib/stepbox/staging"));
  CHECK_FALSE(exists("/var/lib/stepbox/volumes/.new"));
}

CLAIM("a first use that was killed before its last file was moved is completed by the next",
      {.step = 7}) {
  make_directories(stage.rootfs() + "/data");
  create_file(stage.rootfs() + "/data/a", "a");
  create_file(stage.rootfs() + "/data/b", "b");
  CHECK(volume(subject, {"create", "data"}).out == "data\n");
  // What kill -9 leaves between two renames.
  stage.on_host({"sh", "-c",
                 "cd /var/lib/stepbox/volumes/data && mkdir -m 700 first && echo b >first/b && "
                 "echo a >_data/a && chown 5:6 first"});
  CHECK(output(subject, {"-v", "data:/data"}, "cat /data/*; stat -c %a:%u:%g /data") ==
        "a\nb\n700:5:6\n");
  CHECK_FALSE(exists("/var/lib/stepbox/volumes/data/first"));
  remove_volume(subject, "data");
}

CLAIM("a volume has the ids of its containers with --userns too", {.step = 7}) {
  import_rootfs(subject, stage, "base", {});
  add_layer(subject, "base", "mine", "mkdir /data; touch /data/file; chown -R 1000:100 /data");
  const std::string show = "stat -c %n:%u:%g /data /data/*";
  const std::string there = "/data:1000:100\n/data/file:1000:100\n";
  const auto out = [&](const Texts& options, const std::string& script) {
    return output(subject, options, script, "mine");
  };
  CHECK(out({"--userns", "-v", "data:/data"}, show) == there);
  CHECK(out({"--userns", "-v", "data:/data", "-u", "1000"}, "touch /data/new; echo $?") == "0\n");
  CHECK(out({"-v", "data:/data"}, "stat -c %u /data/new") == "1000\n");
  CHECK(out({"--userns", "-v", "data:/data:ro"}, "touch /data/x || echo read-only") ==
        "read-only\n");
  remove_volume(subject, "data");
  for (const char* name : {"mine", "base"}) remove_image(subject, name);
}

// --- Binds --------------------------------------------------------------------------------

CLAIM("-v makes a directory of the host that is missing", {.step = 7}) {
  const std::string place = stage.scratch("not/there");
  const Run run = subject.run({.options = {"-v", place + ":/mnt"},
                               .command = shell("touch /mnt/file"),
                               .through = {"/bin/sh", "-c", "umask 077; exec \"$@\"", "sh"}});
  CHECK(run.status == 0);
  CHECK(exists(place + "/file"));
  for (const std::string& made : {place, stage.scratch("not")}) {
    struct stat status {};
    CHECK(::stat(made.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0755);
  }
  create_file(stage.scratch("file"), "");
  check_refused(subject, {"-v", stage.scratch("file/x/y") + ":/mnt"}, "Not a directory");
  check_refused(subject, {"-v", "/proc/no/such:/mnt"},
                "creating mount source path /proc/no/such: ");
}

CLAIM("--mount type=bind refuses a source that is missing", {.step = 7}) {
  const std::string place = stage.scratch("there");
  check_refused(subject, {"--mount", "type=bind,src=" + place + ",dst=/mnt"},
                "bind source path does not exist: " + place);
  CHECK_FALSE(exists(place));
  make_directories(place);
  keep(subject, "box", {"--mount", "type=bind,src=" + place + ",dst=/mnt"}, "touch /mnt/x");
  stage.on_host({"rm", "-r", place});
  stage.expect_orphans();
  check_failed(subject, "start", {"box"}, "bind source path does not exist");
  stage.await_orphans();
  CHECK_FALSE(exists(place));
  remove(subject, "box");
}

CLAIM("a bind receives and sends later mounts only if that is asked for",
      {.step = 7, .points = 2}) {
  const std::string place = stage.scratch("place");
  for (const char* name : {"/host", "/box"}) make_directories(place + name);
  stage.on_host({"mkfifo", place + "/fifo"});
  for (const std::string mode : {"rprivate", "rslave", "rshared", "private", "slave", "shared"}) {
    CAPTURE(mode);
    const bool receives = !mode.ends_with("private");
    Running running = subject.start(
        {.options = {"-v", place + ":/mnt:" + mode, "--cap-add", "SYS_ADMIN"},
         .command = shell("mount -t tmpfs inner /mnt/box; echo ready; read x </mnt/fifo; "
                          "grep -c ' /mnt/host ' /proc/mounts")});
    running.wait_for_output("ready");
    CHECK(stage.is_mounted(place + "/box") == mode.ends_with("shared"));
    stage.on_host({"mount", "-t", "tmpfs", "outer", place + "/host"});
    create_file(place + "/fifo", "go\n");
    CHECK(running.wait().out == join({"ready\n", receives ? "1" : "0", "\n"}));
    stage.on_host({"umount", place + "/host"});
    if (stage.is_mounted(place + "/box")) stage.on_host({"umount", place + "/box"});
  }
}

CLAIM("shared and slave are refused for a source whose mount is private", {.step = 7}) {
  const std::string place = stage.scratch("place");
  make_directories(place);
  stage.on_host({"mount", "-t", "tmpfs", "own", place});
  stage.on_host({"mount", "--make-private", place});
  check_refused(subject, {"-v", place + ":/mnt:rshared"}, "is not shared");
  check_refused(subject, {"--mount", "type=bind,src=" + place + ",dst=/mnt,bind-propagation=slave"},
                "nor a slave");
  check_refused(subject, {"--userns", "-v", place + ":/mnt:shared"}, "would mount on the host");
  stage.on_host({"umount", place});
}

// --- --volumes-from -----------------------------------------------------------------------

CLAIM("--volumes-from mounts what another container has by -v", {.step = 7, .points = 2}) {
  make_directories(stage.scratch("bound"));
  stage.on_host({"chmod", "777", stage.scratch("bound")});
  keep(subject, "box", {"-v", "/one", "-v", "data:/two", "-v", stage.scratch("bound") + ":/three"},
       "for d in one two three; do echo $d >/$d/file; done");
  CHECK(output(subject, {"--volumes-from", "box"}, "cat /one/file /two/file /three/file") ==
        "one\ntwo\nthree\n");
  CHECK(output(subject, {"--volumes-from", "box:ro", "-v", "/two"},
               "touch /one/x || echo read-only; ls /two; echo x >/two/x && echo own") ==
        "read-only\nown\n");
  // The anonymous volume of `box` stays as long as it or another container has it.
  keep(subject, "second", {"--volumes-from", "box"}, "true");
  check_done(subject, "rm", {"-v", "box"});
  CHECK(lines_of(names(subject)).size() == 2);
  check_done(subject, "rm", {"-v", "second"});
  CHECK(names(subject) == "data\n");
  remove_volume(subject, "data");
}

CLAIM("--volumes-from names a container that does not exist", {.step = 7}) {
  check_refused(subject, {"--volumes-from", "nobody"}, "no such container: nobody");
  check_refused(subject, {"--volumes-from", "nobody:odd"}, "invalid volumes-from");
}

// --- The verb volume ----------------------------------------------------------------------

CLAIM("a volume that a container has cannot be removed", {.step = 7}) {
  keep(subject, "box", {"-v", "data:/mnt"}, "true");
  const std::string id = inspect(subject, "box", "{{.Id}}").substr(0, 12);
  for (const Texts& words : {Texts{"rm", "data"}, Texts{"rm", "-f", "data"}}) {
    check_failed(subject, "volume", words, "remove data: volume is in use - [" + id + "]");
  }
  CHECK(volume(subject, {"prune", "-a", "-f"}).out == "Total reclaimed space: 0B\n");
  remove(subject, "box");
  remove_volume(subject, "data");
  check_failed(subject, "volume", {"rm", "data"}, "get data: no such volume");
  CHECK(volume(subject, {"rm", "-f", "data"}).status == 0);
}

CLAIM("volumes stay while a container's record cannot be read", {.step = 7}) {
  CHECK(tell(subject, "create", {"--name", "box", "-v", "data:/mnt", stage.rootfs(), "true"})
            .status == 0);
  stage.on_host({"sh", "-c", "echo x | tee -a /var/lib/stepbox/containers/*/record.json"});
  volume(subject, {"prune", "-a", "-f"});
  CHECK(names(subject) == "data\n");
  check_failed(subject, "volume", {"rm", "data"}, "volume is in use");
  CHECK(tell(subject, "rm", {"box"}).status == 0);
  remove_volume(subject, "data");
}

CLAIM("volume create and ls and inspect are docker's", {.step = 7, .points = 2}) {
  CHECK(volume(subject, {"create", "--label", "a=b", "--label", "c", "-d", "local", "data"}).out ==
        "data\n");
  CHECK(volume(subject, {"create", "data"}).out == "data\n");  // it stays as it is
  const std::string anonymous = volume(subject, {"create"}).out;
  CHECK(anonymous.size() == 65);
  CHECK(volume(subject, {"inspect", "-f",
                         "{{.Name}} {{.Driver}} {{.Mountpoint}} {{json .Labels}} "
                         "{{.Scope}} {{json .Options}}",
                         "data"})
            .out ==
        "data local /var/lib/stepbox/volumes/data/_data {\"a\":\"b\",\"c\":\"\"} local null\n");
  CHECK(holds(volume(subject, {"inspect", "data"}).out, "\"CreatedAt\": \"20"));
  const Texts format{"-f", "{{.Mountpoint}}", "data"};
  CHECK(tell(subject, "inspect", format).out == "/var/lib/stepbox/volumes/data/_data\n");
  check_failed(subject, "inspect", {"--type", "volume", "nope"}, "get nope: no such volume");
  check_failed(subject, "inspect", {"nope"}, "no such object: nope");
  CHECK(holds(volume(subject, {"ls"}).out, "DRIVER    VOLUME NAME\n"));
  CHECK(volume(subject, {"ls", "--format", "{{.Name}}:{{.Labels}}", "-f", "name=dat"}).out ==
        "data:a=b,c=\n");
  output(subject, {"-v", "used:/mnt"}, "true");
  keep(subject, "box", {"-v", "used:/mnt"}, "true");
  CHECK(volume(subject, {"ls", "-q", "--filter", "dangling=false"}).out == "used\n");
  CHECK(volume(subject, {"ls", "-q", "--filter", "dangling=true", "-f", "label=a"}).out ==
        "data\n");
  CHECK(volume(subject, {"prune", "-f"}).out ==
        join({"Deleted Volumes:\n", anonymous, "\nTotal reclaimed space: 0B\n"}));
  CHECK(holds(volume(subject, {"prune", "-a", "-f", "--filter", "label=a=b"}).out, "data\n"));
  CHECK(names(subject) == "used\n");
  remove(subject, "box");
  CHECK(volume(subject, {"remove", "used"}).out == "used\n");
  CHECK(volume(subject, {"list", "-q"}).out == "");
}

CLAIM("what is wrong with a volume or a mount is named", {.step = 7}) {
  const auto is_no = [&](const Texts& words, const std::string& why, int status = 1) {
    const Run run = tell(subject, "volume", words, true);
    CHECK(run.status == status);
    CHECK_MESSAGE(holds(run.err, why), "no '" << why << "' in: " << run.err);
  };
  is_no({"create", "x"}, "'x' is no name of a volume");
  is_no({"create", "../up"}, "is no name of a volume");
  is_no({"create", "aa", "bb"}, "takes one name");
  is_no({"create", "-d", "nfs", "data"}, "no volume driver 'nfs'", 125);
  is_no({"create", "-o", "type=nfs", "data"}, "unknown option -o", 125);
  is_no({"ls", "--filter", "color=red"}, "invalid filter 'color=red'", 125);
  is_no({"inspect", "nope"}, "get nope: no such volume");
  is_no({"inspect", "../volumes"}, "no such volume");
  is_no({"rm"}, "no VOLUME given");
  is_no({"prune"}, "standard input is no terminal");
  is_no({"mount", "data"}, "volume has no verb 'mount'", 125);
  check_refused(subject, {"-v", "data:/x:odd"}, "invalid mode: odd");
  check_refused(subject, {"-v", "data:x"}, "must be absolute");
  check_refused(subject, {"-v", "data:/"}, "destination can't be '/'");
  check_refused(subject, {"-v", "x:/x"}, "'x' is no name of a volume");
  check_refused(subject, {"-v", "data:/x", "-v", "/x/"}, "Duplicate mount point: /x");
  check_refused(subject, {"-v", "data:/x", "--mount", "type=tmpfs,dst=/x"},
                "Duplicate mount point");
  check_refused(subject, {"--mount", "type=odd,dst=/x"}, "mount type unknown: 'odd'");
  check_refused(subject, {"--mount", "dst=/x,color=red"}, "unexpected key 'color'");
  check_refused(subject, {"--mount", "type=volume,src=data"}, "target is required");
  check_refused(subject, {"--mount", "src=data,dst=x"}, "must be absolute");
  check_refused(subject, {"--mount", "type=bind,dst=/x"}, "source is required");
  CHECK(names(subject) == "");
}

CLAIM("df counts volumes and system prune --volumes removes anonymous ones", {.step = 7}) {
  keep(subject, "box", {"-v", "data:/mnt"}, "echo 12345 >/mnt/file");
  CHECK(volume(subject, {"create"}).status == 0);
  CHECK(
      tell(subject, "df", {"--format", "{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}}"}).out ==
      tell(subject, "system", {"df", "--format", "{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}}"})
          .out);
  CHECK(holds(
      tell(subject, "df", {"--format", "{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}}"}).out,
      "Local Volumes 2 1 6B\n"));
  CHECK(tell(subject, "system", {"prune", "-f"}).status == 0);
  CHECK(lines_of(names(subject)).size() == 2);
  CHECK(holds(tell(subject, "system", {"prune", "-f", "--volumes"}).out, "Deleted Volumes:\n"));
  CHECK(names(subject) == "data\n");
  remove_volume(subject, "data");
}

}  // namespace stepbox
