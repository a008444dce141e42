#include "07-unionfs/console/attach.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <vector>

#include "07-unionfs/console/terminal_relay.hpp"
#include "common/error.hpp"
#include "common/openers.hpp"

namespace stepbox {

void add_options(CommandLine& cli, AttachOptions& options) {
  cli.option("--detach-keys", "KEYS", options.keys,
             "Keys that detach from the container (ctrl-p,ctrl-q)");
  cli.flag("--sig-proxy", options.sig_proxy, "Forward signals to the container; off with =false");
}

void check_terminal(const AttachOptions& options) {
  if (options.tty && options.input && !::isatty(STDIN_FILENO)) {
    throw Failure("-i -t: stdin is not a terminal", "leave out -t, or run it at a terminal");
  }
}

namespace {

class Attachment {
 public:
  Attachment(const Fd& line, const Fd& monitor, const AttachOptions& options)
      : line_(line),
        monitor_(monitor),
        options_(options),
        watch_(options.keys),
        raw_(options.tty && options.input ? STDIN_FILENO : -1) {
    signals_ = open_signalfd(
        {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT});
    send_window();
  }

  std::optional<int> run() {
    while (!over_) {
      const bool waits = !pending_.empty() || ending_;  // for room in the line's queue
      pollfd watched[] = {{!waits && options_.input ? STDIN_FILENO : -1, POLLIN, 0},
                          {signals_.get(), POLLIN, 0},
                          {line_.get(), static_cast<short>(waits ? POLLIN | POLLOUT : POLLIN), 0}};
      if (::poll(watched, 3, -1) == -1 && errno != EINTR) throw_errno({"wait for the container"});
      if (watched[1].revents) take_signal();
      if (watched[2].revents & ~POLLOUT) listen();
      if (watched[0].revents) read_input();
      if (!pending_.empty() && send(line_, Kind::kInput, pending_)) pending_.clear();
      if (ending_ && pending_.empty() && send(line_, Kind::kInputEnd, "")) ending_ = false;
    }
    return status_;
  }

 private:
  void end(std::optional<int> status) {
    over_ = true;
    status_ = status;
  }

  void send_window() const {
    const winsize window = own_window();
    send(line_, Kind::kWindow, {reinterpret_cast<const char*>(&window), sizeof window});
  }

  void leave(int status) {
    send(line_, Kind::kDetach, "");
    end(status);
  }

  void read_input() {
    char block[4096];
    const ssize_t got = ::read(STDIN_FILENO, block, sizeof block);
    if (got <= 0) {
      options_.input = false;
      ending_ = options_.end_input;
      return;
    }
    bool found = false;
    pending_ = std::string(block, static_cast<size_t>(got));
    if (options_.tty) pending_ = watch_.filter(pending_, &found);
    if (found) leave(0);
  }

  void take_signal() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGWINCH || signal == SIGCONT) {
      raw_.set();
      send_window();
    } else if (signal == SIGTSTP) {
      ::raise(SIGSTOP);
    } else if (options_.sig_proxy && !options_.tty) {
      send_signal(monitor_, signal);
    } else {
      leave(kSignalBase + signal);
    }
  }

  void listen() {
    const std::optional<Message> message = receiver_.next(line_);
    if (!message) return end(std::nullopt);
    switch (message->kind) {
      case Kind::kOutput:
        return print(STDOUT_FILENO, message->data);
      case Kind::kErrors:
        return print(STDERR_FILENO, message->data);
      case Kind::kExit:
        return end(static_cast<unsigned char>(message->data.at(0)));
      default:
        return;
    }
  }

  void print(int fd, std::string_view text) {
    if (!write_all(fd, text)) leave(kSignalBase + SIGPIPE);
  }

  const Fd& line_;
  const Fd& monitor_;
  AttachOptions options_;
  KeyWatch watch_;
  RawTerminal raw_;
  Fd signals_;
  Receiver receiver_;
  std::string pending_;  // typed, but not sent yet
  bool ending_ = false;  // the end of the input is not sent yet
  bool over_ = false;
  std::optional<int> status_;
};

}  // namespace

std::optional<int> attach(const Fd& line, const Fd& monitor, const AttachOptions& options) {
  return Attachment(line, monitor, options).run();
}

}  // namespace stepbox
