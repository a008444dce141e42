// tag: gives another name to an image.
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int verb_tag(int argc, char** argv) {
  VerbLine cli("tag IMAGE NAME[:TAG]", "tag alpine mine:1");
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("IMAGE");
  const std::string name = cli.take("NAME");
  cli.end();
  recover_crashed_containers();
  tag_image(reference, name);
  return 0;
}

}  // namespace stepbox
