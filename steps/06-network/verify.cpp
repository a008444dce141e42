// The claims of step 6: an address of its own, a way out, and ports that lead in.
#include <signal.h>
#include <unistd.h>

#include <set>

#include "common/files.hpp"
#include "common/testing/claim.hpp"
#include "common/testing/stage.hpp"
#include "common/testing/subject.hpp"

namespace stepbox {
namespace {

// Asks a server from inside a container; returns what it answered.
std::string ask_from_inside(Subject& subject, const std::string& address, const std::string& port,
                            const std::vector<std::string>& options = {}) {
  return subject.run({.options = options, .command = {"/bin/probe", "ask", "tcp", address, port}})
      .out;
}

// Asks from the host, whose probe is the rootfs's.
std::string ask_from_host(const Stage& stage, const std::string& address, const std::string& port) {
  const std::string script = "\"$0\" ask tcp " + address + " " + port + " || true";
  return stage.on_host({"sh", "-c", script, stage.rootfs() + "/bin/probe"});
}

// A container that serves `word` on port 80, published as `port` of the host.
Running start_server(Subject& subject, const std::string& word, const std::string& port) {
  Running server = subject.start(
      {.options = {"-p", port + ":80"}, .command = {"/bin/probe", "serve", "tcp", "80", word}});
  server.wait_for_output("ready");
  return server;
}

void stop(Running& running) {
  running.signal(SIGTERM);
  running.wait();
}

// A server in the internet, on port 80.
std::unique_ptr<Background> serve_in_internet(Stage& stage, const std::string& word) {
  const std::string probe = stage.rootfs() + "/bin/probe";
  auto server =
      std::make_unique<Background>(stage.internet().out_there({probe, "serve", "tcp", "80", word}),
                                   stage.scratch("server"), "ready");
  stage.census_before();
  return server;
}

// Somebody else's firewall, which drops all that is forwarded.
void drop_forwarded(Stage& stage, bool as_docker_does) {
  const std::string rules = stage.scratch("firewall");
  create_file(rules, std::string("table ip filter {\n") +
                         (as_docker_does ? "chain DOCKER-USER {\n return\n }\n" : "") +
                         "chain FORWARD {\n type filter hook forward priority 0; policy drop;\n" +
                         (as_docker_does ? "jump DOCKER-USER\n" : "") + "}\n}\n");
  stage.on_host({"nft", "-f", rules});
  stage.census_before();
}

}  // namespace

// --- Who answers a ping? ------------------------------------------------------------------

CLAIM("lo answers", {.step = 6, .hint = "a new network namespace has its lo down"}) {
  CHECK(subject.run({.command = {"/bin/ping", "-c1", "-W2", "127.0.0.1"}}).status == 0);
}

CLAIM("the bridge answers",
      {.step = 6,
       .points = 2,
       .hint = "a bridge with an address; a veth from it to the inside; both ends up"}) {
  CHECK(subject.run({.command = {"/bin/ping", "-c1", "-W2", "172.16.0.1"}}).status == 0);
}

CLAIM("one container reaches another by its address",
      {.step = 6, .points = 2, .hint = "both in one bridge, and in one subnet"}) {
  const std::string word = random_word();
  Running server = subject.start(
      {.command = {"/bin/sh", "-c",
                   "ip -4 -o address show dev eth0 && exec /bin/probe serve tcp 80 " + word}});
  server.wait_for_output("ready");
  const std::string out = server.out();  // "2: eth0    inet 172.16.0.2/16 brd …"
  const size_t start = out.find("inet ") + 5;
  const std::string address = out.substr(start, out.find('/', start) - start);
  CHECK(holds(ask_from_inside(subject, address, "80"), word));
  stop(server);
}

// --- The way out --------------------------------------------------------------------------

CLAIM("the internet is reached with the host's address",
      {.step = 6, .points = 3, .hint = "ip_forward, and masquerade in postrouting"}) {
  const std::string word = random_word();
  const auto server = serve_in_internet(stage, word);
  CHECK(ask_from_inside(subject, kInternetAddress, "80") == word + " " + kHostAddress + "\n");
}

CLAIM("--network none leads nowhere", {.step = 6, .hint = "no cable, no route: lo alone"}) {
  const std::string word = random_word();
  const auto server = serve_in_internet(stage, word);
  CHECK(holds(ask_from_inside(subject, kInternetAddress, "80"), word));
  for (const char* address : {kInternetAddress, kHostAddress, "172.16.0.1"}) {
    const std::string answer = ask_from_inside(subject, address, "80", {"--network", "none"});
    CHECK(answer == "connect: Network is unreachable\n");
  }
}

CLAIM("--network none has no way out and none in",
      {.step = 6, .hint = "a network namespace, and no veth"}) {
  const Run run = subject.run({.options = {"--network", "none"},
                               .command = {"/bin/sh", "-c", "ls /sys/class/net; ip route"}});
  CHECK(run.out == "lo\n");
  CHECK(subject.run({.command = {"/bin/ls", "/sys/class/net"}}).out == "eth0\nlo\n");
}

CLAIM("--network host is the host's network", {.step = 6, .hint = "leave CLONE_NEWNET out"}) {
  const Run run = subject.run(
      {.options = {"--network", "host"}, .command = {"/bin/readlink", "/proc/self/ns/net"}});
  CHECK(run.out == Stage::namespace_of(::getpid(), "net") + "\n");
}

CLAIM("a FORWARD policy of drop does not cut it off",
      {.step = 6, .points = 2, .hint = "an accept elsewhere does not overrule a drop: FORWARD"}) {
  const std::string word = random_word();
  const auto server = serve_in_internet(stage, word);
  drop_forwarded(stage, false);
  CHECK(holds(ask_from_inside(subject, kInternetAddress, "80"), word));
}

CLAIM("docker's FORWARD chain does not cut it off", {.step = 6, .hint = "DOCKER-USER"}) {
  const std::string word = random_word();
  const auto server = serve_in_internet(stage, word);
  drop_forwarded(stage, true);
  CHECK(holds(ask_from_inside(subject, kInternetAddress, "80"), word));
}

CLAIM("where FORWARD drops a published port leads in and no other way does",
      {.step = 6, .points = 2, .hint = "accept answers, and what was led in by dnat; no more"}) {
  const std::string word = random_word();
  stage.internet();
  drop_forwarded(stage, true);
  Running server = start_server(subject, word, "8080");
  const std::string probe = stage.rootfs() + "/bin/probe";
  CHECK(holds(stage.internet().run({probe, "ask", "tcp", kHostAddress, "8080"}), word));
  const std::string out = server.out();  // a neighbour who routes our subnet to us asks directly
  stage.internet().run({"ip", "route", "add", "172.16.0.0/16", "via", kHostAddress});
  CHECK_FALSE(holds(stage.internet().run({probe, "ask", "tcp", "172.16.0.2", "80"}), word));
  stop(server);
}

// --- Ports that lead in -------------------------------------------------------------------

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

CLAIM("who comes before a port leads in is not kept waiting",
      {.step = 6, .hint = "until nftables leads the port away, your own socket takes who comes"}) {
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

CLAIM("a port in use is 125", {.step = 6, .hint = "bind(2) it: so nobody else can"}) {
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
    INFO("round " << round);
    const std::string word = random_word();
    Running server = start_server(subject, word, "8080");
    CHECK(holds(ask_from_host(stage, "127.0.0.1", "8080"), word));
    stop(server);
    CHECK(ask_from_host(stage, "127.0.0.1", "8080") == "connect: Connection refused\n");
  }
}

// --- Names --------------------------------------------------------------------------------

CLAIM("--dns and --add-host are known inside",
      {.step = 6, .hint = "files of the container's own, bound over those in /etc"}) {
  const Run run =
      subject.run({.options = {"--dns", "203.0.113.53", "--add-host", "friend:203.0.113.7"},
                   .command = {"/bin/cat", "/etc/resolv.conf", "/etc/hosts"}});
  CHECK(holds(run.out, "nameserver 203.0.113.53\n"));
  CHECK(holds(run.out, "203.0.113.7\tfriend\n"));
  CHECK_MESSAGE(read_file(stage.rootfs() + "/etc/resolv.conf") == "",
                "the rootfs itself must stay as it was");
}

CLAIM("no name server on the host's loopback is handed on",
      {.step = 6, .hint = "leave out nameserver 127.…"}) {
  const std::string ours = stage.scratch("resolv.conf");
  create_file(ours, "nameserver 127.0.0.53\nnameserver 203.0.113.54\n");
  stage.on_host({"mount", "--bind", ours, "/etc/resolv.conf"});
  stage.census_before();
  const Run run = subject.run({.command = {"/bin/cat", "/etc/resolv.conf"}});
  CHECK(holds(run.out, "203.0.113.54"));
  CHECK_FALSE(holds(run.out, "127.0.0.53"));
}

// --- Addresses, and what is left ----------------------------------------------------------

CLAIM("50 starts at once get 50 addresses",
      {.step = 6, .points = 3, .hint = "lease under a lock; never a random number"}) {
  std::vector<Running> containers;
  for (int i = 0; i < 50; ++i) {
    containers.push_back(subject.start(
        {.command = {"/bin/sh", "-c", "ip -4 -o address show dev eth0; exec /bin/probe wait"},
         .environment = {"STEPBOX_SUBNET=10.77.0.0/26"}}));
  }
  std::set<std::string> addresses;
  for (const Running& container : containers) {
    container.wait_for_output("ready");
    const std::string out = container.out();
    if (holds(out, "inet 10.77.0.")) addresses.insert(out.substr(out.find("inet ")));
  }
  CHECK(addresses.size() == 50);
  for (const Running& container : containers) container.signal(SIGTERM);
  for (Running& container : containers) container.wait();
}

CLAIM("a subnet that the host routes elsewhere is 125",
      {.step = 6, .hint = "/proc/net/route, before the bridge is made"}) {
  stage.internet();
  const Run run = subject.run({.command = {"/bin/true"},
                               .environment = {"STEPBOX_SUBNET=203.0.113.0/24"},
                               .may_refuse = true});
  CHECK(run.status == 125);
}

CLAIM("no veth and no rule and no lease is left even after kill -9",
      {.step = 6, .points = 2, .hint = "the next start gives back what the dead had"}) {
  Running server = start_server(subject, random_word(), "8080");
  CHECK(holds(stage.on_host({"ip", "-o", "link"}), " sb-"));
  server.kill_hard();
  subject.settle();  // the stage counts what is left
}

}  // namespace stepbox
