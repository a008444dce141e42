// verify: runs claims, and prints a report. Its options are in verify_cli.cpp.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/harness/by_hand.hpp"
#include "common/testing/harness/cell.hpp"
#include "common/testing/harness/grades.hpp"
#include "common/testing/harness/report.hpp"
#include "common/testing/harness/verify_cli.hpp"
#include "common/testing/stage/groups.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

constexpr int kRedFound = 1;
constexpr int kUsage = 2;
constexpr int kStrikes = 3;  // claims in which a student's step may hang

// `beside`: the file of the claim that --beside names, if there is one.
bool is_chosen(const Claim& claim, const std::vector<std::string>& names,
               const std::string& beside) {
  if (names.empty() && beside.empty()) return true;
  return claim.file == beside || std::find(names.begin(), names.end(), claim.name) != names.end();
}

void check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const bool known = std::any_of(claims().begin(), claims().end(),
                                   [&](const Claim& claim) { return claim.name == name; });
    if (!known) throw Failure("no such claim: " + name, "verify --list names them");
  }
}

// The file of the claim of this name; empty for no name.
std::string file_of(const std::string& name) {
  const auto found = std::find_if(claims().begin(), claims().end(),
                                  [&](const Claim& claim) { return claim.name == name; });
  return found == claims().end() ? "" : found->file;
}

bool is_for(const Claim& claim, const SubjectSpec& subject, const VerifyOptions& options) {
  if (claim.traits.challenge != subject.challenge) return false;
  if (options.matrix) return true;
  return options.grade ? is_graded(claim, subject.level) : is_asked(claim.traits, subject.level);
}

// The step that a challenge belongs to: the level of its programs.
int step_of_challenge(const std::string& name) {
  const auto found = std::find_if(claims().begin(), claims().end(), [&](const Claim& claim) {
    return claim.traits.challenge == name;
  });
  if (found == claims().end()) throw Failure("no such challenge: " + name, "make challenges");
  return found->traits.step;
}

// Whether the cell has no demand, whatever the claim's kind. By-hand scripts have none about the
// runtime; with --judged, only for claims that their step adds or closes: a script starts dozens of
// programs, and takes longer than all seven steps. Also with --judged, step 6 is not asked about
// the runtime: it has no verbs, so it fails. `make matrix` demands the others, too.
bool is_unjudged(const Claim& claim, const SubjectSpec& subject, bool judged) {
  if (subject.peer) return true;
  if (!subject.by_hand) return judged && subject.level < 7 && is_about_runtime(claim);
  const Traits& traits = claim.traits;
  const bool of_its_step = traits.step == subject.level || traits.closed == subject.level;
  return is_about_runtime(claim) || (judged && !of_its_step);
}

std::vector<Cell> cells_of(const VerifyOptions& options) {
  const std::string beside = file_of(options.beside);
  std::vector<Cell> cells;
  for (const Claim& claim : claims()) {
    if (!is_chosen(claim, options.claims, beside)) continue;
    for (const SubjectSpec& subject : options.subjects) {
      if (!is_for(claim, subject, options)) continue;
      const bool unjudged = is_unjudged(claim, subject, options.judged);
      const Demand demand = demand_of(claim.traits, subject.level, unjudged);
      const bool wanted = !options.judged || demand != Demand::kNothing;
      cells.push_back({.claim = &claim, .subject = &subject, .demand = demand, .wanted = wanted});
    }
  }
  // Challenges come last: their points are extra.
  std::stable_partition(cells.begin(), cells.end(),
                        [](const Cell& cell) { return cell.subject->challenge.empty(); });
  return cells;
}

void print(const std::vector<Cell>& cells, const VerifyOptions& options) {
  const bool coloured = ::isatty(STDOUT_FILENO) == 1;
  const std::string sum = summary_of(tally_of(cells)) + "\n";
  const std::string report = options.format == "json"    ? as_json(cells)
                             : options.format == "junit" ? as_junit(cells)
                             : options.matrix ? as_matrix(cells, options.subjects, coloured)
                             : options.grade  ? as_grades(cells, coloured)
                                              : as_text(cells, coloured);
  std::fputs(report.c_str(), stdout);
  if (options.format == "text") std::fputs(sum.c_str(), stdout);
  if (!options.keep.empty())
    create_file(options.keep, as_matrix(cells, options.subjects, false) + sum);
}

int verify(VerifyOptions options) {
  check_names(options.claims);
  if (!options.beside.empty()) check_names({options.beside});
  if (options.list) {
    std::fputs(as_list(options.challenge).c_str(), stdout);
    return 0;
  }
  if (::geteuid() != 0) throw Failure("the stage needs root", "try it with sudo");
  for (SubjectSpec& subject : options.subjects) {
    if (!subject.challenge.empty()) subject.level = step_of_challenge(subject.challenge);
    subject.without_limits =
        !has_controller("cpu") || !has_controller("memory") || !has_controller("pids");
  }
  const Ingredients ingredients = find_ingredients();
  prepare_workshop();
  std::vector<Cell> cells = cells_of(options);
  std::vector<Excuse> excuses;
  for (const std::string& file : options.excuses) {
    const std::vector<Excuse> more = read_excuses(read_file(file));
    excuses.insert(excuses.end(), more.begin(), more.end());
  }
  if (options.judged) leave_out(cells, excuses);
  ask_all(cells, ingredients, options.at_once, options.grade ? kStrikes : 0, options.enough);
  excuse(cells, excuses);
  print(cells, options);
  return tally_of(cells).failed > 0 ? kRedFound : 0;
}

}  // namespace
}  // namespace stepbox

int main(int argc, char** argv) {
  int status = 0;
  auto options = stepbox::parse_verify_options(argc, argv, status);
  if (!options) return status;
  try {
    return stepbox::verify(std::move(*options));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "verify: %s\n", error.what());
    return stepbox::kUsage;
  }
}
