// Step 7. The image's config as the defaults of a container's command.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_IMAGE_DEFAULTS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_IMAGE_DEFAULTS_HPP_

#include <string>
#include <vector>

#include "07-unionfs/images/image_config.hpp"
#include "07-unionfs/process/process_options.hpp"

namespace stepbox {

// [parent] Called once, when a container is made: fills in from the image what the command line
// left open. After it `process` and `command` are complete; `command` begins with the entrypoint's
// words. Throws Failure: no command at all, or a working directory that is not absolute.
void inherit(const ImageConfig& image, ProcessOptions& process, std::vector<std::string>& command);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_IMAGE_DEFAULTS_HPP_
