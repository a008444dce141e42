// A claim: one question about a subject, its name the answer that a right subject gives.
//
//   CLAIM("the command is process 1", {.step = 4, .points = 2, .hint = "CLONE_NEWPID"}) {
//     const Run run = subject.run({.command = {"/bin/sh", "-c", "echo $$"}});
//     CHECK(run.out == "1\n");
//   }
//
// A claim is a doctest case; its body sees `subject` (subject.hpp) and `stage` (stage.hpp).
// Names hold no comma and no asterisk: doctest's filters would split them. No two are the same.
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

enum Kind {
  kNew,   // false of step N-1, true from N on
  kHole,  // asserts that a hole is open: true from N, false from `closed` on
  kKept,  // true before N too; the sabotage it names turns it red
};

struct Traits {
  int step = 0;
  Kind kind = kNew;
  int closed = 0;                  // kHole: the first step where the hole is shut
  int points = 1;                  // for grading
  std::string_view hint = {};      // for a student whose claim is red
  std::string_view sabotage = {};  // kKept: steps/NN-x/sabotage/<this>.patch
  // steps/NN-x/challenges/<this>: asked of a program for that challenge, and of no step.
  std::string_view challenge = {};
};

struct Claim {
  std::string name;
  Traits traits;
  std::string file = {};
  int line = 0;
};

// All claims, by step, in the order of their files; those of challenges among them.
const std::vector<Claim>& claims();

// Whether it is about the runtime around a container: its verbs, images, records. Of step 7 only
// verify.cpp asks what a container itself is.
bool is_about_runtime(const Claim& claim);

// What a subject at `level` must answer for the claim to be what its kind says.
enum class Demand { kTrue, kFalse, kNothing };
Demand demand_of(const Traits& traits, int level, bool peer);

// Whether `--step level` asks this claim: of an earlier step, and no hole that is shut by then.
bool is_asked(const Traits& traits, int level);

// What came out of asking.
struct Verdict {
  Answer answer = Answer::kFalse;
  std::string reason = {};          // for all but kTrue: what a student should read
  bool refused = false;             // the subject itself failed (125), though nobody expected it
  std::set<std::string> left = {};  // kinds of what it has left behind (census.hpp)
  double seconds = 0;
};

// Red is what the claim's kind did not promise. A claim that should be false must be false by
// what the container does: a subject that merely refuses to start proves nothing.
bool is_red(const Verdict& verdict, Demand demand);

// Asks one claim, here and now, in this process: it must be a stage's (see cell.hpp).
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
