#include "07-unionfs/networks/ipv6_relay.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <string>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/openers.hpp"

namespace stepbox {

namespace {

constexpr size_t kMost = 256;  // connections, and clients of UDP, that are served at once

struct Listener {
  Fd socket;
  uint16_t port;
  bool udp;
};

// A TCP connection: what came from one end, and has not gone to the other.
struct Connection {
  Fd ends[2];
  std::string pending[2] = {};
  bool ended[2] = {}, passed_on[2] = {};
  bool broken = false;
};

// A client of a UDP port, and the socket that stands for it.
struct Client {
  const Listener* listener;
  sockaddr_in6 address;
  Fd socket;
};

Fd listen_at(const PublishedPort& port) {
  Fd socket = open_socket(AF_INET6, port.udp ? SOCK_DGRAM : SOCK_STREAM);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (!port.udp) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(port.host_port);
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0 &&
      (port.udp || ::listen(socket.get(), 128) == 0)) {
    return socket;
  }
  if (errno == EADDRINUSE && !port.any_host_port) {
    throw Failure(
        join({"publish port [::]:", std::to_string(port.host_port), ": already in use"}),
        "choose another, end what has it (ss -lp), or publish on one address: -p 127.0.0.1:…");
  }
  return Fd();  // no IPv6, or a port that the kernel chose for IPv4 is in use: served by IPv4 only
}

// To the port on 127.0.0.1; none if nobody answers.
Fd connect_to(const Listener& listener) {
  Fd socket = open_socket(AF_INET, listener.udp ? SOCK_DGRAM : SOCK_STREAM);
  const timeval patience{3, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(listener.port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == -1)
    socket.close();
  return socket;
}

// None is left, so the client stays in the queue, and poll(2) would return at once.
void wait_for_descriptors() { ::usleep(20'000); }

bool failed(ssize_t result) { return result == -1 && errno != EAGAIN && errno != EINTR; }

// Passes on what came from end `i`; `events`: what poll(2) says of it.
void pass_on(Connection& connection, int i, short events) {
  const int from = connection.ends[i].get(), to = connection.ends[1 - i].get();
  std::string& pending = connection.pending[i];
  if (events && pending.empty() && !connection.ended[i]) {
    char buffer[16384];
    const ssize_t got = ::recv(from, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) pending.assign(buffer, static_cast<size_t>(got));
    connection.ended[i] = got == 0;
    connection.broken |= failed(got);
  }
  // It has ended, and cannot take what the other one sends: poll(2) would say so for ever.
  connection.broken |= connection.ended[i] && (events & (POLLERR | POLLHUP));
  if (!pending.empty()) {
    const ssize_t sent = ::send(to, pending.data(), pending.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) pending.erase(0, static_cast<size_t>(sent));
    connection.broken |= failed(sent);
  }
  if (connection.ended[i] && pending.empty() && !connection.passed_on[i]) {
    ::shutdown(to, SHUT_WR);
    connection.passed_on[i] = true;
  }
}

// What poll(2) shall say of end `i`. Of one with nothing to read and to write: only that it was
// reset after its end, and nothing (-1) once it is shut both ways, which it would say for ever.
pollfd wait_for(const Connection& connection, int i) {
  const bool reads = connection.pending[i].empty() && !connection.ended[i];
  const bool writes = !connection.pending[1 - i].empty();
  const bool half_closed = connection.ended[i] && !connection.passed_on[1 - i];
  const int events = (reads ? POLLIN : 0) | (writes ? POLLOUT : 0);
  return {events || half_closed ? connection.ends[i].get() : -1, static_cast<short>(events), 0};
}

class Relay {
 public:
  explicit Relay(std::vector<Listener> listeners) : listeners_(std::move(listeners)) {}

  void serve_once() {
    std::vector<pollfd> polled;
    for (const Listener& one : listeners_) polled.push_back({one.socket.get(), POLLIN, 0});
    for (const Connection& one : connections_) {
      for (int i : {0, 1}) polled.push_back(wait_for(one, i));
    }
    for (const Client& one : clients_) polled.push_back({one.socket.get(), POLLIN, 0});
    if (::poll(polled.data(), polled.size(), -1) <= 0) return;

    const pollfd* next = polled.data() + listeners_.size();
    for (Connection& one : connections_) {
      for (int i : {0, 1}) pass_on(one, i, next++->revents);
    }
    for (const Client& one : clients_) {
      if (next++->revents) answer(one);
    }
    for (size_t i = 0; i < listeners_.size(); ++i) {  // last: they add to the lists
      if (polled[i].revents) take(listeners_[i]);
    }
    connections_.remove_if(
        [](const Connection& one) { return one.broken || (one.passed_on[0] && one.passed_on[1]); });
  }

 private:
  void take(const Listener& listener) {
    if (listener.udp) return take_datagram(listener);
    Fd client(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client) return wait_for_descriptors();
    if (connections_.size() >= kMost) return;
    const int on = 1;  // a client that is gone does not keep its place for ever
    ::setsockopt(client.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    Fd server = connect_to(listener);
    if (!server) return;
    Connection& connection = connections_.emplace_back();
    connection.ends[0] = std::move(client);
    connection.ends[1] = std::move(server);
  }

  void take_datagram(const Listener& listener) {
    sockaddr_in6 from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(listener.socket.get(), buffer_, sizeof buffer_, MSG_DONTWAIT,
                                   reinterpret_cast<sockaddr*>(&from), &size);
    if (got == -1) return;
    auto client = std::find_if(clients_.begin(), clients_.end(), [&](const Client& one) {
      return one.listener == &listener && ::memcmp(&one.address, &from, sizeof from) == 0;
    });
    if (client == clients_.end()) {
      if (clients_.size() >= kMost) clients_.pop_front();
      client = clients_.insert(client, {&listener, from, connect_to(listener)});
    }
    ::send(client->socket.get(), buffer_, static_cast<size_t>(got), MSG_DONTWAIT);
  }

  void answer(const Client& client) {
    const ssize_t got = ::recv(client.socket.get(), buffer_, sizeof buffer_, MSG_DONTWAIT);
    if (got == -1) return;
    ::sendto(client.listener->socket.get(), buffer_, static_cast<size_t>(got), MSG_DONTWAIT,
             reinterpret_cast<const sockaddr*>(&client.address), sizeof client.address);
  }

  std::vector<Listener> listeners_;
  std::list<Connection> connections_;
  std::list<Client> clients_;
  char buffer_[65536];
};

// [child] Serves until it is killed.
[[noreturn]] void serve(std::vector<Listener> listeners, pid_t parent) {
  ::setpgid(0, 0);  // ^C at the terminal is for the container
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  // Nor may a reader of the caller's stdout and stderr wait for this process.
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::dup2(null.get(), standard);
  }
  std::vector<int> kept;
  for (const Listener& one : listeners) kept.push_back(one.socket.get());
  close_all_but(kept);  // no locks and pipes of the parent
  Relay relay(std::move(listeners));
  for (;;) {
    try {
      relay.serve_once();
    } catch (const std::exception&) {
      wait_for_descriptors();  // the client's connection is closed
    }
  }
}

}  // namespace

Ipv6Relay::Ipv6Relay(const std::vector<PublishedPort>& ports) {
  std::vector<Listener> listeners;
  for (const PublishedPort& port : ports) {
    if (port.named_address || port.host_address.number != 0) continue;
    try {
      Fd socket = listen_at(port);
      if (socket) listeners.push_back({std::move(socket), port.host_port, port.udp});
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::address_family_not_supported) throw;
    }
  }
  if (listeners.empty()) return;
  explain({"socat TCP6-LISTEN:… TCP4:127.0.0.1:… &  # for published ports"});
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == -1) throw_errno({"fork"});
  if (pid_ == 0) serve(std::move(listeners), parent);
}

Ipv6Relay::~Ipv6Relay() {
  if (pid_ == -1) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace stepbox
