// Step 7. The parts of config.json, each read by a source of its own; for config.cpp only.
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_CONFIG_PARTS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_CONFIG_PARTS_HPP_

#include <span>
#include <string_view>
#include <vector>

#include "07-unionfs/oci/config.hpp"
#include "07-unionfs/resources/config_json.hpp"

namespace stepbox {

struct NamedValue {
  const char* name;
  int value;
};

// All throw Failure with the path of what is wrong.

// The value of the name that the node holds; `what` says what it should be.
int value_in(const ConfigNode& node, std::span<const NamedValue> values, std::string_view what);
OciProcess process_in(const ConfigNode& process);
std::vector<OciIdRange> id_ranges_in(const ConfigNode& mappings);

// Reads the members of `linux` to those of `config`, and checks them against each other.
void read_linux(const ConfigNode& linux_part, OciConfig& config);

OciSeccomp seccomp_in(const ConfigNode& seccomp);

// Refuses the member where the container has no namespace `flag` of its own: it would change the
// host.
void need_own(const ConfigNode& node, const OciConfig& config, int flag);

// Throws Failure if the member is given: nothing that is asked for is left out in silence.
void refuse_unsupported(const ConfigNode& node);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_CONFIG_PARTS_HPP_
