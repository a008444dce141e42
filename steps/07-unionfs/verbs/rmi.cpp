// rmi: removes a name of an image; with the last name the image and the layers that only it has.
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_rmi(int argc, char** argv) {
  bool force = false;
  VerbLine cli("rmi [OPTIONS] IMAGE...", "rmi alpine");
  cli.flag("-f,--force", force, "Remove the names even if containers use the image");
  cli.parse_mixed(argc, argv);
  recover_crashed_containers();
  return for_each_of(cli.take_all("IMAGE"), [&](const std::string& reference) {
    for (const std::string& line : remove_image(reference, force, image_users)) print(line + "\n");
  });
}

}  // namespace stepbox
