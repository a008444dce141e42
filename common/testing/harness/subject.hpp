// The program under test: any command line that understands `[OPTIONS] ROOTFS COMMAND...`.
//
//   const Run run = subject.run({.options = {"--hostname", "x"}, .command = {"/bin/hostname"}});
//   CHECK(run.status == 0);
//
// The command line is adapted to the subject first (adapt.hpp), so that step N-1 fails by what
// its container does, never by an option it does not know. Status 125 fails the claim, unless
// the claim says `.may_refuse`.
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

// Whether `part` is somewhere in `text`: what a claim asks most.
inline bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// How a subject ended.
struct Run {
  int status = -1;  // as a shell's $? shows it
  int signal = 0;   // the signal that killed the subject itself, if one did
  std::string out = {};
  std::string err = {};
};

// A subject that has been started in the background. Its output goes to files, so it never
// blocks. Destroyed while it runs: killed, and the claim with it should have failed.
class Running {
 public:
  Running(Subject& subject, size_t line, pid_t pid, const Launch& launch, bool may_refuse);
  Running(Running&& other) noexcept;
  Running& operator=(Running&&) = delete;
  ~Running();

  pid_t pid() const { return pid_; }
  void signal(int number) const;

  // kill -9: what it started dies by itself, without anybody to wait for it.
  void kill_hard();

  // Waits for the end; fails the claim when it takes longer.
  Run wait(Milliseconds patience = kPatience);
  bool ended() const;

  // Waits until its stdout holds `text`; fails the claim when that does not come.
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

// Sends TERM, and waits for the end, whatever that is like.
void stop(Running& running);

class Subject {
 public:
  // `topic`: see RunSpec.
  Subject(const SubjectSpec& spec, Stage& stage, int topic);

  // Runs it to its end; fails the claim when that takes longer than `patience`.
  Run run(const RunSpec& run, Milliseconds patience = kPatience);
  Running start(const RunSpec& run);

  // The same at a terminal, under a parent that does job control as a shell does.
  PtyRun start_on_pty(const RunSpec& run);

  // Waits until what a killed subject had started is dead, then starts it once more, with a
  // command that does nothing: from step 5 on this tidies up after its predecessor.
  void settle();

  int level() const { return spec_.level; }
  bool is_step() const { return spec_.is_step(); }

  // Whether it failed (125) where nobody expected that.
  bool refused() const { return refused_; }
  // What was run so far, how it ended, and what it said: for the report of a red claim.
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
