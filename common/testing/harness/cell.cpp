// Three processes run a cell:
//
//   verify ── keeper ── process 1 of the stage ── the claim ── subjects
//
// The keeper stays on the machine: it makes the stage's cgroups, kills the stage after the
// deadline, and removes the cgroups. Process 1 makes the stage (enter_stage()) and reaps orphans;
// when it ends, the kernel kills all other processes of the stage.
#include "common/testing/harness/cell.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/testing/stage/groups.hpp"
#include "common/testing/stage/kept_filters.hpp"
#include "common/testing/stage/launch.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kDeadline{60};
constexpr std::chrono::seconds kSlow{5};  // a claim that fails later has met a subject that hangs

// The verdict is written to a memfd: answer and `refused` as digits, the kinds of leftovers, a
// newline, the reason.
void write_verdict(const Fd& paper, const Verdict& verdict) {
  std::string text;
  text += static_cast<char>('0' + static_cast<int>(verdict.answer));
  text += verdict.refused ? '1' : '0';
  for (const std::string& kind : verdict.left) text += kind + " ";
  text += "\n" + verdict.reason;
  if (::ftruncate(paper.get(), 0) == -1) _exit(1);
  if (::pwrite(paper.get(), text.data(), text.size(), 0) == -1) _exit(1);
}

Verdict read_verdict(const Fd& paper) {
  const std::string text = read_file(proc_path(paper));
  const size_t line = text.find('\n');
  if (line == text.npos) return {.reason = "the claim itself ended without an answer\n"};
  const std::vector<std::string> left = split_words(text.substr(2, line - 2));
  return {.answer = static_cast<Answer>(text[0] - '0'),
          .reason = text.substr(line + 1),
          .refused = text[1] == '1',
          .left = {left.begin(), left.end()}};
}

bool compiles_filters(const SubjectSpec& subject) {
  return subject.level == 7 && subject.is_step() && !subject.ordinary_user &&
         subject.challenge.empty();
}

[[noreturn]] void be_the_claim(const Cell& cell, const Ingredients& ingredients, const Fd& paper) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // orphans become its children, and the census counts them
  try {
    Stage stage(ingredients, cell.subject->level);
    stage.expect_left(cell.leaks);
    if (cell.subject->ordinary_user) stage.make_his_column();
    if (::chdir(stage.scratch("").c_str()) == -1) throw_errno({"chdir"});
    // bwrap and unshare(1) leave orphans; so does bash, with <(…).
    if (!cell.subject->is_step() || cell.subject->is_script()) stage.expect_orphans();
    const Traits& traits = cell.claim->traits;
    Subject subject(*cell.subject, stage, traits.kind == kHole ? traits.closed : traits.step);
    if (compiles_filters(*cell.subject)) put_kept_filters();
    const Verdict verdict = ask(*cell.claim, subject, stage);
    write_verdict(paper, verdict);
    if (compiles_filters(*cell.subject) && verdict.answer == Answer::kTrue) keep_filters();
  } catch (const std::exception& error) {
    write_verdict(paper,
                  {.reason = std::string("the claim itself failed: ") + error.what() + "\n"});
  }
  _exit(0);
}

// Process 1 of the stage.
[[noreturn]] void be_init(const Cell& cell, const Ingredients& ingredients, const Fd& paper,
                          const StageGroups& groups) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    enter_stage(groups);
    const pid_t claim = ::fork();
    if (claim == -1) throw_errno({"fork"});
    if (claim == 0) be_the_claim(cell, ingredients, paper);
    for (pid_t ended = 0; ended != claim;) ended = ::waitpid(-1, nullptr, 0);
  } catch (const std::exception& error) {
    write_verdict(paper, {.reason = std::string("no stage: ") + error.what() + "\n"});
  }
  _exit(0);
}

void keep(const Cell& cell, const Ingredients& ingredients, const Fd& paper) {
  const StageGroups groups(random_word());
  if (::unshare(CLONE_NEWPID) == -1) throw_errno({"unshare the pid namespace"});
  const pid_t init = ::fork();
  if (init == -1) throw_errno({"fork"});
  if (init == 0) be_init(cell, ingredients, paper, groups);
  if (wait_for_end(init, kDeadline)) return;
  ::kill(init, SIGKILL);
  groups.thaw();
  ::waitpid(init, nullptr, 0);
  write_verdict(paper,
                {.reason = join({"no answer within ",
                                 std::to_string(patient(kDeadline).count() / 1000), " s\n"})});
}

