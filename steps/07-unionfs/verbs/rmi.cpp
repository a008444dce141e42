// rmi: an image loses a name; with its last one it goes, and the layers that no other image has.
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_rmi(int argc, char** argv, Runner) {
  bool force = false;
  CommandLine cli("rmi [OPTIONS] IMAGE...", "rmi alpine");
  cli.flag("-f,--force", force, "Take its names, even if containers use it");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  settle();
  return for_each_container(cli.take_all("IMAGE"), [&](const std::string& reference) {
    for (const std::string& line : remove_image(reference, force, image_users)) print(line + "\n");
  });
}

}  // namespace stepbox
