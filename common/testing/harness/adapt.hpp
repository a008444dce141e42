// Adapts a claim's command line to one subject.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_ADAPT_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_ADAPT_HPP_

#include <string>
#include <string_view>
#include <vector>

namespace stepbox {

// A program under test: a column of the matrix.
struct SubjectSpec {
  std::string name;            // of the column: step4, crun
  int level = 0;               // the step whose options it knows
  bool peer = false;           // another runtime, for comparison: its answers are never red
  bool by_hand = false;        // a step's by-hand.sh: the same container, by shell commands
  bool ordinary_user = false;  // a step that only the ordinary user starts
  std::string challenge = {};  // a program for this challenge: gets no arguments but the claim's
  std::vector<std::string> words;  // its command line: ./step4
  bool without_limits = false;     // the host lacks a cgroup controller: add --cpus 0 and so on

  bool is_step() const { return !peer && !by_hand; }
  bool is_script() const { return !challenge.empty() && words.back().ends_with(".sh"); }
};

// A run that a claim asks for.
struct RunSpec {
  std::vector<std::string> options = {};  // each word by itself: {"--hostname", "x"}
  std::vector<std::string> command = {};
  std::string stdin_text = {};
  std::vector<std::string> environment = {};  // NAME=VALUE, beside PATH, HOME and TERM
  std::string rootfs = {};                    // instead of the stage's
  bool no_rootfs = false;                     // leave ROOTFS out: a usage error
  std::string verb = {};    // a verb of step 7, such as exec; empty: the bare form, as in all steps
  bool may_refuse = false;  // status 125 does not fail the claim
  bool ordinary_user = false;             // started by the ordinary user
  std::vector<std::string> through = {};  // a command line that starts the subject, as env(1) does
  int topic = 0;  // the claim's step, or for a hole the step that closes it; set by Subject
  bool delegated = false;   // the ordinary user has delegated cgroups; set by Subject
  int left_open = -1;       // a descriptor that it inherits, as from a caller without O_CLOEXEC
  bool privileged = false;  // add --privileged, from step 7 on
};

// "step5=5:./step5 --explain", "hand5=hand5:steps/05-cgroup/by-hand.sh",
// "crun=peer5:scripts/adapters/crun" or "shell=challenge:build/mine-shell".
// Throws Failure for any other text. The level of a challenge is set later (verify_main.cpp).
SubjectSpec parse_subject(const std::string& text);

// Splits a command line into words at blanks, except within quotes.
std::vector<std::string> split_words(std::string_view line);

// The same words, with absolute paths of existing files: a claim has another cwd.
std::vector<std::string> absolute(std::vector<std::string> words);

// A feature of step 7 without which this run would test nothing: "verb ps", "option -d", "image
// busybox:1". Empty if it uses none, so that earlier steps can run it, too.
std::string runtimes_own(const RunSpec& run);

// The whole command line. Options that the subject does not know are left out. Step 1 gets no
// ROOTFS, and /bin/probe becomes its path on the host; step 7 runs with the limits of step 5; the
// ordinary user has no network, and no limits unless cgroups were delegated. Throws Unasked
// (unasked.hpp) if a peer or a script lacks an option.
std::vector<std::string> adapt(const SubjectSpec& subject, const RunSpec& run,
                               const std::string& rootfs);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_ADAPT_HPP_
