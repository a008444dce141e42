// Is a published port reserved, and are connections refused at once until it leads somewhere?
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <errno.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "06-network/firewall.hpp"
#include "06-network/nft.hpp"
#include "common/error.hpp"
#include "common/openers.hpp"
#include "common/program.hpp"
#include "common/testing/stage/forked.hpp"

namespace stepbox {
namespace {

sockaddr_in loopback(uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

// The errno of connect(2) to the port of 127.0.0.1; 0 on success.
int connect_to(uint16_t port) {
  const Fd socket = open_socket(AF_INET, SOCK_STREAM);
  const sockaddr_in name = loopback(port);
  const bool done =
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  return done ? 0 : errno;
}

// The errno of a server that listens at the port of 127.0.0.1, with SO_REUSEADDR, as most servers
// do; 0 on success.
int serve_at(uint16_t port) {
  const Fd socket = open_socket(AF_INET, SOCK_STREAM);
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in name = loopback(port);
  const bool done =
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0 &&
      ::listen(socket.get(), 1) == 0;
  return done ? 0 : errno;
}

PublishedPort any_port(bool udp) {
  PublishedPort port;
  port.container_port = 80;
  port.any_host_port = true;
  port.udp = udp;
  return port;
}

constexpr char kOurs[] = "element ip stepbox published { tcp . 8080 : 172.16.0.2 . 80 }\n";
constexpr char kTheirs[] = "element ip stepbox published { tcp . 8080 : 172.16.0.9 . 80 }\n";

// Runs `test` in a new network namespace that has the table `ip stepbox`; returns its result.
template <class Test>
int with_firewall(Test test) {
  return run_forked([&] {
    if (::unshare(CLONE_NEWNET) == -1) return 77;
    ensure_firewall({0xAC100000, 16});
    return test();
  });
}

bool cannot_test() {
  return ::geteuid() != 0 || !has_program("nft") || with_firewall([] { return 0; }) != 0;
}

bool is_published(const char* text) {
  const std::string map = run_program({"nft", "list", "map", "ip", "stepbox", "published"}, "");
  return map.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a reserved port refuses connections at once") {
  PublishedPort port = any_port(false);
  const Fd reserved = bind_port(port);
  for (int tries = 0; tries < 3; ++tries) CHECK(connect_to(port.host_port) == ECONNREFUSED);
}

TEST_CASE("a reserved port cannot be bound by another program or container") {
  for (const bool any : {true, false}) {
    CAPTURE(any);
    PublishedPort port = any_port(false);
    Fd reserved = bind_port(port);
    port.any_host_port = any;
    if (!any) {  // the same port again, by its number
      reserved.close();
      reserved = bind_port(port);
    }
    CHECK(serve_at(port.host_port) == EADDRINUSE);
    port.any_host_port = false;
    CHECK_THROWS_AS(bind_port(port), Failure);
    reserved.close();
    CHECK(serve_at(port.host_port) == 0);
  }
}

TEST_CASE("a UDP and a TCP port of the same number are independent") {
  PublishedPort tcp = any_port(false);
  const Fd first = bind_port(tcp);
  PublishedPort udp = tcp;
  udp.udp = true;
  udp.any_host_port = false;
  const Fd second = bind_port(udp);
  CHECK(second);
  CHECK_THROWS_AS(bind_port(udp), Failure);
}

TEST_CASE("unpublishing a port twice is no error" * doctest::skip(cannot_test())) {
  CHECK(with_firewall([] {
          publish(kOurs);
          if (!is_published("172.16.0.2")) return 1;
          unpublish(kOurs);
          if (is_published("172.16.0.2")) return 2;
          unpublish(kOurs);  // it is gone already
          return is_published("172.16.0.2") ? 3 : 0;
        }) == 0);
}

TEST_CASE("a port that leads to another container is not unpublished" *
          doctest::skip(cannot_test())) {
  CHECK(with_firewall([] {
          publish(kTheirs);
          try {
            unpublish(kOurs);
            return 1;
          } catch (const Failure&) {
            return is_published("172.16.0.9") ? 0 : 2;
          }
        }) == 0);
}

TEST_CASE("unpublishing is no error where the table does not exist" *
          doctest::skip(cannot_test())) {
  CHECK(with_firewall([] {
          run_nft("delete table ip stepbox\n");
          unpublish(kOurs);
          return 0;
        }) == 0);
}

}  // namespace stepbox
