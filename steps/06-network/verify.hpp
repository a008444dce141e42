// Shared by the claims of step 6: servers, clients, and the firewall of another program.
#ifndef STEPBOX_STEPS_06_NETWORK_VERIFY_HPP_
#define STEPBOX_STEPS_06_NETWORK_VERIFY_HPP_

#include <memory>
#include <string>
#include <vector>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

// Asks a server from a container; returns its answer.
inline std::string ask_from_inside(Subject& subject, const std::string& address,
                                   const std::string& port,
                                   const std::vector<std::string>& options = {}) {
  return subject.run({.options = options, .command = {"/bin/probe", "ask", "tcp", address, port}})
      .out;
}

// Asks a server from the host, with the probe of the rootfs.
inline std::string ask_from_host(const Stage& stage, const std::string& address,
                                 const std::string& port) {
  const std::string script = "\"$0\" ask tcp " + address + " " + port + " || true";
  return stage.on_host({"sh", "-c", script, stage.rootfs() + "/bin/probe"});
}

// A container that serves `word` on port 80, published as `port` of the host.
inline Running start_server(Subject& subject, const std::string& word, const std::string& port) {
  Running server = subject.start(
      {.options = {"-p", port + ":80"}, .command = {"/bin/probe", "serve", "tcp", "80", word}});
  server.wait_for_output("ready");
  return server;
}

// A server on port 80 of the internet (stage/internet.hpp).
inline std::unique_ptr<Background> serve_in_internet(Stage& stage, const std::string& word) {
  const std::string probe = stage.rootfs() + "/bin/probe";
  auto server =
      std::make_unique<Background>(stage.internet().out_there({probe, "serve", "tcp", "80", word}),
                                   stage.scratch("server"), "ready");
  stage.census_before();
  return server;
}

// The firewall of another program, which drops all forwarded packets.
inline void drop_forwarded(Stage& stage, bool as_docker_does) {
  const std::string rules = stage.scratch("firewall");
  create_file(rules, std::string("table ip filter {\n") +
                         (as_docker_does ? "chain DOCKER-USER {\n return\n }\n" : "") +
                         "chain FORWARD {\n type filter hook forward priority 0; policy drop;\n" +
                         (as_docker_does ? "jump DOCKER-USER\n" : "") + "}\n}\n");
  stage.on_host({"nft", "-f", rules});
  stage.census_before();
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_VERIFY_HPP_
