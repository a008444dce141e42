#include "07-unionfs/images/archive_index.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/images/image_config.hpp"
#include "07-unionfs/images/image_json.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/images/old_archive.hpp"
#include "common/id.hpp"

namespace stepbox {

std::string checked_text(const ArchiveFiles& files, const ImagePart& part) {
  const std::string text = files.text(part.file);
  if (!part.digest.empty() && digest_of(text, part.digest.size()) != part.digest) {
    throw Failure(join({"read the image: ", part.file, " is damaged"}),
                  "its digest does not match");
  }
  return text;
}

namespace {

std::string digest_in(const Json& descriptor) {
  return required(descriptor, "manifest", "digest").get<std::string>();
}

// --- An index, with manifests or further indexes in it ------------------------------------

// Where files are: all of an OCI layout in blobs/ALGORITHM/; beside the manifest in skopeo's
// dir:FOLDER, where those of an index are called HEX.manifest.json.
class Index {
 public:
  Index(const ArchiveFiles& files, bool is_layout) : files_(files), is_layout_(is_layout) {}

  // The image that a descriptor names: of an index the first for this machine. None if it names no
  // image, or one for another platform.
  std::optional<ArchivedImage> find(const Json& descriptor, int depth = 0) {
    // An index may name another very often. The second time it has nothing for this machine,
    // either.
    if (!fits(descriptor) || (depth > 0 && !seen_.insert(digest_in(descriptor)).second)) return {};
    const auto read = [&](const Json& json) { return find_in(json, depth); };
    auto image =
        read_json(checked_text(files_, part(descriptor, ".manifest.json")), "manifest", read);
    const bool is_one_of_several = depth > 0 && !descriptor.contains("platform");
    if (image && is_one_of_several && !config_fits(*image)) return {};
    return image;
  }

  std::optional<ArchivedImage> find_in(const Json& json, int depth = 0) {
    if (depth > 3) throw Failure("read the image: more than 3 levels of indexes");
    if (!json.is_object() || !json.contains("manifests")) return image_in(json);
    for (const Json& descriptor : json.at("manifests")) {
      if (auto found = find(descriptor, depth + 1)) return found;
    }
    return {};
  }

  // Call it last. Says what find() passed over: in one warning, or in the error if it found
  // nothing.
  void report_others(bool found) const {
    std::string others;
    for (const std::string& other : others_) others += (others.empty() ? "" : ", ") + other;
    if (!found) {
      throw Failure("no image in it is for linux/" + own_architecture(),
                    others.empty() ? "" : "it holds " + others);
    }
    if (!others.empty()) warn({"passed over in the archive: ", others});
  }

 private:
  ImagePart part(const Json& descriptor, const char* ending = "") const {
    const std::string digest = digest_in(descriptor);
    const std::string hex = hex_of_any_digest(digest);
    if (!is_layout_) return {hex + ending, hex};
    return {join({"blobs/", digest.substr(0, digest.find(':')), "/", hex}), hex};
  }

  // Whether the descriptor's platform is this machine's, or is not given.
  bool fits(const Json& descriptor) {
    const Json platform = member<Json>(descriptor, "platform");
    if (platform.empty()) return true;
    return fits(text_in(platform, "os"), text_in(platform, "architecture"));
  }
  bool config_fits(const ArchivedImage& image) {
    return read_json(checked_text(files_, image.config), "config", [&](const Json& config) {
      const std::string architecture = text_in(config, "architecture");
      return architecture.empty() || fits(text_in(config, "os"), architecture);
    });
  }
  bool fits(const std::string& os, const std::string& architecture) {
    if (os == "linux" && architecture == own_architecture()) return true;
    others_.insert(os == "unknown" ? "attestations" : join({os, "/", architecture}));
    return false;
  }

