#include "common/testing/stage/pty.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/process/stat_fields.hpp"

namespace stepbox {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void become(const Launch& launch) {
  ::setpgid(0, 0);
  ::tcsetpgrp(STDIN_FILENO, ::getpid());
  ::signal(SIGTTOU, SIG_DFL);
  if (launch.ordinary_user) become_ordinary_user(launch.group);
  std::vector<char*> words;
  for (const std::string& word : launch.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  std::vector<char*> environment;
  for (const std::string& entry : launch.environment) {
    environment.push_back(const_cast<char*>(entry.c_str()));
  }
  environment.push_back(nullptr);
  ::execvpe(words[0], words.data(), environment.data());
  _exit(127);
}

void say(int socket, const std::string& event) {
  if (::write(socket, event.data(), event.size()) == -1) _exit(1);
}

// Does job control for one job. It sends the events "stopped" and "ended STATUS", and gets the
// order "fg".
[[noreturn]] void be_shell(const Launch& launch, int socket) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::signal(SIGTTOU, SIG_IGN);  // otherwise tcsetpgrp(3) stops this process
  const pid_t job = ::fork();
  if (job == 0) become(launch);
  ::setpgid(job, job);
  int status = 0;
  while (::waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
    ::tcsetpgrp(STDIN_FILENO, ::getpid());
    say(socket, "stopped");
    char order[8];
    if (::read(socket, order, sizeof order) <= 0) _exit(1);
    ::tcsetpgrp(STDIN_FILENO, job);
    ::kill(-job, SIGCONT);
  }
  ::tcsetpgrp(STDIN_FILENO, ::getpid());
  say(socket, "ended " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status)
                                                          : kSignalBase + WTERMSIG(status)));
  _exit(0);
}

// Not SIGSTOP: the shell would see a stopped job.
class HeldProcess {
 public:
  explicit HeldProcess(pid_t pid) : pid_(pid) {
    if (::ptrace(PTRACE_SEIZE, pid_, nullptr, nullptr) == -1 ||
        ::ptrace(PTRACE_INTERRUPT, pid_, nullptr, nullptr) == -1 ||
        ::waitpid(pid_, nullptr, __WALL) == -1) {
      throw_errno({"hold process ", std::to_string(pid_)});
    }
  }
  HeldProcess(const HeldProcess&) = delete;
  HeldProcess& operator=(const HeldProcess&) = delete;
  ~HeldProcess() { ::ptrace(PTRACE_DETACH, pid_, nullptr, nullptr); }

 private:
  pid_t pid_;
};

}  // namespace

PtyRun::PtyRun(const Launch& launch, Milliseconds patience) : patience_(patient(patience)) {
  SocketPair ends(SOCK_SEQPACKET);
  shell_ = std::move(ends.ours);
  Fd theirs = std::move(ends.theirs);
  int terminal = -1;
  winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
  shell_pid_ = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (shell_pid_ == -1) throw_errno({"forkpty"});
  if (shell_pid_ == 0) {
    shell_.close();
    be_shell(launch, theirs.get());
  }
  terminal_ = Fd(terminal);
  ::fcntl(terminal, F_SETFD, FD_CLOEXEC);
}

PtyRun::~PtyRun() {
  terminal_.close();  // a hangup, as when the window is shut
  shell_.close();
  ::kill(shell_pid_, SIGKILL);
  ::waitpid(shell_pid_, nullptr, 0);
}

void PtyRun::type(std::string_view keys) {
  if (::write(terminal_.get(), keys.data(), keys.size()) == -1) throw_errno({"type"});
}

// Whether a process sleeps and has taken each SIGINT that it was sent. (proc_pid_status(5))
static bool has_taken_interrupt(pid_t pid) {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
  return status.find("State:\tS") != status.npos && !in_status_mask(status, "ShdPnd:", SIGINT);
}

void PtyRun::interrupt_leader_last(std::string_view text, int times) {
  const pid_t leader = ::tcgetpgrp(terminal_.get());
  {
    const HeldProcess held(leader);
    type("\x03");
    wait_for_output(text, times);
  }
  for (const auto deadline = Clock::now() + patience_; !has_taken_interrupt(leader);) {
    if (Clock::now() > deadline) FAIL("the subject does not take its ^C");
    read_more(1);
  }
}

void PtyRun::resize(unsigned short rows, unsigned short columns) {
  const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  if (::ioctl(terminal_.get(), TIOCSWINSZ, &size) == -1) throw_errno({"resize"});
}

bool PtyRun::is_raw() const {
  termios modes{};
  if (::tcgetattr(terminal_.get(), &modes) == -1) throw_errno({"tcgetattr"});
  return (modes.c_lflag & ICANON) == 0;
}

// Reads the terminal's output, so that the subject never blocks. Returns true when an event is
// there.
bool PtyRun::read_more(int milliseconds) {
  pollfd entries[] = {{.fd = terminal_.get(), .events = POLLIN, .revents = 0},
                      {.fd = shell_.get(), .events = POLLIN, .revents = 0}};
  ::poll(entries, 2, milliseconds);
  if (entries[0].revents & POLLIN) {
    char buffer[4096];
    const ssize_t got = ::read(terminal_.get(), buffer, sizeof buffer);
    if (got > 0) screen_.append(buffer, static_cast<size_t>(got));
  }
  return entries[1].revents != 0;
}

// Whether the next event is the end of the job, or of the shell.
bool PtyRun::has_ended() const {
  char event[8];
  const ssize_t got = ::recv(shell_.get(), event, sizeof event, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got > 0 && event[0] == 'e');
}

static int count_of(std::string_view text, const std::string& screen) {
  int count = 0;
  for (size_t at = 0; (at = screen.find(text, at)) != screen.npos; at += text.size()) ++count;
  return count;
}

void PtyRun::wait_for_output(std::string_view text, int times) {
  const auto deadline = Clock::now() + patience_;
  while (count_of(text, screen_) < times) {
    const bool ended = has_ended();  // tested before the last read: then all output is there
    const size_t shown = screen_.size();
    read_more(10);
    if (Clock::now() > deadline || (ended && screen_.size() == shown)) {
      FAIL("\"" << text << "\" did not appear at the terminal; it shows: " << screen_);
    }
  }
}

std::string PtyRun::next_event() {
  const auto deadline = Clock::now() + patience_;
  while (!read_more(10)) {
    if (Clock::now() > deadline) return "nothing";
  }
  char event[64];
  const ssize_t got = ::read(shell_.get(), event, sizeof event);
  return got > 0 ? std::string(event, static_cast<size_t>(got)) : "nothing";
}

void PtyRun::wait_until_stopped() {
  const std::string event = next_event();
  if (event != "stopped") {
    FAIL("after ^Z the shell should see its job stopped, but got: " << event << "; the terminal: "
                                                                    << screen_);
  }
}

void PtyRun::foreground() {
  if (::write(shell_.get(), "fg", 2) == -1) throw_errno({"fg"});
}

int PtyRun::wait() {
  const std::string event = next_event();
  if (!event.starts_with("ended ")) {
    FAIL("the subject should have ended, but the shell saw: " << event
                                                              << "; the terminal: " << screen_);
  }
  while (true) {  // reads the rest of the output
    const size_t before = screen_.size();
    read_more(0);
    if (screen_.size() == before) break;
  }
  return std::stoi(event.substr(6));
}

}  // namespace stepbox
