// Step 7. The JSON texts that `stepbox-oci spec` and `features` print: spec.json, features.json.
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_DEFAULT_SPEC_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_DEFAULT_SPEC_HPP_

#include <string>

namespace stepbox {

extern const char kSpec[];      // spec.json, made by the build
extern const char kFeatures[];  // features.json: what this runtime supports (features.md)

// A config.json to begin with: a shell, docker's default capabilities and masked paths, all
// namespaces but time. `rootless`: with a user namespace in which the caller is root, and without
// what an ordinary user may not do.
std::string default_spec(bool rootless);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_DEFAULT_SPEC_HPP_
