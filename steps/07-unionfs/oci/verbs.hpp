// Step 7. The verbs of `stepbox-oci`. Each gets the words from the verb on, and returns the exit
// status. (The command line of runc(8), which engines use.)
#ifndef STEPBOX_STEPS_07_UNIONFS_OCI_VERBS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_OCI_VERBS_HPP_

#include <vector>

#include "07-unionfs/oci/engine.hpp"

namespace stepbox {

// Reads the options, and the only word beside them: the container's ID. Throws UsageError.
std::string parse_for_id(CommandLine& cli, int argc, char** argv);

// [parent] ~Child does not end the process any more: it is the caller's. Returns 0.
int leave(Child child);

// [parent] Relays terminal and signals until the process ends. Returns its exit status.
int wait_for(Child& child, OciFiles& files);

int oci_create(int argc, char** argv, Creator create);
int oci_run(int argc, char** argv, Creator create);
int oci_start(int argc, char** argv, Creator);
int oci_kill(int argc, char** argv, Creator);
int oci_delete(int argc, char** argv, Creator);
int oci_exec(int argc, char** argv, Creator);
int oci_state(int argc, char** argv, Creator);
int oci_list(int argc, char** argv, Creator);
int oci_ps(int argc, char** argv, Creator);
int oci_pause(int argc, char** argv, Creator);
int oci_resume(int argc, char** argv, Creator);
int oci_update(int argc, char** argv, Creator);
int oci_events(int argc, char** argv, Creator);
int oci_spec(int argc, char** argv, Creator);
int oci_features(int argc, char** argv, Creator);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_OCI_VERBS_HPP_
