// Step 7. Changes to an image's config in the syntax of Dockerfile: `import -c` and `commit -c`.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_CONFIG_CHANGES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_CONFIG_CHANGES_HPP_

#include <string>

#include "07-unionfs/images/image.hpp"

namespace stepbox {

// CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR:
//   CMD ["/bin/sh", "-c", "date"]     CMD date     ENV NAME=VALUE     EXPOSE 80/tcp
// Throws Failure for another instruction, or a wrong value.
void apply_change(const std::string& change, ImageConfig& config);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_CONFIG_CHANGES_HPP_
