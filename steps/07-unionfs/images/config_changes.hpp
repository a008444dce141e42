// Step 7. Changes to an image's config in the syntax of Dockerfile: `import -c` and `commit -c`.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_CONFIG_CHANGES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_CONFIG_CHANGES_HPP_

#include <string>

#include "07-unionfs/images/image.hpp"

namespace stepbox {

// CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR:
//   CMD ["/bin/sh", "-c", "date"]     CMD date     ENV NAME=VALUE "A B"='c d'     EXPOSE 80/tcp
// As in a Dockerfile, ENTRYPOINT removes the CMD of the image, but not one of `changes`.
// Throws Failure for another instruction, or a wrong value.
void apply_changes(const std::vector<std::string>& changes, ImageConfig& config);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_CONFIG_CHANGES_HPP_
