// "The internet": a second network namespace beside the host's, 203.0.113.0/24, so that NAT is
// tested against a peer that sees the source address.
//
//   host 203.0.113.1  <-- veth -->  203.0.113.2 the internet
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
  // Inside the stage. Throws Failure when it cannot be built.
  Internet();
  Internet(const Internet&) = delete;
  Internet& operator=(const Internet&) = delete;
  ~Internet();

  // Runs a program out there; returns its stdout. An empty answer where it fails.
  std::string run(const std::vector<std::string>& words) const;
  // The same words, for whoever starts the program: run in the internet's network namespace.
  std::vector<std::string> out_there(const std::vector<std::string>& words) const;

 private:
  pid_t holder_ = -1;  // a process that keeps the namespace alive
};

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_INTERNET_HPP_
