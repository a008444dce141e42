// verify's command line. CLI11 is seen by verify_cli.cpp alone.
#ifndef STEPBOX_COMMON_TESTING_HARNESS_VERIFY_CLI_HPP_
#define STEPBOX_COMMON_TESTING_HARNESS_VERIFY_CLI_HPP_

#include <optional>
#include <string>
#include <vector>

#include "common/testing/harness/adapt.hpp"

namespace stepbox {

struct VerifyOptions {
  std::vector<SubjectSpec> subjects;  // one, the columns of the matrix, or a student's steps
  bool matrix = false;
  bool judged = false;               // asks only what the claim's kind demands an answer of
  bool grade = false;                // for points: each subject answers for its own step alone
  std::vector<std::string> excuses;  // files: what cannot be asked of some columns (by_hand.hpp)
  bool list = false;
  std::string challenge;            // whose claims; empty: those of the steps
  std::vector<std::string> claims;  // by name; none means all
  std::string beside;               // a claim's name: those that share its file, too
  std::string format = "text";
  std::string keep;  // a file that gets the matrix too
  int at_once = 2;
  int enough = 0;  // after so many red ones no more are asked; 0: all are
};

// Nothing when the program is to end at once, with `status`: --help, or bad usage (2).
std::optional<VerifyOptions> parse_verify_options(int argc, char** argv, int& status);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_VERIFY_CLI_HPP_
