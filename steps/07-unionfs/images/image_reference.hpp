// Step 7. Names of images: [REGISTRY/]NAME[:TAG].
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_REFERENCE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_REFERENCE_HPP_

#include <string>

namespace stepbox {

struct Reference {
  std::string repository;  // in docker's short form: alpine for docker.io/library/alpine
  std::string tag;
  std::string text() const { return repository + ":" + tag; }
  std::string registry() const;   // docker.io, unless the repository names another
  std::string full_text() const;  // docker.io/library/alpine:latest
};

// The default tag is latest. Removes the prefixes docker.io/, docker.io/library/ and podman's
// localhost/. Throws Failure for an invalid name.
Reference parse_reference(const std::string& text);

// Whether parse_reference() accepts it.
bool is_reference(const std::string& text);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_REFERENCE_HPP_
