// create: creates a container for `start` to run.
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/storage/overlay.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_create(int argc, char** argv) {
  VerbLine cli("create [OPTIONS] ROOTFS-or-IMAGE [COMMAND] [ARG...]",
               "create --name box busybox /bin/sh");
  PullOptions pull;
  add_options(cli, pull);
  const Options options = parse_options(cli, argc, argv);
  recover_container_records();
  Container held = create_container(options, pull);
  tell_of_directory(held);
  const Overlay layer(held.image().layers, held.directory(), storage_options(held.options()),
                      false);  // for diff, commit
  held.created();
  print(held.id() + "\n");
  return 0;
}

}  // namespace stepbox
