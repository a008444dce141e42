// Step 7. The verbs: `step7 run …`, `step7 ps`, and so on; one file each.
#ifndef STEPBOX_STEPS_07_UNIONFS_VERBS_VERBS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VERBS_VERBS_HPP_

#include "07-unionfs/containers.hpp"

namespace stepbox {

// main.cpp's run(): from a container that is held to the exit status of its command.
using Runner = int (*)(const Options& options, Container& held);

// Does what the first word says: a verb; else it means `run`. Returns the exit status. Throws as
// the verbs do.
int dispatch(int argc, char** argv, Runner runner);

// What follows the verb, as argc and argv: argv[0] is the verb itself.
int verb_run(int argc, char** argv, Runner runner);
int verb_start(int argc, char** argv, Runner runner);
int verb_exec(int argc, char** argv, Runner runner);
int verb_ps(int argc, char** argv, Runner runner);
int verb_diff(int argc, char** argv, Runner runner);
int verb_export(int argc, char** argv, Runner runner);
int verb_rm(int argc, char** argv, Runner runner);

// Runs a held container and records how it ended. For run and start.
int run_held(Container& held, Runner runner);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_VERBS_VERBS_HPP_
