// images: lists the images of the store, the newest first, one line for each name.
#include <time.h>

#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/formats/image_filters.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/id.hpp"

namespace stepbox {

namespace {

struct ImagesOptions {
  bool quiet = false, whole = false, digests = false;
  Format format;
  std::vector<ImageFilter> filters;
};

// Whether `name` has the repository, and the tag if there is one, of `wanted`; all have none.
bool is_meant(const Reference& name, const std::string& wanted) {
  if (wanted.empty()) return true;
  if (!is_reference(wanted)) return false;
  const Reference reference = parse_reference(wanted);
  const bool any_tag = wanted.find(':', wanted.rfind('/') + 1) == wanted.npos;
  return name.repository == reference.repository && (any_tag || name.tag == reference.tag);
}

std::string list(const std::string& wanted, ImagesOptions options) {
  std::string ids;
  Listing listing({{"REPOSITORY", "Repository"},
                   {"TAG", "Tag"},
                   // The digest in a registry: it is not kept.
                   {options.digests ? "DIGEST" : "", "Digest"},
                   {"IMAGE ID", "ID"},
                   {"CREATED", "CreatedSince"},
                   {"", "CreatedAt"},
                   {"SIZE", "Size"}});
  const std::vector<StoredImage> images = all_images();
  resolve(options.filters, images);
  for (const StoredImage& image : images) {
    std::vector<Reference> names;
    for (const std::string& name : image.names) names.push_back(parse_reference(name));
    if (names.empty() && wanted.empty()) names.push_back({"<none>", "<none>"});
    for (const Reference& name : names) {
      if (!is_meant(name, wanted)) continue;
      if (!matches(options.filters, image, image.names.empty() ? "" : name.text())) continue;
      const std::string id = options.whole ? "sha256:" + image.id : short_id(image.id);
      ids += id + "\n";
      listing.add({name.repository, name.tag, "<none>", id,
                   as_duration(::time(nullptr) - image.created) + " ago", as_date(image.created),
                   as_size(image.size)});
    }
  }
  return options.quiet ? ids : listing.text(options.format);
}

}  // namespace

int verb_images(int argc, char** argv) {
  ImagesOptions options;
  VerbLine cli("images [OPTIONS] [NAME[:TAG]]", "images");
  cli.flag("-q,--quiet", options.quiet, "Print ids only");
  cli.flag("--digests", options.digests,
           "Add a column of digests in a registry: <none>, as they are not kept");
  cli.flag("--no-trunc", options.whole, "Do not truncate ids");
  cli.list("-f,--filter", "KEY=VALUE", options.filters,
           "Show images with this before=, dangling=, label=, reference= or since=");
  add_format_option(cli, options.format);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> words = cli.take_rest();
  if (words.size() > 1) throw WordsError("images takes one name: " + words[1]);
  recover_crashed_containers();
  print(list(words.empty() ? "" : words[0], options));
  return 0;
}

}  // namespace stepbox
