// pull: fetches an image from a registry.
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/registry/registry.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_pull(int argc, char** argv) {
  Remote remote;
  VerbLine cli("pull [OPTIONS] NAME[:TAG]", "pull alpine");
  cli.option("--platform", "OS/ARCH", remote.platform, "Platform of the image (this machine's)");
  add_options(cli, remote);
  cli.parse_mixed(argc, argv);
  const std::string text = cli.take("NAME");
  cli.end();
  recover_crashed_containers();
  const Reference reference = parse_reference(text);
  const Pulled pulled = pull_image(reference, remote);
  if (!remote.quiet) {
    const char* status = pulled.is_new ? "Downloaded newer image for " : "Image is up to date for ";
    print(join({"Digest: ", pulled.digest, "\nStatus: ", status, reference.text(), "\n"}));
  }
  print(reference.full_text() + "\n");
  return 0;
}

}  // namespace stepbox
