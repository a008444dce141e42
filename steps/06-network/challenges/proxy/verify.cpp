// The claims of the challenge `proxy`.
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "common/fd.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int port_of(const Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

// Bound to that port of the loopback; 0: any that is free.
Fd bound_to(int port) {
  Fd made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = loopback(port);
  REQUIRE(::bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return made;
}

int free_port() { return port_of(bound_to(0)); }

std::string at(int port) { return "127.0.0.1:" + std::to_string(port); }

std::string read_all(const Fd& socket) {
  std::string text;
  char block[4096];
  for (ssize_t got; (got = ::read(socket.get(), block, sizeof block)) > 0;) {
    text.append(block, static_cast<size_t>(got));
  }
  return text;
}

void send_all(const Fd& socket, const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t put = ::send(socket.get(), text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (put <= 0) return;
    done += static_cast<size_t>(put);
  }
}

// A server that reads up to the client's end of file, and then sends all of it back.
class Echo {
 public:
  explicit Echo(int port) : listener_(bound_to(port)) {
    REQUIRE(::listen(listener_.get(), 16) == 0);
    thread_ = std::thread([this] {
      for (;;) {
        Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client) return;
        std::thread([](Fd mine) { send_all(mine, read_all(mine)); }, std::move(client)).detach();
      }
    });
  }
  ~Echo() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  int port() const { return port_of(listener_); }

 private:
  Fd listener_;
  std::thread thread_;
};

// A client; at most 5 s pass before its reading gives up.
Fd connect_to(int port) {
  Fd made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const sockaddr_in address = loopback(port);
  REQUIRE(::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return made;
}

// Sends `text` and end of file; returns the answer.
std::string asked(const Fd& client, const std::string& text) {
  send_all(client, text);
  ::shutdown(client.get(), SHUT_WR);
  return read_all(client);
}

}  // namespace

CLAIM("the proxy returns the answer after the client's end of file",
      {.step = 6,
       .points = 2,
       .hint = "shutdown(2) with SHUT_WR passes the end on",
       .challenge = "proxy"}) {
  const Echo server(0);
  const int port = free_port();
  Running proxy = subject.start({.command = {at(port), at(server.port())}});
  proxy.wait_for_output("ready");
  const std::string text = random_word() + std::string(300'000, 'x') + random_word();
  CHECK(asked(connect_to(port), text) == text);
}

CLAIM("the proxy's clients do not wait for each other",
      {.step = 6, .hint = "a thread each, or poll(2)", .challenge = "proxy"}) {
  const Echo server(0);
  const int port = free_port();
  Running proxy = subject.start({.command = {at(port), at(server.port())}});
  proxy.wait_for_output("ready");
  const std::string one = random_word();
  const std::string two = random_word();
  const Fd first = connect_to(port);
  send_all(first, one);
  CHECK(asked(connect_to(port), two) == two);
  CHECK(asked(first, one) == one + one);
}

CLAIM("the proxy survives a target that refuses connections",
      {.step = 6, .hint = "connect(2) fails: close that client alone", .challenge = "proxy"}) {
  const int target = free_port();
  const int port = free_port();
  Running proxy = subject.start({.command = {at(port), at(target)}});
  proxy.wait_for_output("ready");
  CHECK(asked(connect_to(port), "x") == "");
  const Echo server(target);
  const std::string word = random_word();
  CHECK(asked(connect_to(port), word) == word);
}

CLAIM("the proxy survives a client that disconnects",
      {.step = 6, .hint = "ignore SIGPIPE", .challenge = "proxy"}) {
  const Echo server(0);
  const int port = free_port();
  Running proxy = subject.start({.command = {at(port), at(server.port())}});
  proxy.wait_for_output("ready");
  for (int round = 0; round < 5; ++round) {
    const Fd client = connect_to(port);
    send_all(client, std::string(500'000, 'x'));
    ::shutdown(client.get(), SHUT_WR);  // the answer is not read
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  const std::string word = random_word();
  CHECK(asked(connect_to(port), word) == word);
}

CLAIM("TERM ends the proxy while a client is connected",
      {.step = 6, .hint = "the default action is right", .challenge = "proxy"}) {
  const Echo server(0);
  const int port = free_port();
  Running proxy = subject.start({.command = {at(port), at(server.port())}});
  proxy.wait_for_output("ready");
  const Fd client = connect_to(port);
  proxy.signal(SIGTERM);
  CHECK(proxy.wait().status == 143);
  CHECK(asked(client, "x") == "");
}

CLAIM("the proxy refuses an address that is in use or not valid",
      {.step = 6, .hint = "bind(2) says so; inet_pton(3) does", .challenge = "proxy"}) {
  const Echo server(0);
  const int port = server.port();
  for (const std::string& wrong : {at(port), std::string("127.0.0.1"), std::string("nowhere:80"),
                                   std::string("127.0.0.1:70000")}) {
    const Run run = subject.run({.command = {wrong, at(port)}});
    CHECK(run.status != 0);
    CHECK(holds(run.err, wrong));
  }
}

}  // namespace stepbox
