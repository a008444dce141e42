// Small images for claims. They hold no programs: bin/ of the stage's rootfs is bound in.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_TEST_IMAGES_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_TEST_IMAGES_HPP_

#include <functional>
#include <string>
#include <vector>

#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"
#include "common/testing/stage/tarball.hpp"

namespace stepbox {

// A folder as `docker save` packs it: manifest.json, config.json, layer0.tar and so on.
class ImageFolder {
 public:
  ImageFolder(const Stage& stage, const std::string& name);
  void add_layer(const std::function<void(Tarball&)>& fill);
  // Writes what describes the layers; path() does it too.
  void finish() const;
  const std::string& path() const { return finish(), path_; }

 private:
  const Stage& stage_;
  std::string name_;
  std::string path_;
  std::vector<std::string> diff_ids_;
};

// Runs a shell script in a container of the image.
Run inside(Subject& subject, const Stage& stage, const std::string& image,
           const std::string& script, std::vector<std::string> options = {});

// Whether the store's file system has attributes called user.*: tmpfs since Linux 6.6. Else images
// of several layers are not for user namespaces.
bool has_user_attributes(const Stage& stage);

// Our own step 7, for claims about other programs; its stdout.
std::string step7(const Stage& stage, std::vector<std::string> words);

// rmi, which must succeed.
void remove_image(Subject& subject, const std::string& image);

// The files of the store's only layer.
std::string only_layer(const Stage& stage);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_TEST_IMAGES_HPP_
