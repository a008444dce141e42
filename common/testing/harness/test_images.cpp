#include "common/testing/harness/test_images.hpp"

#include <doctest/doctest.h>
#include <errno.h>
#include <sys/xattr.h>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/stage/rootfs.hpp"

namespace stepbox {

ImageFolder::ImageFolder(const Stage& stage, const std::string& name)
    : stage_(stage), name_(name), path_(stage.scratch("image-" + random_word())) {
  make_directories(path_);
}

void ImageFolder::add_layer(const std::function<void(Tarball&)>& fill) {
  const std::string file = stage_.scratch("layer.tar");
  {
    Tarball tar(file);
    fill(tar);
  }
  add_tar(file);
}

void ImageFolder::add_tar(const std::string& file) {
  const std::string layer = join({path_, "/layer", std::to_string(diff_ids_.size()), ".tar"});
  stage_.on_host({"cp", file, layer});
  diff_ids_.push_back(stage_.on_host({"sha256sum", layer}).substr(0, 64));
}

void ImageFolder::finish() const {
  std::string ids, files;
  for (size_t i = 0; i < diff_ids_.size(); ++i) {
    const std::string comma = i ? "," : "";
    ids += join({comma, "\"sha256:", diff_ids_[i], "\""});
    files += join({comma, "\"layer", std::to_string(i), ".tar\""});
  }
  create_file(path_ + "/config.json",
              join({R"({"created":"2020-01-01T00:00:00Z","os":"linux",)",
                    R"("config":{},"rootfs":{"type":"layers","diff_ids":[)", ids, "]}}"}));
  create_file(path_ + "/manifest.json", join({R"([{"Config":"config.json","RepoTags":[")", name_,
                                              R"("],"Layers":[)", files, "]}]"}));
}

Run inside(Subject& subject, const Stage& stage, const std::string& image,
           const std::string& script, std::vector<std::string> options) {
  options.insert(options.end(), {"-v", stage.rootfs() + "/bin:/bin"});
  return subject.run({.options = options, .command = {"/bin/sh", "-c", script}, .rootfs = image});
}

bool has_user_attributes(const Stage& stage) {
  return ::lgetxattr(stage.rootfs().c_str(), "user.x", nullptr, 0) != -1 || errno != ENOTSUP;
}

std::string step7(const Stage& stage, std::vector<std::string> words) {
  words.insert(words.begin(), beside_verify("step7"));
  return stage.on_host(words);
}

void remove_image(Subject& subject, const std::string& image) {
  CHECK(subject.run({.command = {image}, .verb = "rmi"}).status == 0);
}

std::string only_layer(const Stage& stage) {
  std::string found = stage.on_host({"sh", "-c", "echo /var/lib/stepbox/layers/*/tree"});
  found.pop_back();
  return found;
}

}  // namespace stepbox
