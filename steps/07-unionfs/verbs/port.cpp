// port: lists the published ports of a container.
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_port(int argc, char** argv) {
  VerbLine cli("port [OPTIONS] CONTAINER [PORT[/tcp|/udp]]", "port box 80");
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  const std::vector<std::string> rest = cli.take_rest();
  if (rest.size() > 1) throw WordsError("unexpected word " + rest[1], "port CONTAINER [PORT]");
  std::string wanted = rest.empty() ? "" : rest[0];
  if (!rest.empty() && wanted.find('/') == wanted.npos) wanted += "/tcp";
  recover_crashed_containers();
  const Record record = find_container(reference);
  std::string text;
  for (const PublishedPort& port : record.options.network.ports) {
    if (!record.running) continue;  // its ports are closed
    const std::string inside =
        join({std::to_string(port.container_port), port.udp ? "/udp" : "/tcp"});
    const std::string outside =
        join({port.host_address.text(), ":", std::to_string(port.host_port), "\n"});
    if (wanted.empty()) text += join({inside, " -> ", outside});
    if (wanted == inside) text += outside;
  }
  if (text.empty() && !wanted.empty()) {
    throw Failure(join({"no public port for ", wanted, " of container ", reference}));
  }
  print(text);
  return 0;
}

}  // namespace stepbox
