// A claim: a test that asks one question about a subject. Its name is the right answer.
//
//   CLAIM("the command is process 1", {.step = 4, .points = 2, .hint = "CLONE_NEWPID"}) {
//     const Run run = subject.run({.command = {"/bin/sh", "-c", "echo $$"}});
//     CHECK(run.out == "1\n");
//   }
//
// A claim is a doctest case; its body sees `subject` (subject.hpp) and `stage` (stage.hpp).
// A name is unique, and has no comma, asterisk or backslash: doctest's filters use these.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_CLAIM_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_CLAIM_HPP_

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/testing/stage/unasked.hpp"

namespace stepbox {

class Subject;
class Stage;

enum ClaimKind {
  kNew,   // false of step N-1, true from N on
  kHole,  // says what is still open: true from N on, false from `closed` on
  kKept,  // true before N too; the sabotage it names turns it red
};

struct Traits {
  int step = 0;
  ClaimKind kind = kNew;
  int closed = 0;                  // kHole: the first step that closes it
  int points = 1;                  // for grading
  std::string_view hint = {};      // printed below a red claim
  std::string_view sabotage = {};  // kKept: steps/NN-x/sabotage/<this>.patch
  // steps/NN-x/challenges/<this>: tests a program for that challenge, and no step.
  std::string_view challenge = {};
};

struct Claim {
  std::string name;
  Traits traits;
  std::string file = {};
  int line = 0;
};

// All claims, those of challenges too, sorted by step, file and line.
const std::vector<Claim>& claims();

// Whether it is about the runtime around a container: verbs, images, records. These are all claims
// of step 7 but those in verify.cpp, which are about the container itself.
bool is_about_runtime(const Claim& claim);

// The answer that a claim of this kind demands of a subject at `level`; none of peers.
enum class Demand { kTrue, kFalse, kNothing };
Demand demand_of(const Traits& traits, int level, bool peer);

// Whether `--step level` runs this claim: it demands `true` of that step.
bool is_asked(const Traits& traits, int level);

// The result of a cell.
struct Verdict {
  Answer answer = Answer::kFalse;
  std::string reason = {};          // unless kTrue: the text for the report
  bool refused = false;             // the subject failed with 125, unexpectedly
  std::set<std::string> left = {};  // the kinds of leftovers (census.hpp)
  double seconds = 0;
};

// Whether the verdict differs from the demand. A claim that must be false must be false because of
// what the container does: if the subject refuses to start, the verdict is red, too.
bool is_red(const Verdict& verdict, Demand demand);

// Runs one claim in this process, which must be on a stage (cell.cpp).
Verdict ask(const Claim& claim, Subject& subject, Stage& stage);

// For the macro below.
bool declare_claim(std::string_view name, const Traits& traits, const char* file, int line);
Subject& current_subject();
Stage& current_stage();

}  // namespace stepbox

#define STEPBOX_CLAIM(function, name, ...)                                                \
  static void function(::stepbox::Subject& subject, ::stepbox::Stage& stage);             \
  [[maybe_unused]] static const bool function##_declared =                                \
      ::stepbox::declare_claim(name, ::stepbox::Traits __VA_ARGS__, __FILE__, __LINE__);  \
  TEST_CASE(name) { function(::stepbox::current_subject(), ::stepbox::current_stage()); } \
  static void function([[maybe_unused]] ::stepbox::Subject& subject,                      \
                       [[maybe_unused]] ::stepbox::Stage& stage)
#define STEPBOX_CLAIM_EXPANDED(function, name, ...) STEPBOX_CLAIM(function, name, __VA_ARGS__)
#define CLAIM(name, ...) \
  STEPBOX_CLAIM_EXPANDED(DOCTEST_ANONYMOUS(stepbox_claim_), name, __VA_ARGS__)

#endif  // STEPBOX_COMMON_TESTING_HARNESS_CLAIM_HPP_
