// Step 7. What images are called: [REGISTRY/]NAME[:TAG].
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_REFERENCE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_REFERENCE_HPP_

#include <string>

namespace stepbox {

struct Reference {
  std::string repository;  // as short as docker shows it: docker.io/library/alpine is alpine
  std::string tag;
  std::string text() const { return repository + ":" + tag; }
};

// Without a tag: latest. The prefixes docker.io/, docker.io/library/ and podman's localhost/ add
// nothing and go. Throws Failure for what is no such name.
Reference parse_reference(const std::string& text);

// Whether parse_reference() takes it.
bool is_reference(const std::string& text);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_REFERENCE_HPP_
