// create: a new container that does not run yet. `start` runs it.
#include <unistd.h>

#include <cstdio>

#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_create(int argc, char** argv, Runner) {
  CommandLine cli("create [OPTIONS] ROOTFS-or-IMAGE [COMMAND] [ARG...]",
                  "create --name box busybox /bin/sh");
  const Options options = parse_options(cli, argc, argv);
  settle_containers();
  Container held(options);
  held.created();
  ::dprintf(STDOUT_FILENO, "%s\n", held.id().c_str());
  return 0;
}

}  // namespace stepbox
