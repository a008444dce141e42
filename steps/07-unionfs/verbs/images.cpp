// images: what is in the store, the newest first; a line for each name.
#include <time.h>

#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/id.hpp"

namespace stepbox {

namespace {

struct ImagesOptions {
  bool all = false, quiet = false, whole = false, digests = false;
  Format format = Format::kTable;
};

// Without a name given, all names; else those of this repository, or this tag of it.
bool is_meant(const Reference& name, const std::string& wanted) {
  if (wanted.empty()) return true;
  if (!is_reference(wanted)) return false;
  const Reference reference = parse_reference(wanted);
  const bool any_tag = wanted.find(':', wanted.rfind('/') + 1) == wanted.npos;
  return name.repository == reference.repository && (any_tag || name.tag == reference.tag);
}

std::string list(const std::string& wanted, const ImagesOptions& options) {
  std::string ids;
  Listing listing({{"REPOSITORY", "Repository"},
                   {"TAG", "Tag"},
                   // A registry's, which docker knows of what it has pulled: nothing here was.
                   {options.digests ? "DIGEST" : "", "Digest"},
                   {"IMAGE ID", "ID"},
                   {"CREATED", "CreatedSince"},
                   {"", "CreatedAt"},
                   {"SIZE", "Size"}});
  for (const StoredImage& image : all_images()) {
    std::vector<Reference> names;
    for (const std::string& name : image.names) names.push_back(parse_reference(name));
    if (names.empty() && wanted.empty()) names.push_back({"<none>", "<none>"});
    for (const Reference& name : names) {
      if (!is_meant(name, wanted)) continue;
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

int verb_images(int argc, char** argv, Runner) {
  ImagesOptions options;
  CommandLine cli("images [OPTIONS] [NAME[:TAG]]", "images");
  cli.flag("-a,--all", options.all, "All of them, as without it: for fingers that know docker");
  cli.flag("-q,--quiet", options.quiet, "Ids only");
  cli.flag("--digests", options.digests, "A registry's digest, too: <none>, for none was pulled");
  cli.flag("--no-trunc", options.whole, "Whole ids");
  add_format_option(cli, options.format);
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> words = cli.take_rest();
  if (words.size() > 1) throw UsageError("images takes one name: " + words[1]);
  settle();
  print(list(words.empty() ? "" : words[0], options));
  return 0;
}

}  // namespace stepbox
