#include "07-unionfs/images/archive_writer.hpp"

#include <set>

#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/files/progress.hpp"
#include "07-unionfs/images/image_json.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/images/tar_recipe.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

namespace {

constexpr const char* kIndex = "application/vnd.oci.image.index.v1+json";
constexpr const char* kManifest = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kConfig = "application/vnd.oci.image.config.v1+json";
constexpr const char* kLayer = "application/vnd.oci.image.layer.v1.tar";

std::string blob_name(const std::string& digest) { return "blobs/sha256/" + digest; }

// Computes the digest of the bytes that pass; `next` may be null.
class DigestSink : public Sink {
 public:
  DigestSink(TarWriter* archive, Progress& progress) : archive_(archive), progress_(progress) {}
  void write(std::string_view bytes) override {
    sum_.add(bytes.data(), bytes.size());
    size_ += bytes.size();
    progress_.add(static_cast<int64_t>(bytes.size()));
    if (archive_) archive_->write(bytes);
  }
  std::string digest() { return sum_.hex(); }
  size_t size() const { return size_; }

 private:
  TarWriter* archive_;
  Progress& progress_;
  Digest sum_;
  size_t size_ = 0;
};

// Returns false if it cannot be packed by its recipe.
bool pack_layer(const std::string& diff_id, bool by_recipe, Sink& sink) {
  if (by_recipe) return pack_by_recipe(layer_of(diff_id), sink);
  TarWriter tar(sink);
  Tree tree(open_directory(layer_directory(diff_id)));
  add_layer(tar, tree);
  tar.finish();
  return true;
}

class ImageArchive {
 public:
  explicit ImageArchive(Sink& sink) : tar_(sink) {
    tar_.add_file("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  }

  void add(const SavedImage& image) {
    Json layers = Json::array(), diff_ids = Json::array(), files = Json::array();
    for (const std::string& diff_id : image.layers) {
      const Json layer = add_layer_blob(diff_id, image.name);
      layers.push_back(layer);
      diff_ids.push_back(layer["digest"]);
      files.push_back(blob_name(hex_of_digest(layer["digest"])));
    }
    const Json config = add_blob(with_layers(image.config, diff_ids), kConfig);
    Json manifest = add_blob(
        Json{{"schemaVersion", 2}, {"mediaType", kManifest}, {"config", config}, {"layers", layers}}
            .dump(),
        kManifest);
    for (const std::string& name : image.names) {
      manifest["annotations"] = {{"org.opencontainers.image.ref.name", name}};
      manifests_.push_back(manifest);
    }
    if (image.names.empty()) manifests_.push_back(manifest);
    contents_.push_back({{"Config", blob_name(hex_of_digest(config["digest"]))},
                         {"RepoTags", image.names},
                         {"Layers", files}});
  }

  void finish() {
    const Json index{{"schemaVersion", 2}, {"mediaType", kIndex}, {"manifests", manifests_}};
    tar_.add_file("index.json", index.dump());
    tar_.add_file("manifest.json", contents_.dump());
    tar_.finish();
  }

 private:
  // Unchanged if it names these layers, so that the image keeps its id.
  static std::string with_layers(const std::string& config, const Json& diff_ids) {
    Json json = Json::parse(config);
    if (json["rootfs"]["diff_ids"] == diff_ids) return config;
    json["rootfs"]["diff_ids"] = diff_ids;
    return json.dump();
  }

  Json add_blob(const std::string& text, const char* type) {
    const std::string digest = sha256(text);
    if (blobs_.insert(digest).second) tar_.add_file(blob_name(digest), text);
    return {{"mediaType", type}, {"digest", "sha256:" + digest}, {"size", text.size()}};
  }

  struct Packed {
    bool by_recipe;
    size_t size;
    std::string digest;
  };

  // Reads the layer, and writes nothing yet.
  static Packed measure(const std::string& diff_id, const std::string& image) {
    Progress progress("reading " + image);
    for (const bool by_recipe : {true, false}) {
      DigestSink sink(nullptr, progress);
      const bool packed = pack_layer(diff_id, by_recipe, sink);
      const std::string digest = sink.digest();
      if (packed && (digest == diff_id || !by_recipe)) return {by_recipe, sink.size(), digest};
    }
    throw Failure("pack the layer " + diff_id);  // not reached: the last one is always packed
  }

  Json add_layer_blob(const std::string& diff_id, const std::string& image) {
    const Packed packed = measure(diff_id, image);
    if (packed.digest != diff_id) {
      warn({"a layer of ", image, " cannot be packed as it came: the saved image gets another id"});
    }
    if (blobs_.insert(packed.digest).second) {
      Progress progress("saving " + image, static_cast<int64_t>(packed.size));
      DigestSink sink(&tar_, progress);
      tar_.begin_file(blob_name(packed.digest), packed.size);
      if (!pack_layer(diff_id, packed.by_recipe, sink) || sink.digest() != packed.digest) {
        throw Failure("the layer changed while it was read: " + layer_directory(diff_id));
      }
    }
    return {{"mediaType", kLayer}, {"digest", "sha256:" + packed.digest}, {"size", packed.size}};
  }

  TarWriter tar_;
  std::set<std::string> blobs_;  // already in the archive
  Json manifests_ = Json::array();
  Json contents_ = Json::array();
};

}  // namespace

void write_images(Sink& sink, const std::vector<SavedImage>& images) {
  ImageArchive archive(sink);
  for (const SavedImage& image : images) archive.add(image);
  archive.finish();
}

}  // namespace stepbox
