#include "07-unionfs/console/console.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "01-clone/process.hpp"
#include "07-unionfs/console/daemon.hpp"
#include "07-unionfs/console/pty.hpp"
#include "common/error.hpp"
#include "common/openers.hpp"

namespace stepbox {

void add_options(CommandLine& cli, ConsoleOptions& console) {
  cli.flag("-i,--interactive", console.interactive, "Keep standard input open");
  cli.flag("-t,--tty", console.tty, "Allocate a pseudo terminal");
}

static void open_pipe(Fd& reader, Fd& writer) {
  Pipe pipe;
  reader = std::move(pipe.reader);
  writer = std::move(pipe.writer);
}

void close_input() {
  const Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  ::dup2(nothing.get(), STDIN_FILENO);
}

Console::Console(const ConsoleOptions& options, OutputFanout* fanout)
    : options_(options), fanout_(fanout) {
  if (!fanout_) return;
  if (options_.tty) {
    handover_.emplace();
    return;
  }
  open_pipe(output_, their_output_);
  open_pipe(errors_, their_errors_);
  if (options_.interactive) open_pipe(their_input_, input_);
}

void Console::open_inside(bool first) const {
  if (!fanout_) return;
  if (options_.tty) return become_terminal(handover_->theirs, fanout_->window, first);
  if (their_input_) ::dup2(their_input_.get(), STDIN_FILENO);
  ::dup2(their_output_.get(), STDOUT_FILENO);
  ::dup2(their_errors_.get(), STDERR_FILENO);
}

// After exec the parent closes the container's ends: otherwise it would never read end of file.
void Console::take_ours() {
  for (Fd* theirs : {&their_input_, &their_output_, &their_errors_}) theirs->close();
  if (handover_) {
    output_ = receive_terminal(handover_->ours);
    if (output_) slave_ = open_slave(output_);
    handover_.reset();
  }
  for (const Fd* ours : {&input_, &output_, &errors_}) {
    if (*ours) ::fcntl(ours->get(), F_SETFL, O_NONBLOCK | ::fcntl(ours->get(), F_GETFL));
  }
}

// Returns false if nothing can be read now; closes `from` at end of file.
bool Console::pump(Fd& from, Stream stream) {
  char block[kLongestMessage];
  const ssize_t got = from ? ::read(from.get(), block, sizeof block) : -1;
  if (got > 0) fanout_->write(stream, {block, static_cast<size_t>(got)});
  if (got == 0 || (got == -1 && errno != EAGAIN)) from.close();
  return got > 0;
}

// Writes pending input as far as the pipe accepts it.
void Console::feed() {
  const Fd& to = options_.tty ? output_ : input_;
  const ssize_t written = to ? ::write(to.get(), pending_.data(), pending_.size()) : -1;
  if (written > 0) pending_.erase(0, static_cast<size_t>(written));
  if (written == -1 && errno != EAGAIN) pending_.clear();  // EPIPE: the container closed its stdin
}

void Console::answer(const Message& message) {
  switch (message.kind) {
    case Kind::kInput:
      if (!options_.interactive) return;
      pending_ += message.data;
      return feed();
    case Kind::kInputEnd:
      return input_.close();
    case Kind::kWindow:
      if (message.data.size() != sizeof(winsize)) return;
      message.data.copy(reinterpret_cast<char*>(&fanout_->window), sizeof(winsize));
      if (options_.tty) ::ioctl(output_.get(), TIOCSWINSZ, &fanout_->window);
      return;
    default:
      return;
  }
}

// Milliseconds without activity until wait_at_rest().
constexpr int kRestAfter = 1'000;

int Console::serve(Child& child) {
  if (!fanout_) return child.wait();
  take_ours();
  const Fd& ended = child.process().handle;
  const Fd signals = open_signalfd({SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2});
  for (bool running = true; running;) {
    const Fd& input = options_.tty ? output_ : input_;
    std::vector<pollfd> watched{{ended.get(), POLLIN, 0},
                                {signals.get(), POLLIN, 0},
                                {fanout_->is_full() ? -1 : output_.get(), POLLIN, 0},
                                {fanout_->is_full() ? -1 : errors_.get(), POLLIN, 0},
                                {pending_.empty() ? -1 : input.get(), POLLOUT, 0}};
    fanout_->watch(watched, pending_.empty());
    if (::poll(watched.data(), watched.size(), kRestAfter) == 0) wait_at_rest(watched);
    running = watched[0].revents == 0;
    signalfd_siginfo info{};
    if (watched[1].revents && ::read(signals.get(), &info, sizeof info) == sizeof info) {
      pass_on_signal(static_cast<int>(info.ssi_signo), child.process());
    }
    if (watched[2].revents) pump(output_, Stream::kOutput);
    if (watched[3].revents) pump(errors_, Stream::kErrors);
    if (!pending_.empty()) feed();
    fanout_->send_waiting();
    if (pending_.empty()) fanout_->receive([&](const Message& said) { answer(said); });
    if (fanout_->lost_last_client()) send_signal(ended, SIGKILL);
  }
  // Relays output that is still in the pipes. A process that outlives process 1 (--share pid) may
  // keep writing, so this has a deadline.
  constexpr int kMost = 256;
  for (int i = 0; i < kMost && pump(output_, Stream::kOutput); ++i) continue;
  for (int i = 0; i < kMost && pump(errors_, Stream::kErrors); ++i) continue;
  fanout_->finish();
  return child.wait();
}

}  // namespace stepbox
