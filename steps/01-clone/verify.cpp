// The claims of step 1: a command runs in a child, and its status reaches the caller.
#include <fcntl.h>
#include <signal.h>

#include <regex>
#include <sstream>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

// --- How did it end? ----------------------------------------------------------------------

CLAIM("exit status 0 reaches the caller",
      {.step = 1, .hint = "main() returns what waitpid(2) says of the child"}) {
  CHECK(subject.run({.command = {"/bin/true"}}).status == 0);
}

CLAIM("exit status 7 reaches the caller",
      {.step = 1, .hint = "waitpid(2) fills in a status; WEXITSTATUS takes it apart"}) {
  CHECK(subject.run({.command = {"/bin/sh", "-c", "exit 7"}}).status == 7);
  const int other = random_word()[1];  // 97 to 122, not predictable
  CHECK(
      subject.run({.command = {"/bin/sh", "-c", join({"exit ", std::to_string(other)})}}).status ==
      other);
}

CLAIM("a command that does not exist is 127",
      {.step = 1, .hint = "execvp(3) returned: what does errno say? ENOENT is 127"}) {
  const Run run = subject.run({.command = {"/bin/" + random_word()}});
  CHECK(run.status == 127);
  CHECK_MESSAGE(run.err != "", "one line on stderr should say what is missing");
}

CLAIM("a command that cannot be run is 126",
      {.step = 1, .hint = "execvp(3) returned: what does errno say? All but ENOENT is 126"}) {
  CHECK(subject.run({.command = {"/etc/passwd"}}).status == 126);
}

CLAIM("a file of no format that the kernel knows is 126 and not given to a shell",
      {.step = 1, .hint = "execve(2), and not execvp(3): for ENOEXEC that starts /bin/sh"}) {
  // The header of a program for s390x (elf(5)).
  constexpr char kForeign[64] =
      "\x7f"
      "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x16";
  const std::pair<const char*, std::string> kFiles[] = {
      {"is empty", ""},
      {"no script that begins with #!", "exit 7\n"},
      {"is for s390x", std::string(kForeign, sizeof kForeign)}};
  for (const auto& [hint, text] : kFiles) {
    create_file(stage.rootfs() + "/bin/odd", text, 0755);
    const std::string path = subject.level() == 1 ? stage.rootfs() + "/bin/odd" : "/bin/odd";
    const Run run = subject.run({.command = {path}});
    CHECK(run.status == 126);
    CHECK(holds(run.err, "xec format error"));
    if (subject.is_step()) CHECK_MESSAGE(holds(run.err, hint), run.err);
  }
}

CLAIM("a command killed by TERM is 143",
      {.step = 1, .hint = "128 + the signal's number: WIFSIGNALED, WTERMSIG"}) {
  // The command's own child is killed: process 1 of a container would ignore the signal.
  const Run run = subject.run({.command = {"/bin/sh", "-c", "sh -c 'kill -TERM $$'; exit $?"}});
  CHECK(run.status == 143);
}

// --- Is it the command's own? -------------------------------------------------------------

CLAIM("stdin stdout and stderr are the command's own",
      {.step = 1, .hint = "a child inherits files 0 1 2: read nothing from them"}) {
  const std::string word = random_word();
  const Run run =
      subject.run({.command = {"/bin/sh", "-c", "cat; echo to-stderr >&2"}, .stdin_text = word});
  CHECK(run.out == word);
  CHECK(run.err == "to-stderr\n");
}

CLAIM("the command's arguments arrive unchanged",
      {.step = 1, .hint = "options end where the command begins"}) {
  const Run run = subject.run(
      {.command = {"/bin/probe", "words", "two words", "[ -f /x ]", "", "--help", "-v", "--"}});
  CHECK(run.out == "[two words]\n[[ -f /x ]]\n[]\n[--help]\n[-v]\n[--]\n");
}

CLAIM("no file of the runtime stays open in the command",
      {.step = 1, .hint = "open everything with O_CLOEXEC"}) {
  CHECK(subject.run({.command = {"/bin/probe", "files"}}).out == "0\n");
}

