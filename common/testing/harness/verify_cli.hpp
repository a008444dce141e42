// The command line of verify. Only verify_cli.cpp includes CLI11, beside common/cli.cpp.
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
  bool judged = false;               // runs only cells with a demand
  bool grade = false;                // prints points: each subject runs the claims of its own step
  std::vector<std::string> excuses;  // files (by_hand.hpp)
  bool list = false;
  std::string challenge;            // runs its claims; empty: those of the steps
  std::vector<std::string> claims;  // their names; none: all
  std::string beside;               // a claim's name: runs the other claims of its file, too
  std::string format = "text";
  std::string keep;  // a file to which the matrix is written, too
  int at_once = 2;
  int enough = 0;  // stops after so many red cells; 0: no limit
};

// Returns nothing if the program must end at once, with `status`: after --help, or bad usage (2).
std::optional<VerifyOptions> parse_verify_options(int argc, char** argv, int& status);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_HARNESS_VERIFY_CLI_HPP_
