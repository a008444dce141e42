// Step 7. Builds images of Containerfiles: buildah(1), with stepbox-oci for each RUN.
#ifndef STEPBOX_STEPS_07_UNIONFS_REGISTRY_BUILDING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_REGISTRY_BUILDING_HPP_

#include <cstdint>
#include <string>
#include <vector>

namespace stepbox {

struct BuildOptions {
  std::vector<std::string> names;      // NAME[:TAG]
  std::string file;                    // empty: Containerfile or Dockerfile in the context
  std::vector<std::string> arguments;  // NAME=VALUE
  std::string target;                  // the stage to stop at; empty: the last one
  bool no_cache = false;
  bool quiet = false;
  std::string context;  // a directory
};

// Builds an image, and adds it to the store under its names. Returns its id. A base image that the
// store has is taken from there, another one is pulled. Intermediate layers stay in <store>/build,
// for the next build. Output of the commands goes to stderr. Throws Failure.
std::string build_image(const BuildOptions& options);

// The images that a Containerfile names after FROM and COPY --from=; names of its stages too.
// `arguments`: NAME=VALUE of the user, for FROM $NAME.
std::vector<std::string> bases_in(const std::string& containerfile,
                                  std::vector<std::string> arguments);

// Ends the processes of builds that were killed, and removes their cgroups; unless a build runs.
void remove_build_leftovers();

// Removes the intermediate layers, unless a build uses them. Returns their size in bytes.
int64_t remove_build_cache();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_REGISTRY_BUILDING_HPP_
