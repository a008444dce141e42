// The claims of step 7 about build: images of Containerfiles.
#include "07-unionfs/claims/verify_peers.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/harness/test_images.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

const std::string kFile = R"(FROM base:1 AS first
ARG WHO=nobody
RUN echo "for $WHO" >/made
COPY text /copied
FROM base:1
COPY --from=first /made /copied /kept/
USER 7:8
WORKDIR /tmp
RUN echo "$(id -u) $(id -g) $PWD" >/tmp/who
HEALTHCHECK CMD true
CMD ["cat", "/kept/made", "/kept/copied", "/tmp/who"]
)";

// A directory with a Containerfile, and base:1 in the store.
class Context {
 public:
  Context(Subject& subject, const Stage& stage, const std::string& file)
      : subject_(subject), path_(stage.scratch("context")) {
    require_buildah(stage);
    make_directories(path_);
    create_file(path_ + "/Containerfile", file);
    create_file(path_ + "/text", "copied\n");
    REQUIRE(subject.run({.options = {stage.rootfs(), "base:1"}, .verb = "import"}).status == 0);
  }
  ~Context() { subject_.run({.options = {"-af"}, .verb = "prune"}); }
  Context(const Context&) = delete;

  const std::string& path() const { return path_; }
  Run build(std::vector<std::string> options) const { return subject_.run(spec(options)); }
  Running start(const std::string& word) const {
    return subject_.start(spec({"--build-arg", "WORD=" + word}));
  }

 private:
  RunSpec spec(std::vector<std::string> options) const {
    options.push_back(path_);
    return {.options = std::move(options),
            .environment = {"STORAGE_DRIVER=vfs"},
            .verb = "build",
            .may_refuse = true,
            .through = {"unshare", "--mount", "sh", "-ec",
                        kWritable + std::string("exec \"$0\" \"$@\"")}};
  }

  Subject& subject_;
  std::string path_;
};

void check_fails(const Run& run, const std::string& reason) {
  CHECK(run.status == 1);
  CHECK_MESSAGE(holds(run.err, reason), "stderr: " << run.err);
}

}  // namespace

CLAIM("build makes an image of a Containerfile", {.step = 7, .points = 3}) {
  const Context context(subject, stage, kFile);
  const Run run = context.build({"-t", "app", "-t", "app:2", "--build-arg", "WHO=me"});
  CHECK(run.status == 0);
  CHECK(holds(run.out, "Successfully tagged app:latest\nSuccessfully tagged app:2\n"));
  CHECK_MESSAGE(!holds(run.err, "stepbox-oci:"), "a warning in the output: " << run.err);
  CHECK(subject.run({.options = {"--rm", "app"}, .no_rootfs = true, .verb = "run"}).out ==
        "for me\ncopied\n7 8 /tmp\n");
  const Run shown = subject.run(
      {.options = {"-f", "{{json .Config.Healthcheck.Test}}", "app"}, .verb = "inspect"});
  CHECK(shown.out == "[\"CMD-SHELL\",\"true\"]\n");
}

CLAIM("build repeats only what has changed", {.step = 7}) {
  const Context context(subject, stage, kFile);
  const Run first = context.build({"-q"});
  CHECK(first.status == 0);
  CHECK(first.out.starts_with("sha256:"));
  CHECK(context.build({"-q"}).out == first.out);
  CHECK(holds(context.build({}).err, "Using cache"));
  CHECK(!holds(context.build({"--no-cache"}).err, "Using cache"));
  create_file(context.path() + "/text", "changed\n");
  CHECK(context.build({"-q"}).out != first.out);
}

CLAIM("build obeys .dockerignore and --target", {.step = 7}) {
  const Context context(subject, stage,
                        "FROM base:1 AS first\nCOPY . /all\nFROM base:1\nRUN exit 3\n");
  create_file(context.path() + "/.dockerignore", "secret\n");
  create_file(context.path() + "/secret", "x");
  CHECK(context.build({"--target", "first", "-t", "app"}).status == 0);
  CHECK(inside(subject, stage, "app", "ls /all").out == "Containerfile\ntext\n");
}

CLAIM("two builds at once that are killed leave nothing", {.step = 7, .points = 2}) {
  const Context context(subject, stage, "FROM base:1\nARG WORD\nRUN probe wait $WORD\n");
  const std::string one = random_word(), other = random_word();
  Running first = context.start(one), second = context.start(other);
  stage.find_process(one);
  stage.find_process(other);
  stage.expect_orphans();
  first.kill_hard();
  second.kill_hard();
  subject.run({.verb = "rescue"});
  stage.await_orphans();
  CHECK(stage.on_host({"sh", "-c", "pgrep -f '[p]robe wait' || :"}).empty());
}

CLAIM("a failed build says why and leaves no image", {.step = 7}) {
  const Context context(subject, stage, "FROM base:1\nRUN exit 3\n");
  check_fails(context.build({"-t", "app"}), "exit status 3");
  check_fails(context.build({"-t", "App"}), "not a valid image name");
  check_fails(context.build({"-f", context.path() + "/none"}), "none: No such file or directory");
  check_fails(context.build({"--target", "none"}), "none");
  create_file(context.path() + "/Containerfile", "FROM nowhere/none\n");
  check_fails(context.build({"-t", "app"}), "docker.io/nowhere/none");
  check_fails(subject.run({.options = {stage.home()}, .verb = "build"}), "has no Containerfile");
  CHECK(subject.run({.options = {"-q"}, .verb = "images"}).out ==
        subject.run({.options = {"-q", "base"}, .verb = "images"}).out);
}

}  // namespace stepbox
