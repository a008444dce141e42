// A small shell: reads lines, runs each as a command. (fork(2), execvp(3), waitpid(2), pipe(2))
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/text.hpp"

using namespace stepbox;

using Command = std::vector<std::string>;

// In the child: becomes the command, or says why not.
[[noreturn]] static void become(const Command& command, const Fd& in, const Fd& out) {
  if (in) ::dup2(in.get(), STDIN_FILENO);     // the copies alone survive execve(2): all of ours are
  if (out) ::dup2(out.get(), STDOUT_FILENO);  // close-on-exec
  ::signal(SIGINT, SIG_DFL);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  std::fprintf(stderr, "shell: %s: %s\n", words[0], std::strerror(errno));
  ::_exit(errno == ENOENT ? kNoCommand : kCannotRun);
}

// Starts all the commands of a pipe, then waits for all. Returns the status of the last.
static int run(const std::vector<Command>& commands) {
  std::vector<pid_t> children;
  Fd in;  // none: the first one reads what the shell reads
  for (const Command& command : commands) {
    Fd out;  // none: the last one prints where the shell prints
    Fd next_in;
    if (&command != &commands.back()) {
      Pipe pipe;
      out = std::move(pipe.writer);
      next_in = std::move(pipe.reader);
    }
    const pid_t child = ::fork();
    if (child == -1) throw_errno({"fork"});
    if (child == 0) become(command, in, out);
    children.push_back(child);
    in = std::move(next_in);
  }
  in = Fd();
  int status = 0;
  for (const pid_t child : children) ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
}

// A child could only change its own directory.
static int change_directory(const Command& command) {
  const char* directory = command.size() > 1 ? command[1].c_str() : std::getenv("HOME");
  if (directory && ::chdir(directory) == 0) return 0;
  std::fprintf(stderr, "shell: cd %s: %s\n", directory ? directory : "", std::strerror(errno));
  return 1;
}

static int obey(const std::string& line, int status) {
  std::vector<Command> commands;
  for (const std::string& part : split(line, '|')) commands.push_back(words_in(part));
  const Command& first = commands.front();
  if (commands.size() == 1 && first.empty()) return status;
  for (const Command& command : commands) {
    if (!command.empty()) continue;
    std::fprintf(stderr, "shell: a pipe without a command: %s\n", line.c_str());
    return 2;
  }
  if (first[0] == "cd") return change_directory(first);
  if (first[0] == "exit") std::exit(first.size() > 1 ? std::atoi(first[1].c_str()) : status);
  return run(commands);
}

int main() try {
  ::signal(SIGINT, SIG_IGN);  // ^C goes to all of the terminal's foreground: it is not for us
  const bool prompting = ::isatty(STDIN_FILENO) == 1;
  int status = 0;
  for (std::string line;;) {
    if (prompting) std::cout << "> " << std::flush;
    if (!std::getline(std::cin, line)) return status;
    status = obey(line, status);
  }
} catch (const std::exception& error) {
  return report(error);
}