struct Asked {
  Cell* cell;
  Fd paper;
  Clock::time_point since;
};

// ^C, TERM and the end of verify do not end a keeper: it removes the cgroups first. The handler
// does nothing, but it interrupts the wait.
void be_hard_to_kill() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
}

pid_t start_keeper(Cell& cell, const Ingredients& ingredients, const Fd& paper) {
  const pid_t keeper = ::fork();
  if (keeper == -1) throw_errno({"fork"});
  if (keeper != 0) return keeper;
  be_hard_to_kill();
  ::dup2(STDERR_FILENO, STDOUT_FILENO);  // a subject may inherit stdout, which is for the report
  try {
    keep(cell, ingredients, paper);
  } catch (const std::exception& error) {
    write_verdict(paper, {.reason = std::string("no stage: ") + error.what() + "\n"});
  }
  _exit(0);
}

// Why a cell is not run although its subject exists; empty if it is run. A cell without a demand is
// not run for step 1, where the claim's command would change the machine's files; nor if the claim
// is about the runtime around a container: these would take most of the matrix's time.
std::string why_not_asked(const Cell& cell) {
  if (!cell.wanted) return "it would not be judged";
  if (cell.demand != Demand::kNothing) return "";
  if (cell.subject->level == 1) return "it has no rootfs";
  return is_about_runtime(*cell.claim) ? "it is no runtime" : "";
}

bool has_hung(const Verdict& verdict) {
  return verdict.answer == Answer::kFalse &&
         std::chrono::duration<double>(verdict.seconds) > patient(kSlow);
}

// Why a cell of this subject counts as false without a run: the program does not exist
// (PROGRAM.why, which scripts/lab/grade_all.py writes, may say why), or it hangs. Empty if it is
// run.
std::string why_in_vain(const SubjectSpec& subject, int hung, int strikes) {
  const std::string& program = subject.words.front();
  if (program.starts_with('/') && !exists(program)) {
    const std::string why = program + ".why";
    return exists(why) ? read_file(why) : "there is no " + program + "\n";
  }
  if (strikes == 0 || hung < strikes) return "";
  return "not asked: it hung in " + std::to_string(strikes) + " claims before this one\n";
}

}  // namespace

void ask_all(std::vector<Cell>& cells, const Ingredients& ingredients, int at_once, int strikes,
             int enough) {
  open_kept_filters();
  std::map<pid_t, Asked> under_way;
  std::map<const SubjectSpec*, int> hung;
  std::map<const SubjectSpec*, std::set<std::string>> leaks;
  size_t next = 0;
  int red = 0;
  while (next < cells.size() || !under_way.empty()) {
    while (next < cells.size() && under_way.size() < static_cast<size_t>(at_once)) {
      Cell& cell = cells[next++];
      if (const std::string why = why_not_asked(cell); !why.empty()) {
        cell.verdict = {.answer = Answer::kNotApplicable, .reason = why};
        continue;
      }
      if (const std::string why = why_in_vain(*cell.subject, hung[cell.subject], strikes);
          !why.empty()) {
        cell.verdict = {.reason = why, .refused = true};
        continue;
      }
      Fd paper = open_memfd("verdict");
      cell.leaks = leaks[cell.subject];
      const pid_t keeper = start_keeper(cell, ingredients, paper);
      under_way.emplace(keeper, Asked{&cell, std::move(paper), Clock::now()});
    }
    const pid_t ended = ::waitpid(-1, nullptr, 0);
    const auto found = under_way.find(ended);
    if (found == under_way.end()) continue;
    Asked& asked = found->second;
    asked.cell->verdict = read_verdict(asked.paper);
    asked.cell->verdict.seconds = std::chrono::duration<double>(Clock::now() - asked.since).count();
    if (has_hung(asked.cell->verdict)) ++hung[asked.cell->subject];
    if (is_red(asked.cell->verdict, asked.cell->demand)) {
      leaks[asked.cell->subject].merge(std::set(asked.cell->verdict.left));
      if (++red == enough) {
        cells.erase(cells.begin() + static_cast<std::ptrdiff_t>(next), cells.end());
      }
    }
    under_way.erase(found);
  }
}

}  // namespace stepbox
