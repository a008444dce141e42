// The claims of the challenge `dry`.
#include <algorithm>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

// Everything below a directory: names, kinds, contents.
static std::string look_at(const Stage& stage, const std::string& directory) {
  return stage.on_host({"sh", "-c",
                        "cd " + directory +
                            " && find . -printf '%p %y %m\\n' | sort && "
                            "find . -type f | sort | xargs cat"});
}

static std::string make_tree(const Stage& stage, const std::string& word) {
  std::string tree = stage.scratch(random_word());
  make_directories(tree + "/d/e");
  make_directories(tree + "/empty");
  create_file(tree + "/" + word, "old");
  create_file(tree + "/d/f", "old");
  create_file(tree + "/d/e/g", "old");
  return tree;
}

CLAIM("a dry run lists added and changed and deleted files",
      {.step = 7,
       .points = 2,
       .hint = "compare the lower layer with the merged view",
       .challenge = "dry"}) {
  const std::string word = random_word();
  const std::string fresh = random_word();
  const std::string tree = make_tree(stage, word);
  const std::string script = "cd $0; echo x >>d/f; rm " + word +
                             "; mkdir empty/n; echo y >empty/n/" + fresh + "; cat d/f empty/n/" +
                             fresh + "; ls; touch new";
  const Run run = subject.run({.command = {tree, "/bin/sh", "-c", script, tree}});
  CHECK(run.out == "oldx\ny\nd\nempty\n");
  std::vector<std::string> lines{"D " + word, "C d/f", "A empty/n", "A empty/n/" + fresh, "A new"};
  std::sort(lines.begin(), lines.end(),
            [](const auto& one, const auto& other) { return one.substr(2) < other.substr(2); });
  std::string expected;
  for (const std::string& line : lines) expected += line + "\n";
  CHECK(run.err == expected);
}

CLAIM("a dry run changes no file of the host",
      {.step = 7,
       .hint = "a mount namespace; an upper layer that is thrown away",
       .challenge = "dry"}) {
  const std::string word = random_word();
  const std::string tree = make_tree(stage, word);
  const std::string before = look_at(stage, tree);
  const std::string script = "rm -r $0/*; echo x >$0/new; chmod 700 $0; echo up; read line";
  Running running =
      subject.start({.command = {tree, "/bin/sh", "-c", script + "; sleep 0.3", tree}});
  running.wait_for_output("up");
  CHECK(look_at(stage, tree) == before);
  CHECK(!stage.is_mounted(tree));
  const Run run = running.wait();
  CHECK(holds(run.err, "A new\n"));
  CHECK(look_at(stage, tree) == before);
}

CLAIM("files of a recreated directory are listed as deleted",
      {.step = 7,
       .hint = "the upper layer does not list it: compare the two views",
       .challenge = "dry"}) {
  const std::string tree = make_tree(stage, random_word());
  const std::string script = "rm -r $0/d; mkdir -p $0/d/e; echo x >$0/d/f";
  const Run run = subject.run({.command = {tree, "/bin/sh", "-c", script, tree}});
  CHECK(run.err == "D d/e/g\nC d/f\n");
}

CLAIM("a dry run exits with the status of its command",
      {.step = 7, .hint = "keep its status, then tell", .challenge = "dry"}) {
  const std::string tree = make_tree(stage, random_word());
  const Run run = subject.run({.command = {tree, "/bin/sh", "-c", "rm -r $0/d; exit 6", tree}});
  CHECK(run.status == 6);
  CHECK(run.err == "D d\nD d/e\nD d/e/g\nD d/f\n");
}

CLAIM("a directory that does not exist is refused and nothing is run",
      {.step = 7, .hint = "look before you mount", .challenge = "dry"}) {
  const std::string missing = stage.scratch(random_word());
  const Run run = subject.run({.command = {missing, "touch", stage.scratch("ran")}});
  CHECK(run.status != 0);
  CHECK(holds(run.err, missing));
  CHECK(!exists(stage.scratch("ran")));
}

}  // namespace stepbox
