// The claims of the challenge `shell`.
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

CLAIM("the shell runs one line after the other",
      {.step = 1, .hint = "fork(2), execvp(3), waitpid(2): once a line", .challenge = "shell"}) {
  const std::string one = random_word();
  const std::string two = random_word();
  const Run run = subject.run({.stdin_text = "echo " + one + "\n\n  echo  " + two + "\n"});
  CHECK(run.out == one + "\n" + two + "\n");
}

CLAIM("the shell ends with the status of its last command",
      {.step = 1, .hint = "WEXITSTATUS takes it out of waitpid's answer", .challenge = "shell"}) {
  create_file(stage.scratch("five"), "#!/bin/sh\nexit 5\n", 0755);
  create_file(stage.scratch("shot"), "#!/bin/sh\nkill -TERM $$\n", 0755);
  CHECK(subject.run({.stdin_text = "true\n./five\n"}).status == 5);
  CHECK(subject.run({.stdin_text = "./five\ntrue\n"}).status == 0);
  CHECK(subject.run({.stdin_text = "./shot\n"}).status == 143);
  CHECK(subject.run({.stdin_text = "true\nexit 9\n./five\n"}).status == 9);
}

CLAIM("the shell goes on after a command that does not exist",
      {.step = 1,
       .hint = "execvp(3) returned: say why, and end the child, or there are two shells",
       .challenge = "shell"}) {
  const std::string missing = random_word();
  const std::string word = random_word();
  const Run run = subject.run({.stdin_text = missing + "\necho " + word + "\n" + missing + "\n"});
  CHECK(run.out == word + "\n");
  CHECK(holds(run.err, missing));
  CHECK(run.status == 127);
}

CLAIM("the shell's pipe leads from each command to the next",
      {.step = 1, .hint = "pipe(2), then dup2(2) in each child", .challenge = "shell"}) {
  const std::string word = random_word();
  create_file(stage.scratch("list"), "z\n" + word + "\nb\na\n" + word + "\n");
  CHECK(subject.run({.stdin_text = "cat list | grep " + word + "\n"}).out ==
        word + "\n" + word + "\n");
  CHECK(subject.run({.stdin_text = "cat list | sort | uniq | wc -l\n"}).out == "4\n");
}

CLAIM("the shell runs all commands of a pipe at once",
      {.step = 1,
       .hint = "start all before you wait for any; close your own copies of the pipe's ends",
       .challenge = "shell"}) {
  const std::string word = random_word();
  const Run run = subject.run({.stdin_text = "yes " + word + " | cat | head -n 1\n"});
  CHECK(run.out == word + "\n");
  CHECK(run.status == 0);
}

CLAIM("the shell changes its own directory",
      {.step = 1, .hint = "a child can change only its own: no fork here", .challenge = "shell"}) {
  const std::string place = stage.scratch(random_word());
  make_directories(place);
  CHECK(subject.run({.stdin_text = "cd " + place + "\npwd\n"}).out == place + "\n");
  CHECK(subject.run({.stdin_text = "cd " + place + "/nowhere\n"}).status != 0);
}

CLAIM("^C ends the shell's command and not the shell",
      {.step = 1,
       .hint = "ignore SIGINT in the shell; give the child its default action back",
       .challenge = "shell"}) {
  const std::string word = random_word();
  create_file(stage.scratch("slow"), "#!/bin/sh\necho up\nexec sleep 1000\n", 0755);
  PtyRun run = subject.start_on_pty({});
  run.type("./slow\n");
  run.wait_for_output("up");
  run.type("\x03");
  run.type("cat /etc/hostname | wc -l | sed s/^1/" + word + "/\n");
  run.wait_for_output(word + "\r\n");  // without the line end: the terminal's echo
  run.type("exit 4\n");
  CHECK(run.wait() == 4);
}

}  // namespace stepbox
