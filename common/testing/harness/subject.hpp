// The program under test: any command line with the usage `[OPTIONS] ROOTFS COMMAND...`.
//
//   const Run run = subject.run({.options = {"--hostname", "x"}, .command = {"/bin/hostname"}});
//   CHECK(run.status == 0);
//
// The command line is adapted to the subject first (adapt.hpp): step N-1 must fail because of what
// its container does, not because of an unknown option. Status 125 fails the claim, unless its
// RunSpec has `.may_refuse`.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_SUBJECT_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_SUBJECT_HPP_

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/testing/harness/adapt.hpp"
#include "common/testing/stage/pty.hpp"

namespace stepbox {

class Stage;
class Subject;

// Whether `text` contains `part`.
inline bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The result of a run.
struct Run {
  int status = -1;  // as a shell's $? shows it
  int signal = 0;   // the signal that killed the subject itself, if one did
  std::string out = {};
  std::string err = {};
};

// A subject that runs in the background. Its output goes to files, so it never blocks. The
// destructor kills it if it still runs.
class Running {
 public:
  Running(Subject& subject, size_t line, pid_t pid, const Launch& launch, bool may_refuse);
  Running(Running&& other) noexcept;
  Running& operator=(Running&&) = delete;
  ~Running();

  pid_t pid() const { return pid_; }
  void signal(int number) const;

  // Kills the subject with SIGKILL, and waits for it. Its children become orphans
  // (expect_orphans()).
  void kill_hard();

  // Waits until it has ended; fails the claim after `patience`.
  Run wait(Milliseconds patience = kPatience);
  bool ended() const;

  // Waits until its stdout contains `text`; fails the claim after `patience`, or when it ends
  // without.
  void wait_for_output(std::string_view text, Milliseconds patience = kPatience) const;
  std::string out() const;
  std::string err() const;

 private:
  Subject* subject_;
  size_t line_;  // of the subject's transcript
  pid_t pid_;
  std::string out_;
  std::string err_;
  bool may_refuse_;
};

// Sends TERM, and waits until the subject has ended, with any status.
void stop(Running& running);

class Subject {
 public:
  // `topic`: see RunSpec (adapt.hpp).
  Subject(const SubjectSpec& spec, Stage& stage, int topic);

  // Starts the subject, and waits until it has ended; fails the claim after `patience`.
  Run run(const RunSpec& run, Milliseconds patience = kPatience);
  Running start(const RunSpec& run);

  // Starts it at a pseudo terminal, under a parent that does job control (pty.hpp).
  PtyRun start_on_pty(const RunSpec& run);

  // Called after kill_hard(). Waits until the orphans have ended, then runs the subject with a
  // command that does nothing: from step 5 on each start removes what a killed one has left.
  void settle();

  int level() const { return spec_.level; }
  bool is_step() const { return spec_.is_step(); }

  // How often a claim repeats a start: `times`, but a tenth for peers and scripts by hand, which
  // start dozens of programs each.
  int repeats(int times) const { return is_step() ? times : times / 10; }

  // Whether a run without .may_refuse ended with status 125.
  bool refused() const { return refused_; }
  // The command lines so far, with their results and output: for the report of a red claim.
  std::string transcript() const;

 private:
  friend class Running;
  struct Line {
    std::string command;
    std::string input;
    std::string outcome;
    bool operator==(const Line&) const = default;
  };
  Launch prepare(const RunSpec& run);
  Milliseconds at_most_for_peers(Milliseconds patience) const;
  void skip_if_root_is_needed(const std::string& err) const;
  void record(size_t line, const Run& run, bool may_refuse);

  const SubjectSpec& spec_;
  Stage& stage_;
  int topic_;
  int runs_ = 0;
  bool refused_ = false;
  std::vector<Line> lines_;
};

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_SUBJECT_HPP_
