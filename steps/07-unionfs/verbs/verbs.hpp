// Step 7. The verbs: `step7 run …`, `step7 ps`, and so on; one file each.
#ifndef STEPBOX_STEPS_07_UNIONFS_VERBS_VERBS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VERBS_VERBS_HPP_

#include "07-unionfs/containers/monitor.hpp"

namespace stepbox {

// Does what the first word says: a verb; else it means `run`. Returns the exit status. Throws as
// the verbs do.
int dispatch(int argc, char** argv, Runner runner);

// What follows the verb, as argc and argv: argv[0] is the verb itself.
int verb_attach(int argc, char** argv, Runner runner);
int verb_commit(int argc, char** argv, Runner runner);
int verb_cp(int argc, char** argv, Runner runner);
int verb_create(int argc, char** argv, Runner runner);
int verb_diff(int argc, char** argv, Runner runner);
int verb_exec(int argc, char** argv, Runner runner);
int verb_export(int argc, char** argv, Runner runner);
int verb_history(int argc, char** argv, Runner runner);
int verb_images(int argc, char** argv, Runner runner);
int verb_import(int argc, char** argv, Runner runner);
int verb_info(int argc, char** argv, Runner runner);
int verb_inspect(int argc, char** argv, Runner runner);
int verb_kill(int argc, char** argv, Runner runner);
int verb_load(int argc, char** argv, Runner runner);
int verb_logs(int argc, char** argv, Runner runner);
int verb_pause(int argc, char** argv, Runner runner);
int verb_port(int argc, char** argv, Runner runner);
int verb_prune(int argc, char** argv, Runner runner);
int verb_ps(int argc, char** argv, Runner runner);
int verb_rename(int argc, char** argv, Runner runner);
int verb_rescue(int argc, char** argv, Runner runner);
int verb_restart(int argc, char** argv, Runner runner);
int verb_rm(int argc, char** argv, Runner runner);
int verb_rmi(int argc, char** argv, Runner runner);
int verb_run(int argc, char** argv, Runner runner);
int verb_save(int argc, char** argv, Runner runner);
int verb_start(int argc, char** argv, Runner runner);
int verb_stats(int argc, char** argv, Runner runner);
int verb_stop(int argc, char** argv, Runner runner);
int verb_tag(int argc, char** argv, Runner runner);
int verb_top(int argc, char** argv, Runner runner);
int verb_unpause(int argc, char** argv, Runner runner);
int verb_update(int argc, char** argv, Runner runner);
int verb_version(int argc, char** argv, Runner runner);
int verb_wait(int argc, char** argv, Runner runner);

// Reads what run and create are told of the container to be made. Throws as CommandLine does.
Options parse_options(CommandLine& cli, int argc, char** argv);

// Connects us to a container that runs. Returns its exit status. For attach and start.
int attach_to(const Record& record, AttachOptions options);

// Calls `act` with each of the containers that were named. What it throws is reported, and the next
// one tried, as docker does. Returns the exit status: 0, or 1 if one failed.
template <class List, class Act>
int for_each_container(List&& list, Act act) {
  int status = 0;
  for (auto& one : list) {
    try {
      act(one);
    } catch (const std::exception& error) {
      report(error);
      status = 1;
    }
  }
  return status;
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_VERBS_VERBS_HPP_
