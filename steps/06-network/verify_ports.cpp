// The claims of step 6: ports that lead in.
#include "06-network/verify.hpp"

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
  const std::string out = server.out();  // a neighbour who routes our subnet to us asks directly
  stage.internet().run({"ip", "route", "add", "172.16.0.0/16", "via", kHostAddress});
  CHECK_FALSE(holds(stage.internet().run({probe, "ask", "tcp", "172.16.0.2", "80"}), word));
  stop(server);
}

}  // namespace stepbox
