// Step 7. The verbs: `step7 run …`, `step7 ps`, and so on; one file each.
//
// To add one: write NAME.cpp with verb_NAME(), and a line in verb_list.def.
#ifndef STEPBOX_STEPS_07_UNIONFS_VERBS_VERBS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_VERBS_VERBS_HPP_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "07-unionfs/containers/monitor.hpp"
#include "07-unionfs/registry/registry.hpp"
#include "common/cli.hpp"

namespace stepbox {

// Calls the verb that the first word names; without one, `run`. Returns the exit status. Throws
// what the verbs throw. Called by main().
int dispatch(int argc, char** argv, Runner runner);

// A verb as the list has it. Its function gets the words from the verb on: argv[0] is its name.
struct Verb {
  std::string_view name;
  std::string_view about;                                     // a sentence for --help
  int (*call)(int argc, char** argv) = nullptr;               // either this
  int (*call_with)(int argc, char** argv, Runner) = nullptr;  // or this; neither: a heading
  bool is_heading() const { return !call && !call_with; }
};

// The words of a command line, the program's name first, with docker's long name of a verb
// replaced: `container ls -a` by `ps -a`. Throws UsageError for a noun without one of its verbs.
// (nouns.cpp)
std::vector<char*> in_short(std::vector<char*> words);

// The help about a noun: its verbs; empty if there is no such noun. (nouns.cpp)
std::string help_of_noun(std::string_view name);

// The noun `network` or `volume`: calls its verb that argv[1] names, or prints its help. A verb
// without a sentence is another name of one. Throws UsageError. (nouns.cpp)
int call_verb_of(const std::string& noun, std::span<const Verb> verbs, int argc, char** argv);

// All verbs and headings, in the order of --help. (verb_table.cpp)
std::span<const Verb> all_verbs();

// The verb of that name; null if there is none.
const Verb* find_verb(std::string_view name);

// The command line of the verb that is the first word of `usage`: "pause [OPTIONS] CONTAINER...".
// Has --root, the sentence about the verb, and the options that it accepts and ignores.
class VerbLine : public CommandLine {
 public:
  VerbLine(std::string_view usage, std::string_view example);

 private:
  bool ignored_flag_ = false;
};

#define VERB(name, about) int verb_##name(int argc, char** argv);
#define RUNNER(name, about) int verb_##name(int argc, char** argv, Runner runner);
#define HEADING(title)
#include "07-unionfs/verbs/verb_list.def"
#undef VERB
#undef RUNNER
#undef HEADING

// `step7 ROOTFS COMMAND`: run, but the container has the caller's stdin, stdout and stderr, as in
// the steps before; so there is no log.
int run_without_verb(int argc, char** argv, Runner runner);

// Reads the options of run and create. `cli` may have more. Throws as CommandLine does.
Options parse_options(CommandLine& cli, int argc, char** argv);

// --pull and its companions: what run and create do for an image that is not in the store.
struct PullOptions {
  PullWhen when = PullWhen::kMissing;
  Remote remote = {};
};
void add_options(CommandLine& cli, PullOptions& options);

// Creates the container; pulls its image first if that is wanted.
Container create_container(const Options& options, const PullOptions& pull);

// Prints a line if a plain word of `run` or `create` was taken as the name of a directory.
void tell_of_directory(const Container& container);

// Attaches the caller to a running container. Returns its exit status. For attach and start.
int attach_to(const Record& record, AttachOptions options);

// Asks on the terminal before `what` is removed. Returns 0 for yes, else the exit status. Throws
// Failure if standard input is no terminal; `verb` is the one that asks. (prune.cpp)
int ask(const std::string& what, const char* verb);

// Calls `act` with each item of `list`, such as the containers that were named. As with docker an
// exception is reported, and the next item is tried. Returns the exit status: 1 if one failed.
template <class List, class Act>
int for_each_of(List&& list, Act act) {
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