CLAIM("a file that the caller left open does not reach the command",
      {.step = 1,
       .points = 2,
       .hint = "close_range(2) before exec: it may lead out of the rootfs"}) {
  const Fd root(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Run run = subject.run({.command = {"/bin/probe", "files"}, .left_open = root.get()});
  CHECK(run.out == "0\n");
}

// --- Signals and the terminal -------------------------------------------------------------

CLAIM("TERM ends the command", {.step = 1, .points = 2, .hint = "pass the signal on, then wait"}) {
  Running running = subject.start({.command = {"/bin/probe", "wait"}});
  running.wait_for_output("ready");
  running.signal(SIGTERM);
  CHECK(running.wait().status == 143);
}

CLAIM("a command that catches TERM chooses its own exit status",
      {.step = 1, .hint = "pass TERM on as TERM; KILL only where nothing else would end it"}) {
  Running running = subject.start({.command = {"/bin/probe", "catch"}});
  running.wait_for_output("ready");
  running.signal(SIGTERM);
  const Run run = running.wait();
  CHECK(run.out == "ready\ncaught TERM\n");
  CHECK(run.status == 5);
}

CLAIM("kill -9 of the subject ends the command too",
      {.step = 1, .points = 2, .hint = "prctl(2): PR_SET_PDEATHSIG"}) {
  Running running = subject.start({.command = {"/bin/probe", "wait", random_word()}});
  running.wait_for_output("ready");
  running.kill_hard();
  stage.count_only("process: ");  // mounts and groups are for later steps
}

CLAIM("a command whose parent dies during clone never runs",
      {.step = 1, .hint = "the child waits for one byte from a pipe: end of file is no go"}) {
  Running running = subject.start({.command = {"/bin/sh", "-c", "echo it runs"},
                                   .through = {stage.rootfs() + "/bin/probe", "kill-at-birth"}});
  stage.expect_orphans();
  CHECK(running.wait().status == 0);
  stage.await_orphans();
  CHECK(running.out() == "");
  stage.count_only("process: ");
}

CLAIM("^C ends the command",
      {.step = 1, .hint = "^C comes to both: outlive it, wait, and return 128 + 2"}) {
  PtyRun run = subject.start_on_pty({.command = {"/bin/probe", "wait"}});
  run.wait_for_output("ready");
  run.type("\x03");
  CHECK(run.wait() == 130);
}

CLAIM("^C reaches a command once",
      {.step = 1, .hint = "the terminal has sent it to the whole group: forward SI_USER only"}) {
  // A pending signal is not queued again (signal(7)): the command has the first when the parent
  // sees it.
  constexpr int kRounds = 3;
  PtyRun run =
      subject.start_on_pty({.command = {"/bin/probe", "catch", std::to_string(kRounds + 1)}});
  run.wait_for_output("ready");
  for (int round = 1; round <= kRounds; ++round) run.interrupt_leader_last("caught INT", round);
  run.type("\x1c");
  run.wait_for_output("caught QUIT");  // a second ^C of each round would have ended it
  CHECK(run.wait() == 5);
}

CLAIM("^Z stops the command and fg continues it",
      {.step = 1, .points = 2, .hint = "wait with WUNTRACED; stop yourself; pass on SIGCONT"}) {
  PtyRun run = subject.start_on_pty({.command = {"/bin/sh", "-c", "echo ready; read x; echo $x"}});
  run.wait_for_output("ready");
  run.type("\x1a");
  run.wait_until_stopped();
  run.foreground();
  const std::string word = random_word();
  run.type(word + "\n");
  run.wait_for_output(word + "\r\n" + word);  // once as the echo, once by the command
  CHECK(run.wait() == 0);
}

CLAIM("the command sees the window size and its changes",
      {.step = 1, .hint = "the terminal tells its foreground group: stay in it"}) {
  PtyRun run = subject.start_on_pty({.command = {"/bin/probe", "window"}});
  run.wait_for_output("window 24 x 80");
  run.resize(50, 132);
  run.wait_for_output("window 50 x 132");
  CHECK(run.wait() == 0);
}

CLAIM("50 starts leave no zombie", {.step = 1, .hint = "every child must be waited for"}) {
  for (int i = 0; i < subject.repeats(50); ++i) {
    INFO("start number " << i);
    REQUIRE(subject.run({.command = {"/bin/true"}}).status == 0);
  }  // the stage counts processes afterwards
}

// --- The command line ---------------------------------------------------------------------

CLAIM("--help lists the exit statuses",
      {.step = 1, .hint = "CommandLine (common/cli.hpp) knows how"}) {
  const Run run = subject.run({.options = {"--help"}, .no_rootfs = true});
  CHECK(run.status == 0);
  for (const char* word : {"125", "126", "127", "128+N", "Usage: ", "Example: "}) {
    CHECK_MESSAGE(run.out.find(word) != std::string::npos, "the help should have: " << word);
  }
}

CLAIM("bad usage is 125 and one line",
      {.step = 1, .hint = "catch in main(), and return report(error)"}) {
  for (const RunSpec& bad :
       {RunSpec{.may_refuse = true},  // no command
        RunSpec{.options = {"--no-such-option"}, .command = {"/bin/true"}, .may_refuse = true}}) {
    const Run run = subject.run(bad);
    CHECK(run.status == 125);
    CHECK(run.out == "");
    CHECK(run.err != "");
    CHECK_MESSAGE(run.err.find('\n') == run.err.size() - 1, "one line on stderr: " << run.err);
  }
}

// A transcript without the parts that differ each time: random ids, leased addresses.
static std::string without_ids(const std::string& text) {
  const std::regex id("[0-9a-f]{8,64}|172\\.16\\.[0-9]+\\.[0-9]+");
  return std::regex_replace(text, id, "…");
}

static std::string first_difference(const std::string& a, const std::string& b) {
  std::istringstream left(a);
  std::istringstream right(b);
  for (std::string one, other; std::getline(left, one) && std::getline(right, other);) {
    if (one != other) return one + "  but then:  " + other;
  }
  return a.size() == b.size() ? "" : "one has more lines than the other";
}

CLAIM("--explain prints the same lines for every start",
      {.step = 1, .hint = "under --explain host and box take turns"}) {
  const RunSpec explained{.options = {"--explain"}, .command = {"/bin/true"}};
  subject.run(explained);  // the first start may make objects that stay, such as the bridge
  const Run first = subject.run(explained);
  const Run second = subject.run(explained);
  CHECK(first.status == 0);
  CHECK_MESSAGE(first.err.find("host# ") == 0, "the first line should begin with host#");
  CHECK_MESSAGE(first.err.find("\nbox# ") != std::string::npos, "a line should begin with box#");
  CHECK(first_difference(without_ids(first.err), without_ids(second.err)) == "");
}

}  // namespace stepbox
