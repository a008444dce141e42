// proxy LISTEN TARGET: connects each client of LISTEN to TARGET. (accept(2), shutdown(2))
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/text.hpp"

using namespace stepbox;

static sockaddr_in parse_address(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  const size_t colon = text.find(':');
  const int64_t port = colon == text.npos ? 0 : parse_number(text.substr(colon + 1)).value_or(0);
  const bool known = ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) == 1;
  if (!known || port < 1 || port > 65535) throw Failure("no ADDRESS:PORT: " + text);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

static Fd make_socket() {
  Fd made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!made) throw_errno({"make a socket"});
  return made;
}

static Fd listen_at(const std::string& where) {
  const sockaddr_in address = parse_address(where);
  Fd listener = make_socket();
  const int yes = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == -1 ||
      ::listen(listener.get(), SOMAXCONN) == -1) {
    throw_errno({"listen at ", where});
  }
  return listener;
}

// One direction, up to its end; which is passed on.
static void pump(const Fd& from, const Fd& to) {
  char block[1 << 16];
  bool open = true;
  for (ssize_t got; open && (got = ::read(from.get(), block, sizeof block)) > 0;) {
    for (ssize_t done = 0; open && done < got;) {
      const ssize_t put = ::write(to.get(), block + done, static_cast<size_t>(got - done));
      open = put > 0;
      done += put;
    }
  }
  ::shutdown(to.get(), SHUT_WR);
  ::shutdown(from.get(), SHUT_RD);  // a peer that still sends gets a reset
}

static void serve(Fd client, sockaddr_in target) {
  try {
    const Fd server = make_socket();
    if (::connect(server.get(), reinterpret_cast<sockaddr*>(&target), sizeof target) == -1) {
      throw_errno({"connect to the target"});
    }
    std::thread answers([&] { pump(server, client); });
    pump(client, server);
    answers.join();
  } catch (const std::exception& error) {
    warn({error.what()});
  }
}

int main(int argc, char** argv) try {
  if (argc != 3) throw Failure("proxy LISTEN TARGET");
  ::signal(SIGPIPE, SIG_IGN);  // a client that is gone: write(2) says EPIPE
  const sockaddr_in target = parse_address(argv[2]);
  const Fd listener = listen_at(argv[1]);
  std::puts("ready");
  std::fflush(stdout);
  for (;;) {
    Fd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client) continue;  // it was gone before we had it
    std::thread(serve, std::move(client), target).detach();
  }
} catch (const std::exception& error) {
  return report(error);
}
