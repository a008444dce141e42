// Step 7. An image's config file, as the Open Container Initiative specifies it: the defaults of a
// container, the layers, and their history. Its SHA-256 is the image's id.
// (github.com/opencontainers/image-spec, config.md)
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_CONFIG_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_CONFIG_HPP_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace stepbox {

// The defaults of a container; the names in the comments are Dockerfile's.
struct ImageConfig {
  std::vector<std::string> env;            // NAME=VALUE
  std::vector<std::string> command;        // CMD
  std::vector<std::string> entrypoint;     // ENTRYPOINT: stands before the command
  std::string working_directory;           // WORKDIR; empty: /
  std::string user;                        // USER[:GROUP]; empty: root
  std::string stop_signal;                 // SIGTERM, 15; empty: TERM
  std::vector<std::string> exposed_ports;  // 80/tcp
  std::vector<std::string> volumes;        // VOLUME: directories in the container
  std::map<std::string, std::string> labels;
  std::string others = {};  // a JSON object of the other members as they are: Healthcheck, Shell
};

// One line of `history`: a step that made the image.
struct HistoryEntry {
  int64_t created = 0;  // seconds since 1970
  std::string created_by;
  std::string comment;
  bool empty_layer = false;  // the step changed no file
};

struct ImageConfigFile {
  ImageConfig config;
  std::vector<std::string> diff_ids;  // 64 hex digits each, the lowest layer first
  int64_t created = 0;
  std::string author;
  std::string architecture;  // amd64, arm64
  std::string os;
  std::vector<HistoryEntry> history;  // the oldest first
};

// Throws Failure for text that is not a config file.
ImageConfigFile parse_config_file(const std::string& text);
std::string config_file_text(const ImageConfigFile& file);

// Parses a JSON list of strings. Throws Failure.
std::vector<std::string> parse_texts(const std::string& text);

// The architecture of this machine in the names that images use: amd64, arm64.
std::string own_architecture();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_CONFIG_HPP_
