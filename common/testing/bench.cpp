// Times programs from start to exit, in turns.
//
//   bench [--runs 30] [--gap 40] [--baseline NAME] NAME='COMMAND ARG... [; COMMAND ARG...]' ...
//
// Several commands, with a word ";" between them, are run one after another and timed together.
// The programs take turns, so that other load on the machine affects all of them. The gap (ms)
// between two runs lets the kernel remove namespaces and mounts, which takes place after the
// process has ended. Prints the median, the fastest, and the ratio of medians to the baseline. A
// command that fails is shown as failed, and the exit status is 1.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace stepbox {
namespace {

struct Contender {
  std::string name;
  std::vector<std::vector<std::string>> commands = {{}};
  std::vector<double> times = {};  // ms
  bool failed = false;
};

bool succeeds(std::vector<std::string>& command, const posix_spawn_file_actions_t& quiet) {
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  int status = 0;
  return ::posix_spawnp(&pid, argv[0], &quiet, nullptr, argv.data(), environ) == 0 &&
         ::waitpid(pid, &status, 0) == pid && status == 0;
}

// Milliseconds from spawn to wait; negative when a command does not exit with 0.
double time_once(Contender& contender, const posix_spawn_file_actions_t& quiet) {
  const auto start = std::chrono::steady_clock::now();
  for (std::vector<std::string>& command : contender.commands) {
    if (!succeeds(command, quiet)) return -1;
  }
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  return elapsed.count();
}

void run_in_turns(std::vector<Contender>& contenders, int runs, int gap) {
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::posix_spawn_file_actions_addopen(&quiet, fd, "/dev/null", O_RDWR, 0);
  }
  for (int run = -1; run < runs; ++run) {  // run -1 fills the caches, and is not counted
    for (Contender& contender : contenders) {
      if (contender.failed) continue;
      const double elapsed = time_once(contender, quiet);
      contender.failed = elapsed < 0;
      if (run >= 0 && elapsed >= 0) contender.times.push_back(elapsed);
      std::this_thread::sleep_for(std::chrono::milliseconds(gap));
    }
  }
  ::posix_spawn_file_actions_destroy(&quiet);
}

double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const std::size_t half = times.size() / 2;
  return times.size() % 2 == 1 ? times[half] : (times[half - 1] + times[half]) / 2;
}

bool print_table(const std::vector<Contender>& contenders, const std::string& baseline) {
  double base = 0;
  for (const Contender& contender : contenders) {
    if (contender.name == baseline && !contender.failed) base = median(contender.times);
  }
  std::printf("%-28s %10s %10s %12s\n", "", "median ms", "fastest", base > 0 ? "ratio" : "");
  bool all_ran = true;
  for (const Contender& contender : contenders) {
    if (contender.failed) {
      std::printf("%-28s %10s\n", contender.name.c_str(), "failed");
      all_ran = false;
      continue;
    }
    const double middle = median(contender.times);
    const double fastest = *std::min_element(contender.times.begin(), contender.times.end());
    std::printf("%-28s %10.1f %10.1f", contender.name.c_str(), middle, fastest);
    if (base > 0) std::printf(" %12.2f", middle / base);
    std::printf("\n");
  }
  return all_ran;
}

}  // namespace
}  // namespace stepbox

int main(int argc, char** argv) {
  using namespace stepbox;
  int runs = 30;
  int gap = 40;
  std::string baseline;
  std::vector<Contender> contenders;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--runs" && i + 1 < argc) {
      runs = std::atoi(argv[++i]);
    } else if (word == "--gap" && i + 1 < argc) {
      gap = std::atoi(argv[++i]);
    } else if (word == "--baseline" && i + 1 < argc) {
      baseline = argv[++i];
    } else if (const std::size_t equals = word.find('='); equals != std::string::npos) {
      Contender contender{.name = word.substr(0, equals)};
      std::istringstream words(word.substr(equals + 1));
      for (std::string part; words >> part;) {
        if (part == ";") {
          contender.commands.emplace_back();
        } else {
          contender.commands.back().push_back(part);
        }
      }
      contenders.push_back(contender);
    }
  }
  if (contenders.empty() || runs < 1 || gap < 0) {
    std::fprintf(stderr, "usage: bench [--runs N] [--gap MS] [--baseline NAME] NAME=COMMAND...\n");
    return 2;
  }
  run_in_turns(contenders, runs, gap);
  return print_table(contenders, baseline) ? 0 : 1;
}
