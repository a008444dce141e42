// history: shows the steps that an image was made in, the last one first.
#include <time.h>

#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/id.hpp"

namespace stepbox {

int verb_history(int argc, char** argv) {
  bool whole = false, quiet = false;
  Format format;
  VerbLine cli("history [OPTIONS] IMAGE", "history alpine");
  cli.flag("--no-trunc", whole, "Do not truncate ids and commands");
  cli.flag("-q,--quiet", quiet, "Print ids only");
  add_format_option(cli, format);
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("IMAGE");
  cli.end();
  recover_crashed_containers();
  const std::string id = find_image_id(reference);
  const ImageConfigFile file = read_config_file(id);

  Listing listing({{"IMAGE", "ID"},
                   {"CREATED", "CreatedSince"},
                   {"", "CreatedAt"},
                   {"CREATED BY", "CreatedBy"},
                   {"SIZE", "Size"},
                   {"COMMENT", "Comment"}});
  std::string image = whole ? "sha256:" + id : short_id(id), ids;
  auto layer = file.diff_ids.rbegin();
  for (auto making = file.history.rbegin(); making != file.history.rend(); ++making) {
    const bool has_layer = !making->empty_layer && layer != file.diff_ids.rend();
    const int64_t size = has_layer ? layer_size(*layer++) : 0;
    ids += image + "\n";
    listing.add({image, as_duration(::time(nullptr) - making->created) + " ago",
                 as_timestamp(making->created),
                 whole ? making->created_by : shortened(making->created_by, 45), as_size(size),
                 making->comment});
    image = "<missing>";  // docker's word for the image of an earlier step
  }
  print(quiet ? ids : listing.text(format));
  return 0;
}

}  // namespace stepbox
