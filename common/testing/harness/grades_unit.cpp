// Does each claim earn its points, and do the reports show them?
#include <doctest/doctest.h>

#include "common/testing/harness/grades.hpp"
#include "common/testing/harness/report.hpp"

namespace stepbox {
namespace {

const Claim kAdded{.name = "added", .traits = {.step = 3, .points = 2}};
const Claim kOther{.name = "other", .traits = {.step = 3, .points = 3}};
const Claim kStays{.name = "stays", .traits = {.step = 3, .kind = kKept}};
const SubjectSpec kMine{.name = "mine3", .level = 3, .words = {}};

std::vector<Cell> cells(Answer added, Answer other) {
  return {{&kAdded, &kMine, Demand::kTrue, {.answer = added}},
          {&kOther, &kMine, Demand::kTrue, {.answer = other, .reason = "\"no\"\xff"}},
          {&kStays, &kMine, Demand::kTrue, {.answer = Answer::kTrue}}};
}

std::string last_line(const std::string& text) {
  return text.substr(text.rfind('\n', text.size() - 2) + 1);
}

}  // namespace

TEST_CASE("a claim that holds earns its points, another one loses them") {
  CHECK(last_line(as_grades(cells(Answer::kTrue, Answer::kTrue), false)) == "  6/  6  total\n");
  CHECK(last_line(as_grades(cells(Answer::kTrue, Answer::kFalse), false)) == "  3/  6  total\n");
}

TEST_CASE("a skipped claim costs no points") {
  CHECK(last_line(as_grades(cells(Answer::kTrue, Answer::kSkipped), false)) == "  3/  3  total\n");
}

TEST_CASE("a step that is not begun earns no points for kept claims") {
  CHECK(last_line(as_grades(cells(Answer::kFalse, Answer::kFalse), false)) == "  0/  6  total\n");
}

TEST_CASE("a challenge's points are extra, and do not make its step a begun one") {
  const Claim more{.name = "more", .traits = {.step = 3, .points = 4, .challenge = "toy"}};
  auto with = [&](Answer added) {
    std::vector<Cell> all = cells(added, Answer::kFalse);
    all.push_back({&more, &kMine, Demand::kTrue, {.answer = Answer::kTrue}});
    return all;
  };
  CHECK(last_line(as_grades(with(Answer::kTrue), false)) == "  4/  4  extra, for challenges\n");
  const Grade grade = grade_of(with(Answer::kFalse));
  CHECK(grade.steps.earned == 0);
  CHECK(grade.steps.reachable == 6);
  CHECK(as_json(with(Answer::kTrue)).find("\"score\": 7,") != std::string::npos);
}

TEST_CASE("claims of the step itself are graded, but no holes and no verbs") {
  CHECK(is_graded({.name = "a", .traits = {.step = 3}, .file = "steps/03-mount/verify.cpp"}, 3));
  CHECK_FALSE(is_graded({.name = "a", .traits = {.step = 2}}, 3));
  CHECK_FALSE(is_graded({.name = "a", .traits = {.step = 3, .kind = kHole, .closed = 4}}, 3));
  CHECK_FALSE(is_graded({.name = "a", .traits = {.step = 7}, .file = "verify_ps.cpp"}, 7));
}

TEST_CASE("the report for Gradescope has the sum, and a reason for each lost point") {
  const std::string json = as_json(cells(Answer::kTrue, Answer::kFalse));
  CHECK(json.find("\"score\": 3,") != std::string::npos);
  CHECK(json.find("\"max_score\": 3,\n      \"status\": \"failed\",\n      \"output\": "
                  "\"\\\"no\\\"\uFFFD\"") != std::string::npos);
}

}  // namespace stepbox
