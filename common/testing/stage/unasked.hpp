// Ends a claim without an answer: the machine cannot host it, or it does not apply to the subject.
#ifndef STEPBOX_COMMON_TESTING_STAGE_UNASKED_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_UNASKED_HPP_

#include <string>

namespace stepbox {

// The result of running a claim.
enum class Answer { kTrue, kFalse, kSkipped, kNotApplicable };

// Thrown by the two functions below; caught by ask() (claim.hpp).
struct Unasked {
  Answer answer;
  std::string why;
};

// Ends a claim that this machine cannot host. It never counts as passed.
[[noreturn]] inline void skip(const std::string& why) { throw Unasked{Answer::kSkipped, why}; }

// Ends a claim that does not apply to this subject: it has no rootfs, or lacks the option.
[[noreturn]] inline void not_applicable(const std::string& why) {
  throw Unasked{Answer::kNotApplicable, why};
}

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_UNASKED_HPP_
