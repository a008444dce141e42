#include "06-network/firewall.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "06-network/nft.hpp"
#include "common/error.hpp"
#include "common/openers.hpp"
#include "common/text.hpp"

namespace stepbox {

// LAB: nat
static std::string our_table(const Subnet& subnet) {
  const std::string own = subnet.text();
  return join(
      {"add table ip stepbox\n"
       "add map ip stepbox published { type inet_proto . inet_service : ipv4_addr . inet_service; "
       "}\n"
       "add map ip stepbox published_on "
       "{ type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }\n"
       // Redirects packets to published ports, from other hosts and from the host itself.
       "add chain ip stepbox publish\n"
       "add rule ip stepbox publish dnat ip to ip daddr . meta l4proto . th dport map "
       "@published_on\n"
       "add rule ip stepbox publish fib daddr type local"
       " dnat ip to meta l4proto . th dport map @published\n"
       "add chain ip stepbox prerouting { type nat hook prerouting priority dstnat; }\n"
       "add rule ip stepbox prerouting jump publish\n"
       "add chain ip stepbox output { type nat hook output priority -100; }\n"
       "add rule ip stepbox output jump publish\n"
       // Replaces a source address that the receiver cannot answer by the host's own: a container's
       // on its way to other hosts; 127.0.0.1 on its way to a container; a container's on its way
       // to itself or a neighbour through the host ("hairpin": the answer must pass the host, too).
       "add chain ip stepbox postrouting { type nat hook postrouting priority srcnat; }\n"
       "add rule ip stepbox postrouting ip saddr ",
       own,
       " oifname != stepbox0 masquerade\n"
       "add rule ip stepbox postrouting oifname stepbox0 ip saddr 127.0.0.0/8 masquerade\n"
       "add rule ip stepbox postrouting oifname stepbox0 ip saddr ",
       own,
       " ct status dnat masquerade\n"
       // route_localnet lets 127.0.0.1 be routed to the bridge. Other links must not use it.
       "add chain ip stepbox loopback { type filter hook prerouting priority raw; }\n"
       "add rule ip stepbox loopback iifname != lo ip daddr 127.0.0.0/8 drop\n"
       "add rule ip stepbox loopback iifname != lo ip saddr 127.0.0.0/8 drop\n"});
}

void ensure_firewall(const Subnet& subnet) {
  if (!has_nft_table("stepbox")) run_nft(our_table(subnet));
  // docker keeps DOCKER-USER for such rules; docker and others drop packets in FORWARD.
  for (const char* chain : {"DOCKER-USER", "FORWARD"}) {
    if (!has_nft_chain("filter", chain)) continue;
    if (has_nft_comment("filter", chain)) return;
    const std::string rule = join({"insert rule ip filter ", chain});
    constexpr char kAccept[] = " counter accept comment \"stepbox\"\n";
    // From containers: all. To containers: answers, and packets to published ports. The host's own
    // rules decide about the rest. (stepbox*: the bridges of step 7's networks, too.)
    return run_nft(join({rule, " iifname stepbox*", kAccept,                               //
                         rule, " oifname stepbox* ct state established,related", kAccept,  //
                         rule, " oifname stepbox* ct status dnat", kAccept}));
  }
}

static Fd bind_socket(const PublishedPort& port) {
  Fd socket = open_socket(AF_INET, port.udp ? SOCK_DGRAM : SOCK_STREAM);
  const int on = 1;
  // TCP: do not wait for connections that an earlier owner of the port has closed (socket(7)).
  if (!port.udp) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port.host_port);
  name.sin_addr.s_addr = htonl(port.host_address.number);
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == -1) return Fd();
  return socket;
}

// TCP: no other socket can bind the port from here on, and connecting to it is refused at once.
// While the socket listens, another one cannot share the port by SO_REUSEADDR; that holds after
// shutdown(2) too, if this socket gives SO_REUSEADDR up (inet_csk_get_port() in the kernel). A
// socket that went on listening would accept connections that no process reads: until nftables
// knows the port, and later, too, a SYN that was on its way.
static bool reserve(const Fd& socket) {
  const int off = 0;
  return ::listen(socket.get(), 1) == 0 && ::shutdown(socket.get(), SHUT_RD) == 0 &&
         ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &off, sizeof off) == 0;
}

// A port of this address that is free at the moment: the kernel's choice.
static uint16_t find_free_port(PublishedPort port) {
  port.host_port = 0;
  const Fd socket = bind_socket(port);
  sockaddr_in name{};
  socklen_t size = sizeof name;
  if (!socket || ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size) == -1) {
    throw_errno({"find a free port of ", port.host_address.text()});
  }
  return ntohs(name.sin_port);
}

Fd bind_port(PublishedPort& port) {
  for (int tries = 0;; ++tries) {
    // By number always: shutdown(2) lets go of a port that bind(2) has chosen (ip(7)).
    if (port.any_host_port) port.host_port = find_free_port(port);
    Fd socket = bind_socket(port);
    if (socket && (port.udp || reserve(socket))) return socket;
    const std::string what =
        join({"publish port ", port.host_address.text(), ":", std::to_string(port.host_port)});
    if (errno != EADDRINUSE) throw_errno({what});
    if (port.any_host_port && tries < 100) continue;  // taken in the meantime
    throw Failure(join({what, ": already in use"}),
                  "choose another, or end what has it: ss -lp, step7 ps");
  }
}

std::string as_nft_elements(const std::vector<PublishedPort>& ports, Address container) {
  std::string elements;
  for (const PublishedPort& port : ports) {
    const bool any = port.host_address.number == 0;
    elements += join({"element ip stepbox ", any ? "published { " : "published_on { ",
                      any ? "" : port.host_address.text() + " . ", port.udp ? "udp . " : "tcp . ",
                      std::to_string(port.host_port), " : ", container.text(), " . ",
                      std::to_string(port.container_port), " }\n"});
  }
  return elements;
}

// One line of nft for each element, with `command` in front.
static std::string script_of(const char* command, const std::string& elements) {
  std::string script;
  for (const std::string& line : split(elements, '\n')) {
    if (!line.empty()) script += join({command, " ", line, "\n"});
  }
  return script;
}

void publish(const std::string& elements) {
  if (!elements.empty()) run_nft(script_of("add", elements));
}

// `delete` of an element that does not exist fails, and with it the whole transaction; `destroy`,
// which does not fail, needs nft 1.0.7 and Linux 6.3. `add` of an existing element is no error.
void unpublish(const std::string& elements) {
  if (elements.empty() || !has_nft_table("stepbox")) return;
  run_nft(script_of("add", elements) + script_of("delete", elements));
}

}  // namespace stepbox
