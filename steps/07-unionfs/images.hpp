// Step 7. Images: root file systems that many containers start from, and none may change.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_HPP_

#include <map>
#include <string>
#include <vector>

namespace stepbox {

// What a container of the image does unless it is told otherwise: Dockerfile's words.
struct ImageConfig {
  std::vector<std::string> env;            // NAME=VALUE
  std::vector<std::string> command;        // CMD
  std::vector<std::string> entrypoint;     // stands before the command
  std::string working_directory;           // WORKDIR; empty: /
  std::string user;                        // USER[:GROUP]; empty: root
  std::string stop_signal;                 // SIGTERM, 15; empty: TERM
  std::vector<std::string> exposed_ports;  // 80/tcp
  std::vector<std::string> volumes;        // directories inside
  std::map<std::string, std::string> labels;
};

struct Image {
  std::string id;                   // 64 hex digits; empty: a plain directory
  std::string name;                 // as it was asked for
  std::vector<std::string> layers;  // directories, absolute, the uppermost first; never none
  ImageConfig config;
};

// The image of that name, else the directory of that name as an image of one layer.
// Throws Failure when there is neither.
Image find_image(const std::string& name);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_HPP_
