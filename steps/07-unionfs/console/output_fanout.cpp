#include "07-unionfs/console/output_fanout.hpp"

#include <sys/socket.h>

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
  if (first) listeners_.push_back({patient(std::move(first))});
}

OutputFanout::OutputFanout(Fd first, const std::string& id, const std::string& log)
    : OutputFanout(std::move(first)) {
  socket_ = listen_for(id);
  log_ = Log(log);
}

void OutputFanout::tell(Listener& listener, Kind kind, std::string_view text) {
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

void OutputFanout::tell_exit(int status) {
  const char byte = static_cast<char>(status);
  for (Listener& listener : listeners_) send(listener.line, Kind::kExit, {&byte, 1});
  listeners_.clear();
}

void OutputFanout::watch(std::vector<pollfd>& watched) const {
  watched.push_back({socket_.get(), POLLIN, 0});
  for (const Listener& listener : listeners_) watched.push_back({listener.line.get(), POLLIN, 0});
}

void OutputFanout::welcome() {
  Fd line(socket_ ? ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC) : -1);
  if (line) listeners_.push_back({patient(std::move(line))});
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
  listeners_.erase(listeners_.begin() + static_cast<std::ptrdiff_t>(index));
}

}  // namespace stepbox
