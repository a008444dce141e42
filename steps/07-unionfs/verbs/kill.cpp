// kill: sends a signal to containers, KILL by default.
#include <signal.h>

#include <algorithm>

#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_kill(int argc, char** argv) {
  Signal signal{SIGKILL};
  VerbLine cli("kill [OPTIONS] CONTAINER...", "kill -s HUP box");
  cli.option("-s,--signal", "SIGNAL", signal, "Signal to send: HUP, SIGHUP or 1 (KILL)");
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  recover_crashed_containers();
  std::vector<NamedStop> killed;  // waited for after all signals are sent
  const int status = for_each_of(references, [&](const std::string& reference) {
    const Record record = find_container(reference);
    if (signal.number == SIGKILL) {
      killed.emplace_back(reference, begin_kill(record));
      return;
    }
    send_signal(record, signal.number);
    print(reference + "\n");
  });
  return std::max(status, for_each_of(killed, finish));
}

}  // namespace stepbox
