// One claim's command line, made fit for one subject.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_ADAPT_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_ADAPT_HPP_

#include <string>
#include <string_view>
#include <vector>

namespace stepbox {

// Who is asked.
struct SubjectSpec {
  std::string name;                // the column's head: step4, crun
  int level = 0;                   // the step whose options it understands
  bool peer = false;               // another runtime: shown for comparison, never judged
  bool by_hand = false;            // a step's by-hand.sh: the same container, by shell commands
  bool ordinary_user = false;      // a step that root never starts
  std::string challenge = {};      // whose program it is: it gets the claim's words alone
  std::vector<std::string> words;  // what starts it: ./step4
  bool without_limits = false;     // the host has no cgroup controllers: say --cpus 0 and so on

  bool is_step() const { return !peer && !by_hand; }
  bool is_script() const { return !challenge.empty() && words.back().ends_with(".sh"); }
};

// What a claim wants to be run.
struct RunSpec {
  std::vector<std::string> options = {};  // each word by itself: {"--hostname", "x"}
  std::vector<std::string> command = {};
  std::string stdin_text = {};
  std::vector<std::string> environment = {};  // NAME=VALUE, beside PATH, HOME and TERM
  std::string rootfs = {};                    // instead of the stage's
  bool no_rootfs = false;                     // leave it out, as a forgetful user would
  std::string verb = {};                      // step 7's, such as exec; empty: run
  bool may_refuse = false;                    // 125 is among the right answers
  bool ordinary_user = false;                 // not started by root
  std::vector<std::string> through = {};      // a program that starts the subject, as env(1) would
  int topic = 0;  // the step that adds, or shuts, what is asked: its options keep their defaults
  bool delegated = false;   // a part of the cgroups is the ordinary user's
  int left_open = -1;       // a file that it inherits, as from a careless caller
  bool privileged = false;  // needs --privileged where there is such a thing
};

// "step5=5:./step5 --explain", "hand5=hand5:steps/05-cgroup/by-hand.sh",
// "crun=peer5:scripts/adapters/crun" or "shell=challenge:build/mine-shell".
// Throws Failure when it is none of these. A challenge's level is still to be looked up.
SubjectSpec parse_subject(const std::string& text);

// The words of a command line, split at blanks; quotes hold a word together.
std::vector<std::string> split_words(std::string_view line);

// The same words, files among them named from the root: the stage has a cwd of its own.
std::vector<std::string> absolute(std::vector<std::string> words);

// What this run asks of the runtime that no earlier step could leave out, and the claim would still
// mean something: "verb ps", "option -d", "image busybox:1". Empty if nothing.
std::string runtimes_own(const RunSpec& run);

// The whole command line: options newer than the subject are dropped, step 1 gets no ROOTFS
// (and /bin/probe is then found in `rootfs`), step 7 runs with step 5's limits, and an ordinary
// user asks for no network, nor for limits unless a part of the cgroups is his.
// Throws Unasked (claim.hpp) where a peer or a script knows no such option.
std::vector<std::string> adapt(const SubjectSpec& subject, const RunSpec& run,
                               const std::string& rootfs);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_ADAPT_HPP_
