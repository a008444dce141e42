#include "common/testing/stage/internet.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/testing/stage/launch.hpp"

namespace stepbox {
namespace {

// The output of programs that run in the internet.
constexpr const char* kAnswer = "/run/stage/cell/internet-out";
constexpr const char* kBatch = "/run/stage/cell/ip-batch";
const std::vector<std::string> kIpBatch{"ip", "-batch", kBatch};

void ip_batch(const std::vector<std::string>& words, const std::string& lines) {
  create_file(kBatch, lines);
  const std::optional<int> status =
      wait_for_end(launch({.words = words, .err = kAnswer}), std::chrono::seconds(10));
  if (!status || *status != 0) throw Failure("cannot build the internet: " + read_file(kAnswer));
}

pid_t start_holder() {
  Pipe ready;
  const pid_t holder = ::fork();
  if (holder == -1) throw_errno({"fork"});
  if (holder == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char answer = ::unshare(CLONE_NEWNET) == 0 ? 'y' : 'n';
    if (::write(ready.writer.get(), &answer, 1) != 1) _exit(1);
    for (;;) ::pause();
  }
  char answer = 'n';
  if (::read(ready.reader.get(), &answer, 1) != 1 || answer != 'y') {
    throw Failure("cannot make a second network namespace");
  }
  return holder;
}

}  // namespace

Internet::Internet() : holder_(start_holder()) {
  ip_batch(kIpBatch, "link add world0 type veth peer name eth0 netns " + std::to_string(holder_) +
                         "\naddr add 203.0.113.1/24 dev world0\nlink set world0 up\n");
  ip_batch(out_there(kIpBatch),
           "addr add 203.0.113.2/24 dev eth0\nlink set eth0 up\nlink set lo up\n");
}

Internet::~Internet() {
  ::kill(holder_, SIGKILL);
  ::waitpid(holder_, nullptr, 0);
}

std::string Internet::run(const std::vector<std::string>& words) const {
  const pid_t pid = launch({.words = out_there(words), .out = kAnswer});
  if (!wait_for_end(pid, std::chrono::seconds(10))) ::kill(pid, SIGKILL);
  return read_file(kAnswer);
}

std::vector<std::string> Internet::out_there(const std::vector<std::string>& words) const {
  const std::string network = "--net=/proc/" + std::to_string(holder_) + "/ns/net";
  std::vector<std::string> whole{"nsenter", network, "--"};
  whole.insert(whole.end(), words.begin(), words.end());
  return whole;
}

}  // namespace stepbox
