#include "common/testing/internet.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/testing/launch.hpp"

namespace stepbox {
namespace {

// Where programs out there leave their words.
constexpr const char* kAnswer = "/run/stage/cell/internet-out";

std::vector<std::string> out_there(pid_t holder, const std::vector<std::string>& words) {
  std::vector<std::string> whole{"nsenter", "--net=/proc/" + std::to_string(holder) + "/ns/net",
                                 "--"};
  whole.insert(whole.end(), words.begin(), words.end());
  return whole;
}

void ip_batch(const std::vector<std::string>& prefix, const std::string& lines) {
  const std::string file = "/run/stage/cell/ip-batch";
  create_file(file, lines);
  std::vector<std::string> words = prefix;
  words.insert(words.end(), {"ip", "-batch", file});
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
  ip_batch({}, "link add world0 type veth peer name eth0 netns " + std::to_string(holder_) +
                   "\naddr add 203.0.113.1/24 dev world0\nlink set world0 up\n");
  ip_batch(out_there(holder_, {}),
           "addr add 203.0.113.2/24 dev eth0\nlink set eth0 up\nlink set lo up\n");
}

Internet::~Internet() {
  ::kill(holder_, SIGKILL);
  ::waitpid(holder_, nullptr, 0);
}

std::string Internet::run(const std::vector<std::string>& words) const {
  const pid_t pid = launch({.words = out_there(holder_, words), .out = kAnswer});
  if (!wait_for_end(pid, std::chrono::seconds(10))) ::kill(pid, SIGKILL);
  return read_file(kAnswer);
}

void Internet::start(const std::vector<std::string>& words) const {
  launch({.words = out_there(holder_, words)});
}

}  // namespace stepbox