  // Signatures, attestations and other artifacts are manifests, too; their "layers" are no tars.
  std::optional<ArchivedImage> image_in(const Json& manifest) {
    ArchivedImage image{
        .names = {}, .config = part(required(manifest, "manifest", "config")), .layers = {}};
    const std::string type = text_in(manifest.at("config"), "mediaType");
    bool is_image = type.empty() || type.find(".image.") != type.npos;
    for (const Json& layer : required(manifest, "manifest", "layers")) {
      const std::string kind = text_in(layer, "mediaType");
      is_image = is_image && (kind.empty() || kind.find("tar") != kind.npos);
      image.layers.push_back(part(layer));
    }
    if (is_image) return image;
    others_.insert("signatures or other artifacts");
    return {};
  }

  const ArchiveFiles& files_;
  bool is_layout_;
  std::set<std::string> others_;
  std::set<std::string> seen_;  // digests of what an index names
};

// --- A docker archive: [{"Config": FILE, "RepoTags": […], "Layers": [FILE, …]}] -----------

// A file that is named by its digest: HEX.json, blobs/sha256/HEX.
ImagePart part_of(const std::string& file) {
  const std::filesystem::path path(file);
  const std::string stem = path.stem();
  const bool named = is_id(stem) && (path.extension() == ".json" || file.starts_with("blobs/"));
  return {file, named ? stem : ""};
}

std::vector<ArchivedImage> in_docker_archive(const Json& list) {
  std::vector<ArchivedImage> images;
  for (const Json& entry : list) {
    ArchivedImage image{.names = texts_in(entry, "RepoTags"),
                        .config = part_of(required(entry, "manifest.json", "Config")),
                        .layers = {}};
    for (const std::string& layer : texts_in(entry, "Layers")) {
      image.layers.push_back(part_of(layer));
    }
    images.push_back(std::move(image));
  }
  if (images.empty()) throw Failure("no image in it: manifest.json names none");
  return images;
}

// --- The others ----------------------------------------------------------------------------

std::vector<ArchivedImage> in_skopeo_folder(const ArchiveFiles& files, const Json& manifest,
                                            const std::string& folder) {
  Index index(files, false);
  auto image = index.find_in(manifest);
  index.report_others(image.has_value());
  if (is_reference(folder)) image->names = {folder};
  return {std::move(*image)};
}

std::string name_of(const Json& descriptor, const std::string& layout) {
  const Json notes = member<Json>(descriptor, "annotations");
  const std::string whole = text_in(notes, "io.containerd.image.name");
  if (is_reference(whole)) return whole;
  const std::string name = text_in(notes, "org.opencontainers.image.ref.name");
  if (name.find_first_of(":/") != name.npos && is_reference(name)) return name;
  const std::string tagged = join({layout, ":", name.empty() ? "latest" : name});
  return is_reference(tagged) ? tagged : "";
}

std::vector<ArchivedImage> in_oci_layout(const ArchiveFiles& files, const Json& json,
                                         const std::string& layout) {
  Index index(files, true);
  std::vector<ArchivedImage> images;
  for (const Json& descriptor : required(json, "index.json", "manifests")) {
    auto image = index.find(descriptor);
    if (!image) continue;
    const std::string name = name_of(descriptor, layout);
    if (!name.empty()) image->names = {name};
    images.push_back(std::move(*image));
  }
  index.report_others(!images.empty());
  return images;
}

}  // namespace

std::vector<ArchivedImage> list_images(const ArchiveFiles& files, const std::string& name) {
  if (files.has("manifest.json")) {
    return read_json(files.text("manifest.json"), "manifest.json", [&](const Json& json) {
      return json.is_object() ? in_skopeo_folder(files, json, name) : in_docker_archive(json);
    });
  }
  if (files.has("index.json")) {
    return read_json(files.text("index.json"), "index.json",
                     [&](const Json& json) { return in_oci_layout(files, json, name); });
  }
  if (files.has("repositories")) return list_old_images(files);
  throw Failure("no image in it: neither manifest.json nor index.json",
                "if it holds a root file system: import");
}

}  // namespace stepbox
