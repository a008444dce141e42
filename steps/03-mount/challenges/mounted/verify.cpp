// The claims of the challenge `mounted`.
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

// A tmpfs of that name on a new directory, for the claim's time.
static std::string mount_tmpfs(const Stage& stage, const std::string& source,
                               const std::string& directory) {
  std::string path = stage.scratch(directory);
  make_directories(path);
  stage.on_host({"mount", "-t", "tmpfs", source, path});
  return path;
}

CLAIM("a mount is printed with its target and type and source",
      {.step = 3, .hint = "after the lone dash: type, source", .challenge = "mounted"}) {
  const std::string source = random_word();
  const std::string target = mount_tmpfs(stage, source, random_word());
  make_directories(target + "/deep/er");
  stage.census_before();
  for (const std::string& path : {target, target + "/deep/er"}) {
    const Run run = subject.run({.command = {path}});
    CHECK(holds(run.out, "target " + target + "\ntype tmpfs\nsource " + source + "\n"));
  }
  CHECK(holds(subject.run({.command = {"/proc/self/status"}}).out, "target /proc\ntype proc\n"));
}

CLAIM("a blank in a mount's name is a blank",
      {.step = 3, .hint = "\\040: three octal digits", .challenge = "mounted"}) {
  const std::string source = random_word() + " x";
  const std::string target = mount_tmpfs(stage, source, random_word() + " and\t\\" + random_word());
  stage.census_before();
  const Run run = subject.run({.command = {target}});
  CHECK(holds(run.out, "target " + target + "\ntype tmpfs\nsource " + source + "\n"));
}

CLAIM("a mount hidden by another one is not printed",
      {.step = 3,
       .hint = "mnt_id in /proc/self/fdinfo, for a file opened with O_PATH",
       .challenge = "mounted"}) {
  const std::string name = random_word();
  const std::string upper = random_word();
  mount_tmpfs(stage, random_word(), name + "/below");
  mount_tmpfs(stage, upper, name);
  make_directories(stage.scratch(name + "/below"));
  stage.census_before();
  const Run run = subject.run({.command = {stage.scratch(name + "/below")}});
  CHECK(holds(run.out, "source " + upper + "\n"));
}

CLAIM("a mount's propagation is printed",
      {.step = 3, .hint = "the optional fields, up to the dash", .challenge = "mounted"}) {
  const std::string target = mount_tmpfs(stage, random_word(), random_word());
  stage.census_before();
  const auto told = [&](const char* how) {
    stage.on_host({"mount", how, target});
    const Run run = subject.run({.command = {target}});
    const size_t at = run.out.find("propagation ");
    return at == run.out.npos ? "" : run.out.substr(at);
  };
  CHECK(told("--make-shared") == "propagation shared\n");
  CHECK(told("--make-private") == "propagation private\n");
  CHECK(told("--make-unbindable") == "propagation unbindable\n");
  stage.on_host({"mount", "--make-shared", target});
  const std::string copy = stage.scratch("copy");
  make_directories(copy);
  stage.on_host({"mount", "--bind", target, copy});
  CHECK(told("--make-slave") == "propagation slave\n");
  CHECK(told("--make-shared") == "propagation shared,slave\n");
  stage.on_host({"umount", copy});
}

CLAIM("a path that does not exist is on no mount",
      {.step = 3, .hint = "open(2) says so", .challenge = "mounted"}) {
  const std::string missing = stage.scratch(random_word());
  const Run run = subject.run({.command = {missing}});
  CHECK(run.status != 0);
  CHECK(run.out == "");
  CHECK(holds(run.err, missing));
}

}  // namespace stepbox
