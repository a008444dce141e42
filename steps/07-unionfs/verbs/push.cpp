// push: copies an image to a registry.
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/registry/registry.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_push(int argc, char** argv) {
  Remote remote;
  VerbLine cli("push [OPTIONS] NAME[:TAG]", "push registry.example.org/mine:1");
  cli.flag("-q,--quiet", remote.quiet, "Do not print progress");
  add_option(cli, remote.tls);
  cli.parse_mixed(argc, argv);
  const Reference reference = parse_reference(cli.take("NAME"));
  cli.end();
  recover_crashed_containers();
  if (id_of_tag(reference.text()).empty()) {
    throw Failure("no image has the name " + reference.text(), "tag IMAGE NAME gives one");
  }
  const std::string digest = push_image(reference, remote);
  print(remote.quiet ? reference.full_text() + "\n"
                     : join({reference.tag, ": digest: ", digest, "\n"}));
  return 0;
}

}  // namespace stepbox
