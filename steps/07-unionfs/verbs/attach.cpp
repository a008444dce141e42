// attach: connects the terminal, or standard input and output, to a running container.
#include "07-unionfs/console/attach.hpp"

#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/id.hpp"
#include "common/openers.hpp"

namespace stepbox {

int attach_to(const Record& record, AttachOptions options) {
  if (!record.running) {
    throw Failure(join({"container ", short_id(record.id), " is ", state_of(record)}),
                  "attach needs a running container; start it");
  }
  options.tty = record.options.console.tty;
  options.input = options.input && record.options.console.interactive;
  check_terminal(options);
  const Fd monitor = open_pidfd(record.holder);
  const Fd line = connect_to(record.id);  // after it: as there is a monitor, that was its number
  if (!line) {
    throw Failure(join({"container ", short_id(record.id), " has no monitor"}),
                  "it runs in the foreground of another terminal");
  }
  const std::optional<int> status = attach(line, monitor, options);
  return status ? *status : wait_for_end(record);
}

int verb_attach(int argc, char** argv) {
  bool no_input = false;
  AttachOptions options;
  VerbLine cli("attach [OPTIONS] CONTAINER", "attach box");
  add_options(cli, options);
  cli.flag("--no-stdin", no_input, "Do not attach standard input");
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  cli.end();
  recover_container_records();
  options.input = !no_input;
  return attach_to(find_container(reference), options);
}

}  // namespace stepbox
