#include "07-unionfs/images/archive_index.hpp"

#include <algorithm>
#include <filesystem>

#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/images/image_config.hpp"
#include "07-unionfs/images/image_json.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "common/id.hpp"

namespace stepbox {

std::string checked_text(const ArchiveFiles& files, const ImagePart& part) {
  const std::string text = files.text(part.file);
  if (!part.digest.empty() && sha256(text) != part.digest) {
    throw Failure(join({"read the image: ", part.file, " is damaged"}),
                  "its digest does not match");
  }
  return text;
}

static ArchivedImage image_in(const Json& manifest, const std::string& directory) {
  const auto part = [&](const Json& descriptor) {
    const std::string hex = hex_of_digest(descriptor.at("digest"));
    return ImagePart{directory + hex, hex};
  };
  ArchivedImage image{.names = {}, .config = part(manifest.at("config")), .layers = {}};
  for (const Json& layer : manifest.at("layers")) image.layers.push_back(part(layer));
  return image;
}

// --- skopeo's dir:FOLDER: a manifest, with the files that it names beside it --------------

static std::vector<ArchivedImage> in_skopeo_folder(const Json& manifest,
                                                   const std::string& folder) {
  ArchivedImage image = image_in(manifest, "");
  if (is_reference(folder)) image.names = {folder};
  return {image};
}

// --- A docker archive: [{"Config": FILE, "RepoTags": […], "Layers": [FILE, …]}] -----------

// A file that is named by its digest: HEX.json, blobs/sha256/HEX.
static ImagePart part_of(const std::string& file) {
  const std::filesystem::path path(file);
  const std::string stem = path.stem();
  const bool named = is_id(stem) && (path.extension() == ".json" || file.starts_with("blobs/"));
  return {file, named ? stem : ""};
}

static std::vector<ArchivedImage> in_docker_archive(const ArchiveFiles& files,
                                                    const std::string& folder) {
  return read_json(files.text("manifest.json"), "manifest.json", [&](const Json& json) {
    std::vector<ArchivedImage> images;
    if (json.is_object()) return in_skopeo_folder(json, folder);
    for (const Json& entry : json) {
      ArchivedImage image{.names = texts_in(entry, "RepoTags"),
                          .config = part_of(entry.at("Config")),
                          .layers = {}};
      for (const Json& layer : entry.at("Layers")) image.layers.push_back(part_of(layer));
      images.push_back(std::move(image));
    }
    if (images.empty()) throw Failure("no image in it: manifest.json names none");
    return images;
  });
}

// --- An OCI layout: index.json, all other files in blobs/sha256/ --------------------------

static ImagePart part_of(const Json& descriptor) {
  const std::string hex = hex_of_digest(descriptor.at("digest"));
  return {"blobs/sha256/" + hex, hex};
}

// Whether the descriptor's platform is this machine's, or is not given.
static bool fits(const Json& descriptor) {
  const Json platform = member<Json>(descriptor, "platform");
  return platform.empty() || (text_in(platform, "architecture") == own_architecture() &&
                              text_in(platform, "os") == "linux");
}

[[noreturn]] static void throw_no_image_for_us() {
  throw Failure("no image in it is for linux/" + own_architecture());
}

static std::string name_of(const Json& descriptor, const std::string& layout) {
  const Json notes = member<Json>(descriptor, "annotations");
  const std::string whole = text_in(notes, "io.containerd.image.name");
  if (is_reference(whole)) return whole;
  const std::string name = text_in(notes, "org.opencontainers.image.ref.name");
  if (name.find_first_of(":/") != name.npos && is_reference(name)) return name;
  const std::string tagged = join({layout, ":", name.empty() ? "latest" : name});
  return is_reference(tagged) ? tagged : "";
}

// Resolves a descriptor: to a manifest, or to an index with a manifest for each platform.
static ArchivedImage image_of(const ArchiveFiles& files, const Json& descriptor, int depth = 0) {
  if (depth > 3) throw Failure("read the image: more than 3 levels of indexes");
  return read_json(checked_text(files, part_of(descriptor)), "manifest", [&](const Json& json) {
    if (json.contains("manifests")) {
      const Json& platforms = json.at("manifests");
      const auto own = std::find_if(platforms.begin(), platforms.end(), fits);
      if (own == platforms.end()) throw_no_image_for_us();
      return image_of(files, *own, depth + 1);
    }
    return image_in(json, "blobs/sha256/");
  });
}

static std::vector<ArchivedImage> in_oci_layout(const ArchiveFiles& files,
                                                const std::string& layout) {
  return read_json(files.text("index.json"), "index.json", [&](const Json& json) {
    std::vector<ArchivedImage> images;
    for (const Json& descriptor : json.at("manifests")) {
      if (!fits(descriptor)) continue;
      images.push_back(image_of(files, descriptor));
      const std::string name = name_of(descriptor, layout);
      if (!name.empty()) images.back().names = {name};
    }
    if (images.empty()) throw_no_image_for_us();
    return images;
  });
}

std::vector<ArchivedImage> list_images(const ArchiveFiles& files, const std::string& name) {
  if (files.has("manifest.json")) return in_docker_archive(files, name);
  if (files.has("index.json")) return in_oci_layout(files, name);
  throw Failure("no image in it: neither manifest.json nor index.json",
                "if it holds a root file system: import");
}

}  // namespace stepbox
