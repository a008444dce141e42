// Small images for claims of step 7. They contain no programs: the stage's /bin is a volume.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_TEST_IMAGES_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_TEST_IMAGES_HPP_

#include <functional>
#include <string>
#include <vector>

#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"
#include "common/testing/stage/tarball.hpp"

namespace stepbox {

// A directory with the files of a `docker save` archive: manifest.json, config.json, layer0.tar and
// so on.
class ImageFolder {
 public:
  ImageFolder(const Stage& stage, const std::string& name);
  void add_layer(const std::function<void(Tarball&)>& fill);
  void add_tar(const std::string& layer);  // a copy of this file
  // Writes config.json and manifest.json; path() calls it.
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

// Whether the store's file system has extended attributes user.* (tmpfs: since Linux 6.6). Images
// of several layers need them in a user namespace.
bool has_user_attributes(const Stage& stage);

// Runs step7 of this build, for claims about other programs. Returns its stdout.
std::string step7(const Stage& stage, std::vector<std::string> words);

// Runs `rmi`, and checks that it succeeds.
void remove_image(Subject& subject, const std::string& image);

// The directory with the files of the only layer in the store.
std::string only_layer(const Stage& stage);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_TEST_IMAGES_HPP_
