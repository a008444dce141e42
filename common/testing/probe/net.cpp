// A server that prints its client's address, and a client.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/testing/probe/probe.hpp"

namespace stepbox {
namespace {

bool is_tcp(const char* word) { return ::strcmp(word, "tcp") == 0; }

sockaddr_in address_of(const char* text, const char* port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(::atoi(port)));
  ::inet_pton(AF_INET, text, &address.sin_addr);
  return address;
}

sockaddr* generic(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

int complain(const char* operation) {
  ::printf("%s: %s\n", operation, ::strerror(errno));
  return 1;
}

// A call gives up after 2 s. close(2), or the end of the process, resets a connection at once: a
// socket without a process that waits for its peer would hold the network namespace, and with it
// the veth, for a minute and more. (tcp(7), tcp_fin_timeout, tcp_orphan_retries)
void be_impatient(int socket) {
  const timeval patience{.tv_sec = 2, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);  // connect(2) too
  const linger reset{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

size_t write_answer(char (&text)[128], const char* word, const sockaddr_in& asker) {
  char address[INET_ADDRSTRLEN];
  ::inet_ntop(AF_INET, &asker.sin_addr, address, sizeof address);
  return static_cast<size_t>(::snprintf(text, sizeof text, "%s %s\n", word, address));
}

}  // namespace

int serve(int count, char** words) {
  if (count < 3) return 2;
  const bool tcp = is_tcp(words[0]);
  const int socket = ::socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in here = address_of("0.0.0.0", words[1]);
  if (::bind(socket, generic(here), sizeof here) == -1) return complain("bind");
  if (tcp && ::listen(socket, 16) == -1) return complain("listen");
  ::puts("ready");
  for (;;) {
    sockaddr_in asker{};
    socklen_t length = sizeof asker;
    char text[128];
    if (tcp) {
      const int connection = ::accept(socket, generic(asker), &length);
      be_impatient(connection);
      if (::write(connection, text, write_answer(text, words[2], asker)) == -1) complain("write");
      ::shutdown(connection, SHUT_WR);
      [[maybe_unused]] const ssize_t end = ::read(connection, text, 1);  // the peer has read all
      ::close(connection);
    } else if (::recvfrom(socket, text, sizeof text, 0, generic(asker), &length) >= 0) {
      const size_t size = write_answer(text, words[2], asker);
      if (::sendto(socket, text, size, 0, generic(asker), length) == -1) complain("sendto");
    }
  }
}

int ask(int count, char** words) {
  if (count < 3) return 2;
  const bool tcp = is_tcp(words[0]);
  const int socket = ::socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
  be_impatient(socket);
  sockaddr_in here = address_of("0.0.0.0", count > 3 ? words[3] : "0");
  if (::bind(socket, generic(here), sizeof here) == -1) return complain("bind");
  sockaddr_in there = address_of(words[1], words[2]);
  if (::connect(socket, generic(there), sizeof there) == -1) return complain("connect");
  char text[128];
  ssize_t got = -1;
  for (int tries = 0; got == -1 && tries < (tcp ? 1 : 3); ++tries) {  // a datagram may be lost
    if (!tcp && ::write(socket, "?", 1) == -1) return complain("write");
    got = ::read(socket, text, sizeof text - 1);
    if (got == -1 && errno != EAGAIN) break;
  }
  if (got == -1) return complain("read");
  text[got] = '\0';
  ::fputs(text, stdout);
  return 0;
}

int ping(int count, char** words) {
  if (count < 1) return 2;
  const int socket = ::socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
  if (socket == -1) return complain("socket");
  be_impatient(socket);
  sockaddr_in there = address_of(words[0], "0");
  unsigned char request[8] = {8};  // echo; the kernel sets identifier and checksum
  if (::sendto(socket, request, sizeof request, 0, generic(there), sizeof there) == -1 ||
      ::read(socket, request, sizeof request) == -1) {
    return complain("ping");
  }
  ::puts("answered");
  return 0;
}

}  // namespace stepbox
