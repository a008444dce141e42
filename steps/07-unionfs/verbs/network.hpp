// Step 7. The verbs of `network`: argv[0] is the verb, "ls".
#ifndef STEPBOX_STEPS_07_UNIONFS_VERBS_NETWORK_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VERBS_NETWORK_HPP_

#include "07-unionfs/networks/joined_networks.hpp"
#include "07-unionfs/verbs/verbs.hpp"

namespace stepbox {

int network_ls(int argc, char** argv);
int network_inspect(int argc, char** argv);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_VERBS_NETWORK_HPP_
