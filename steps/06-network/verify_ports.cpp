// The claims of step 6: published ports, and the settings of the host.
#include "06-network/verify.hpp"
#include "common/files.hpp"

namespace stepbox {

CLAIM("a published port is reached from the internet", {.step = 6, .points = 2, .hint = "dnat"}) {
  const std::string word = random_word();
  stage.internet();
  Running server = start_server(subject, word, "8080");
  const std::string probe = stage.rootfs() + "/bin/probe";
  const std::string answer = stage.internet().run({probe, "ask", "tcp", kHostAddress, "8080"});
  CHECK(answer == word + " " + kInternetAddress + "\n");
  stop(server);
}

CLAIM("a published port is reached from the host",
      {.step = 6, .hint = "dnat in the output chain too; route_localnet for 127.0.0.1"}) {
  const std::string word = random_word();
  stage.internet();
  Running server = start_server(subject, word, "8080");
  for (const char* address : {"127.0.0.1", kHostAddress, "172.16.0.1"}) {
    INFO("asked at " << std::string(address));
    CHECK(holds(ask_from_host(stage, address, "8080"), word));
  }
  stop(server);
}

CLAIM("a published port is reached from another container",
      {.step = 6, .hint = "masquerade what dnat sends back to the bridge"}) {
  const std::string word = random_word();
  stage.internet();
  Running server = start_server(subject, word, "8080");
  CHECK(holds(ask_from_inside(subject, kHostAddress, "8080"), word));
  stop(server);
}

CLAIM("a connection made before the port is published does not hang",
      {.step = 6, .hint = "your socket reserves the port, and must not accept connections"}) {
  const std::string asks = "for i in $(seq 100); do \"$0\" ask tcp 127.0.0.1 8080; done; true";
  for (int start = 0; start < 5; ++start) {
    const std::string word = random_word();
    Running server = subject.start(
        {.options = {"-p", "8080:80"}, .command = {"/bin/probe", "serve", "tcp", "80", word}});
    const std::string answers = stage.on_host({"sh", "-c", asks, stage.rootfs() + "/bin/probe"});
    CHECK_FALSE_MESSAGE(holds(answers, "read: Resource temporarily unavailable"), "kept waiting");
    server.wait_for_output("ready");
    CHECK(holds(ask_from_host(stage, "127.0.0.1", "8080"), word));
    stop(server);
  }
}

CLAIM("a UDP port is published with /udp",
      {.step = 6, .hint = "the protocol is a part of what the map looks up"}) {
  const std::string word = random_word();
  stage.internet();
  Running server = subject.start(
      {.options = {"-p", "5353:53/udp"}, .command = {"/bin/probe", "serve", "udp", "53", word}});
  server.wait_for_output("ready");
  const std::string probe = stage.rootfs() + "/bin/probe";
  CHECK(holds(stage.internet().run({probe, "ask", "udp", kHostAddress, "5353"}), word));
  stop(server);
}

CLAIM("a port in use is 125", {.step = 6, .hint = "bind(2) it: then no other process can"}) {
  Running first = start_server(subject, random_word(), "8080");
  const RunSpec second{.options = {"-p", "8080:80"}, .command = {"/bin/true"}, .may_refuse = true};
  CHECK_MESSAGE(subject.run(second).status == 125, "another container has the port");
  stop(first);
  const Background program({stage.rootfs() + "/bin/probe", "serve", "tcp", "8080", "x"},
                           stage.scratch("server"), "ready");
  CHECK_MESSAGE(subject.run(second).status == 125, "a program of the host has the port");
}

CLAIM("a published port is free afterwards",
      {.step = 6, .hint = "the destructor takes out what was put in"}) {
  for (int round = 0; round < 2; ++round) {
    const std::string word = random_word();
    Running server = start_server(subject, word, "8080");
    CHECK(holds(ask_from_host(stage, "127.0.0.1", "8080"), word));
    stop(server);
    CHECK(ask_from_host(stage, "127.0.0.1", "8080") == "connect: Connection refused\n");
  }
}

CLAIM("a FORWARD policy of drop admits published ports and nothing else",
      {.step = 6, .points = 2, .hint = "accept answers, and what was led in by dnat; no more"}) {
  const std::string word = random_word();
  stage.internet();
  drop_forwarded(stage, true);
  Running server = start_server(subject, word, "8080");
  const std::string probe = stage.rootfs() + "/bin/probe";
  CHECK(holds(stage.internet().run({probe, "ask", "tcp", kHostAddress, "8080"}), word));
  const std::string out = server.out();  // next, a neighbour of the host adds a route to the subnet
  stage.internet().run({"ip", "route", "add", "172.16.0.0/16", "via", kHostAddress});
  CHECK_FALSE(holds(stage.internet().run({probe, "ask", "tcp", "172.16.0.2", "80"}), word));
  stop(server);
}

// --- Settings of the host: forwarding, br_netfilter, rp_filter, IPv6 -----------------------

namespace {

struct Setting {
  const char* file;  // below /proc/sys/net; those of the stage's own network namespace
  const char* value;
};

// Those of docker (forwarding on, br_netfilter loaded), systemd (rp_filter 2) and hardened hosts.
constexpr Setting kSettings[] = {{"ipv4/ip_forward", "0"},
                                 {"ipv4/ip_forward", "1"},
                                 {"bridge/bridge-nf-call-iptables", "0"},
                                 {"bridge/bridge-nf-call-iptables", "1"},
                                 {"ipv4/conf/all/rp_filter", "1"},
                                 {"ipv4/conf/all/rp_filter", "2"}};

// Deletes the bridge first: step 6 changes settings only when it makes the bridge.
void set_anew(const Stage& stage, const Setting& setting) {
  stage.on_host({"sh", "-c", "ip link delete stepbox0 2>&- || :; echo $1 >\"/proc/sys/net/$0\"",
                 setting.file, setting.value});
}

}  // namespace

CLAIM("ways in and out work however the host is set",
      {.step = 6,
       .hint = "ip_forward on; rules that hold with and without br_netfilter and rp_filter"}) {
  const std::string word = random_word();
  const auto outside = serve_in_internet(stage, word);
  const std::string probe = stage.rootfs() + "/bin/probe";
  for (const Setting& setting : kSettings) {
    if (!exists(std::string("/proc/sys/net/") + setting.file)) continue;  // br_netfilter not loaded
    CAPTURE(std::string(setting.file) + " = " + setting.value);
    set_anew(stage, setting);
    Running server = start_server(subject, word, "8080");
    CHECK(holds(ask_from_inside(subject, kInternetAddress, "80"), word));
    CHECK(holds(ask_from_inside(subject, kHostAddress, "8080"), word));
    CHECK(holds(ask_from_host(stage, "127.0.0.1", "8080"), word));
    CHECK(holds(stage.internet().run({probe, "ask", "tcp", kHostAddress, "8080"}), word));
    stop(server);
  }
}

CLAIM("the host speaks no IPv6 on the bridge",
      {.step = 6, .hint = "disable_ipv6: it would take any container for its router"}) {
  const std::string settings = "/proc/sys/net/ipv6/conf/";
  if (!exists(settings)) skip("this kernel has no IPv6");
  CHECK(subject.run({.command = {"/bin/true"}}).status == 0);
  const std::string bridge = settings + "stepbox0/disable_ipv6";
  REQUIRE_MESSAGE(exists(bridge), "no bridge stepbox0");
  CHECK(read_file(bridge) == "1\n");
}

}  // namespace stepbox
