// What the claims of step 7 share.
#ifndef STEPBOX_STEPS_07_UNIONFS_CLAIMS_VERIFY_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CLAIMS_VERIFY_HPP_

#include <signal.h>

#include <string>
#include <vector>

#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"
#include "common/text.hpp"

namespace stepbox {

inline std::vector<std::string> shell(const std::string& script) {
  return {"/bin/sh", "-c", script};
}

// Prints the limit of memory, and complains of groups that are another's or can be changed.
constexpr char kLookAtGroups[] =
    "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes 2>/dev/null || cat memory.max; "
    "for d in . *; do [ -e $d/cgroup.procs ] || continue; "
    "grep -qx 1 $d/cgroup.procs || echo strange $d; mkdir $d/x 2>/dev/null && echo writable $d; "
    "done; "
    "mkdir y 2>/dev/null && echo writable; echo end";

// Starts a container called `name` that waits; `name` is also a word of its command.
inline Running start_named(Subject& subject, const std::string& name,
                           std::vector<std::string> options = {}) {
  options.insert(options.end(), {"--name", name});
  Running running = subject.start({.options = options, .command = {"/bin/probe", "wait", name}});
  running.wait_for_output("ready");
  return running;
}

inline void remove(Subject& subject, const std::string& name) {
  CHECK(subject.run({.command = {name}, .verb = "rm"}).status == 0);
}

// The words of each line.
inline std::vector<std::vector<std::string>> lines_of(const std::string& text) {
  std::vector<std::vector<std::string>> lines;
  for (const std::string& line : split(text, '\n')) {
    if (!line.empty()) lines.push_back(words_in(line));
  }
  return lines;
}

// The verb fails with status 1 and a message for a container that does not exist.
inline void check_unknown(Subject& subject, const std::string& verb) {
  const Run run = subject.run({.command = {"nobody"}, .verb = verb});
  CHECK(run.status == 1);
  CHECK(holds(run.err, "no such container: nobody"));
}

// The subject exits with 125; its error message contains `word`.
inline void check_refused(Subject& subject, const std::vector<std::string>& options,
                          const std::string& word) {
  const Run run = subject.run({.options = options, .command = {"/bin/true"}, .may_refuse = true});
  CHECK(run.status == 125);
  CHECK_MESSAGE(holds(run.err, word), "no '" << word << "' in: " << run.err);
}

// `step7 VERB WORDS...`
inline Run tell(Subject& subject, const std::string& verb, const std::vector<std::string>& words,
                bool may_refuse = false) {
  return subject.run({.command = words, .verb = verb, .may_refuse = may_refuse});
}

// The verb succeeds and prints the last word, a container's name.
inline void check_done(Subject& subject, const std::string& verb,
                       const std::vector<std::string>& words) {
  const Run run = tell(subject, verb, words);
  CHECK(run.status == 0);
  CHECK(run.out == words.back() + "\n");
  CHECK(run.err == "");
}

// The verb exits with 1; its error message contains `why`.
inline void check_failed(Subject& subject, const std::string& verb,
                         const std::vector<std::string>& words, const std::string& why) {
  const Run run = tell(subject, verb, words);
  CHECK(run.status == 1);
  CHECK_MESSAGE(holds(run.err, why), "no '" << why << "' in: " << run.err);
}

inline std::string ps_all(Subject& subject) { return tell(subject, "ps", {"-a"}).out; }

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CLAIMS_VERIFY_HPP_
