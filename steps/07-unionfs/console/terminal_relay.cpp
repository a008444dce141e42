#include "07-unionfs/console/terminal_relay.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "07-unionfs/console/pty.hpp"
#include "common/error.hpp"
#include "common/openers.hpp"

namespace stepbox {

int own_terminal() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::isatty(fd)) return fd;
  }
  return -1;
}

winsize own_window() {
  winsize window{};
  ::ioctl(own_terminal(), TIOCGWINSZ, &window);
  return window;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    pollfd ready{fd, POLLOUT, 0};
    if (written == -1 && errno == EAGAIN) ::poll(&ready, 1, -1);
    if (written == -1 && errno != EAGAIN && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

RawTerminal::RawTerminal(int terminal) : terminal_(terminal) {
  if (::tcgetattr(terminal_, &before_) == -1) terminal_ = -1;
  set();
}

RawTerminal::~RawTerminal() { ::tcsetattr(terminal_, TCSADRAIN, &before_); }

void RawTerminal::set() const {
  termios raw = before_;
  ::cfmakeraw(&raw);
  ::tcsetattr(terminal_, TCSADRAIN, &raw);
}

namespace {

class Relay {
 public:
  Relay(Fd master, SignalTarget& process)
      : master_(std::move(master)), slave_(open_slave(master_)), process_(process) {
    signals_ = open_signalfd(
        {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT});
  }

  void run() {
    for (bool running = true; running;) {
      pollfd watched[] = {
          {process_.handle.get(), POLLIN, 0},
          {signals_.get(), POLLIN, 0},
          {input_ && pending_.empty() ? STDIN_FILENO : -1, POLLIN, 0},
          {master_.get(), static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT), 0}};
      if (::poll(watched, 4, -1) == -1 && errno != EINTR) throw_errno({"wait for the command"});
      running = watched[0].revents == 0;
      if (watched[1].revents) take_signal();
      if (watched[2].revents) read_input();
      if (!pending_.empty()) write_input();
      if (watched[3].revents & ~POLLOUT) print_output();
    }
    // What is still in the terminal. Processes that outlive the command may write on.
    constexpr int kMost = 256;
    for (int i = 0; i < kMost && print_output(); ++i) continue;
  }

 private:
  void take_signal() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGWINCH || signal == SIGCONT) {
      const winsize window = own_window();
      raw_.set();
      ::ioctl(master_.get(), TIOCSWINSZ, &window);
    } else if (signal == SIGTSTP) {
      ::raise(SIGSTOP);
    } else {
      pass_on_signal(signal, process_);
    }
  }

  void read_input() {
    char block[4096];
    const ssize_t got = ::read(STDIN_FILENO, block, sizeof block);
    input_ = got > 0;
    if (input_) pending_.assign(block, static_cast<size_t>(got));
  }

  // As much as the terminal accepts; its buffer is full while no process reads.
  void write_input() {
    const ssize_t written = ::write(master_.get(), pending_.data(), pending_.size());
    if (written > 0) pending_.erase(0, static_cast<size_t>(written));
    if (written == -1 && errno != EAGAIN) pending_.clear();
  }

  // False if there is nothing to print now. If nobody reads stdout any more, the terminal hangs up.
  bool print_output() {
    char block[4096];
    const ssize_t got = ::read(master_.get(), block, sizeof block);
    if (got == -1 && errno == EAGAIN) return false;
    if (got > 0 && write_all(STDOUT_FILENO, {block, static_cast<size_t>(got)})) return true;
    slave_.close();
    master_.close();
    return false;
  }

  Fd master_;
  Fd slave_;  // prevents a hangup while no process in the container has it open
  SignalTarget& process_;
  Fd signals_;
  RawTerminal raw_{own_terminal()};
  bool input_ = true;    // stdin is not at its end
  std::string pending_;  // input that the terminal has not accepted yet
};

}  // namespace

Fd TerminalRelay::open() {
  if (own_terminal() == -1) {
    throw Failure("process.terminal: stdin, stdout and stderr are no terminal",
                  "run it at a terminal, or set process.terminal to false");
  }
  SocketPair ends(SOCK_STREAM);
  ours_ = std::move(ends.ours);
  return std::move(ends.theirs);
}

void TerminalRelay::serve(SignalTarget& process) {
  Fd master = ours_ ? receive_terminal(ours_) : Fd();
  if (master) Relay(std::move(master), process).run();
}

}  // namespace stepbox
