// tag: one more name for an image.
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_tag(int argc, char** argv, Runner) {
  CommandLine cli("tag IMAGE NAME[:TAG]", "tag alpine mine:1");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("IMAGE");
  const std::string name = cli.take("NAME");
  cli.end();
  settle();
  tag_image(reference, name);
  return 0;
}

}  // namespace stepbox
