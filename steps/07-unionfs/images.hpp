// Step 7. Images: root file systems that many containers start from, and none may change.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_HPP_

#include <string>

namespace stepbox {

// The absolute path of an image: `images/NAME` of the store, else a directory of that name.
// Throws Failure when there is neither.
std::string find_image(const std::string& name);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_HPP_
