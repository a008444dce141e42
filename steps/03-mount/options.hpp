// Step 3. The option -v: volumes.
#ifndef STEPBOX_STEPS_03_MOUNT_OPTIONS_HPP_
#define STEPBOX_STEPS_03_MOUNT_OPTIONS_HPP_

#include <string>
#include <vector>

#include "common/cli.hpp"

namespace stepbox {

// One -v SRC:DST[:ro]. `source` is made absolute; `destination` is a path in the container.
struct Volume {
  std::string source;
  std::string destination;
  bool read_only = false;
};
void parse_value(const std::string& text, Volume& volume);
void add_options(CommandLine& cli, std::vector<Volume>& volumes);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_03_MOUNT_OPTIONS_HPP_
