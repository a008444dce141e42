#include "07-unionfs/console/output_fanout.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "common/error.hpp"

namespace stepbox {

// How many bytes a client may lag behind. They are in the kernel's socket buffer, not in this
// process.
constexpr int kPatience = 4 << 20;

static Fd patient(Fd line) {
  if (::setsockopt(line.get(), SOL_SOCKET, SO_SNDBUFFORCE, &kPatience, sizeof kPatience) == -1) {
    ::setsockopt(line.get(), SOL_SOCKET, SO_SNDBUF, &kPatience,
                 sizeof kPatience);  // without root: limited by net.core.wmem_max
  }
  return line;
}

OutputFanout::OutputFanout(Fd first) {
  if (first) listeners_.push_back({.line = patient(std::move(first)), .first = true});
}

OutputFanout::OutputFanout(Fd first, const std::string& id, const std::string& log,
                           const LogOptions& options)
    : OutputFanout(std::move(first)) {
  socket_ = listen_for(id);
  log_ = Log(log, options);
}

void OutputFanout::send_waiting() {
  while (is_full()) {
    const auto& [kind, text] = waiting_.front();
    if (!send(listeners_[0].line, kind, text) && errno == EAGAIN) return;
    waiting_.pop_front();  // sent, or the client is gone
  }
}

void OutputFanout::tell(Listener& listener, Kind kind, std::string_view text) {
  if (listener.first) {
    waiting_.emplace_back(kind, text);
    return send_waiting();
  }
  if (listener.missed > 0) {
    const std::string gap = join({"\r\n[", std::to_string(listener.missed),
                                  " bytes are not shown: you were too slow; logs has them]\r\n"});
    if (send(listener.line, Kind::kErrors, gap)) listener.missed = 0;
  }
  // A client that is gone is noticed by the next read (EPIPE here is ignored).
  if (listener.missed > 0 || !send(listener.line, kind, text)) listener.missed += text.size();
}

void OutputFanout::write(Stream stream, std::string_view text) {
  log_.write(stream, text);
  const Kind kind = stream == Stream::kOutput ? Kind::kOutput : Kind::kErrors;
  for (Listener& listener : listeners_) tell(listener, kind, text);
}

void OutputFanout::finish() { log_.finish_lines(); }

void OutputFanout::take_own_errors() try {
  Pipe errors;
  ::fcntl(errors.reader.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(errors.writer.get(), F_SETFL, O_NONBLOCK);  // full: the rest is lost
  ::dup2(errors.writer.get(), STDERR_FILENO);
  own_errors_ = std::move(errors.reader);
} catch (const std::system_error&) {
  return;  // no descriptor is left: the container is worth more than these messages
}

void OutputFanout::tell_own_errors() {
  if (!own_errors_) return;
  char block[kLongestMessage];
  for (ssize_t got; (got = ::read(own_errors_.get(), block, sizeof block)) > 0;) {
    const std::string_view text(block, static_cast<size_t>(got));
    for (Listener& listener : listeners_) tell(listener, Kind::kErrors, text);
  }
}

void OutputFanout::tell_exit(int status, int patience) {
  tell_own_errors();
  const char byte = static_cast<char>(status);
  for (Listener& listener : listeners_) tell(listener, Kind::kExit, {&byte, 1});
  while (is_full()) {
    pollfd first{listeners_[0].line.get(), POLLOUT, 0};
    if (::poll(&first, 1, patience) == 0) break;
    send_waiting();
  }
  listeners_.clear();
  waiting_.clear();
}

void OutputFanout::watch(std::vector<pollfd>& watched, bool for_messages) const {
  const short wanted = for_messages ? POLLIN : 0;
  if (for_messages) watched.push_back({socket_.get(), POLLIN, 0});
  for (const Listener& listener : listeners_) {
    const short events = static_cast<short>(wanted | (listener.first && is_full() ? POLLOUT : 0));
    // Without events poll(2) would still report a client that is gone, again and again.
    watched.push_back({events ? listener.line.get() : -1, events, 0});
  }
}

void OutputFanout::welcome() {
  Fd line(socket_ ? ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC) : -1);
  if (line) listeners_.push_back({.line = patient(std::move(line))});
}

std::optional<Message> OutputFanout::message_from(Listener& listener) {
  pollfd entry{listener.line.get(), POLLIN, 0};
  if (::poll(&entry, 1, 0) != 1) return std::nullopt;
  const std::optional<Message> message = receiver_.next(listener.line);
  listener.gone = !message;
  listener.leaves |= message && message->kind == Kind::kDetach;
  return message;
}

void OutputFanout::remove_client(size_t index) {
  if (!socket_ && !listeners_[index].leaves) deserted_ = true;
  if (listeners_[index].first) waiting_.clear();
  listeners_.erase(listeners_.begin() + static_cast<std::ptrdiff_t>(index));
}

}  // namespace stepbox
