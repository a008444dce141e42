// kill: sends containers a signal, KILL if none is named.
#include <signal.h>

#include <algorithm>

#include "07-unionfs/containers/stopping.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_kill(int argc, char** argv, Runner) {
  Signal signal{SIGKILL};
  CommandLine cli("kill [OPTIONS] CONTAINER...", "kill -s HUP box");
  cli.option("-s,--signal", "SIGNAL", signal, "Which one, as HUP, SIGHUP or 1 (KILL)");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> references = cli.take_all("CONTAINER");
  settle();
  std::vector<NamedStop> killed;  // and then waited for
  const int status = for_each_container(references, [&](const std::string& reference) {
    const Record record = find_container(reference);
    if (signal.number == SIGKILL) {
      killed.emplace_back(reference, begin_kill(record));
      return;
    }
    send_signal(record, signal.number);
    print(reference + "\n");
  });
  return std::max(status, for_each_container(killed, finish));
}

}  // namespace stepbox
