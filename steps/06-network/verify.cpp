// The claims of step 6: addresses, and connections to other hosts. Published ports:
// verify_ports.cpp.
#include "06-network/verify.hpp"

#include <signal.h>
#include <unistd.h>

#include <set>

namespace stepbox {

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

CLAIM("--network none reaches no address", {.step = 6, .hint = "no cable, no route: lo alone"}) {
  const std::string word = random_word();
  const auto server = serve_in_internet(stage, word);
  CHECK(holds(ask_from_inside(subject, kInternetAddress, "80"), word));
  for (const char* address : {kInternetAddress, kHostAddress, "172.16.0.1"}) {
    const std::string answer = ask_from_inside(subject, address, "80", {"--network", "none"});
    CHECK(answer == "connect: Network is unreachable\n");
  }
}

CLAIM("--network none has only a loopback device",
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

CLAIM("a FORWARD policy of drop does not cut the container off",
      {.step = 6, .points = 2, .hint = "an accept elsewhere does not overrule a drop: FORWARD"}) {
  const std::string word = random_word();
  const auto server = serve_in_internet(stage, word);
  drop_forwarded(stage, false);
  CHECK(holds(ask_from_inside(subject, kInternetAddress, "80"), word));
}

CLAIM("docker's FORWARD chain does not cut the container off", {.step = 6, .hint = "DOCKER-USER"}) {
  const std::string word = random_word();
  const auto server = serve_in_internet(stage, word);
  drop_forwarded(stage, true);
  CHECK(holds(ask_from_inside(subject, kInternetAddress, "80"), word));
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

CLAIM("a name server on the host's loopback is not copied into the container",
      {.step = 6, .hint = "leave out nameserver 127.…"}) {
  const std::string ours = stage.scratch("resolv.conf");
  create_file(ours, "nameserver 127.0.0.53\nnameserver 203.0.113.54\n");
  stage.on_host({"mount", "--bind", ours, "/etc/resolv.conf"});
  stage.census_before();
  const Run run = subject.run({.command = {"/bin/cat", "/etc/resolv.conf"}});
  CHECK(holds(run.out, "203.0.113.54"));
  CHECK_FALSE(holds(run.out, "127.0.0.53"));
}

CLAIM("on a host with name servers on its loopback only the container gets others",
      {.step = 6, .hint = "systemd-resolved's own resolv.conf; else public ones, and a warning"}) {
  const std::string ours = stage.scratch("resolv.conf");
  create_file(ours, "nameserver 127.0.0.53\noptions edns0\n");
  stage.on_host({"mount", "--bind", ours, "/etc/resolv.conf"});
  stage.on_host({"mount", "-t", "tmpfs", "none", "/run/systemd"});
  stage.census_before();
  const RunSpec spec{.command = {"/bin/cat", "/etc/resolv.conf"}};
  const Run none = subject.run(spec);
  CHECK(holds(none.out, "nameserver 8.8.8.8\n"));
  CHECK(holds(none.err, "using 8.8.8.8; --dns"));
  make_directories("/run/systemd/resolve");
  create_file("/run/systemd/resolve/resolv.conf", "nameserver 203.0.113.54\n");
  const Run resolved = subject.run(spec);
  CHECK(holds(resolved.out, "nameserver 203.0.113.54\n"));
  CHECK(holds(resolved.out, "options edns0\n"));
  CHECK(resolved.err == "");
}

CLAIM("a rootfs without /etc/hosts gets none and a warning",
      {.step = 6, .kind = kHole, .closed = 7}) {
  CHECK(::unlink((stage.rootfs() + "/etc/hosts").c_str()) == 0);
  const Run run = subject.run({.command = {"/bin/cat", "/etc/hosts"}});
  CHECK(run.status == 1);
  CHECK(holds(run.err, "no /etc/hosts in the root file system"));
}

// --- Addresses and leftovers ---------------------------------------------------------------

CLAIM("50 starts at once get 50 addresses",
      {.step = 6, .points = 3, .hint = "lease under a lock; never a random number"}) {
  std::vector<Running> containers;
  const int starts = subject.repeats(50);
  for (int i = 0; i < starts; ++i) {
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
  CHECK(addresses.size() == static_cast<size_t>(starts));
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

CLAIM("no veth or rule or lease is left even after kill -9",
      {.step = 6, .points = 2, .hint = "the next start gives back what the dead had"}) {
  Running server = start_server(subject, random_word(), "8080");
  CHECK(holds(stage.on_host({"ip", "-o", "link"}), " sb-"));
  server.kill_hard();
  subject.settle();  // the stage counts what is left
}

}  // namespace stepbox
