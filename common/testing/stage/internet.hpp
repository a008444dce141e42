// "The internet": a second network namespace, linked to that of the stage. A server in it sees the
// source address of a packet, so claims can test NAT.
//
//   stage 203.0.113.1  <-- veth -->  203.0.113.2 the internet
#ifndef STEPBOX_COMMON_TESTING_STAGE_INTERNET_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_INTERNET_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

namespace stepbox {

constexpr const char* kHostAddress = "203.0.113.1";
constexpr const char* kInternetAddress = "203.0.113.2";

class Internet {
 public:
  // Inside the stage. Throws Failure when it cannot be made.
  Internet();
  Internet(const Internet&) = delete;
  Internet& operator=(const Internet&) = delete;
  ~Internet();

  // Runs a program in the internet; returns its stdout. It is ended after 10 s. Ignores its status.
  std::string run(const std::vector<std::string>& words) const;
  // The command line that runs `words` in the internet's network namespace, by nsenter(1).
  std::vector<std::string> out_there(const std::vector<std::string>& words) const;

 private:
  pid_t holder_ = -1;  // a process that keeps the namespace alive
};

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_INTERNET_HPP_
