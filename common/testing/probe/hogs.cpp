// Programs that use up memory, CPU time or process ids. Each has a maximum, so that it does no harm
// without a limit.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/testing/probe/probe.hpp"

namespace stepbox {
namespace {

constexpr int kMostMegabytes = 256;
constexpr int kMostForks = 300;
constexpr double kMostSeconds = 3;
constexpr double kMostVforkSeconds = 60;

double seconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <class T>
T at_most(T wanted, T most) {
  return wanted < most ? wanted : most;
}

}  // namespace

int eat_memory(int count, char** words) {
  if (count < 1) return 2;
  const int megabytes = at_most(::atoi(words[0]), kMostMegabytes);
  constexpr size_t kMegabyte = 1 << 20;
  for (int got = 0; got < megabytes; ++got) {
    void* block =
        ::mmap(nullptr, kMegabyte, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
      ::printf("refused after %d MB\n", got);
      return 1;
    }
    ::memset(block, 'x', kMegabyte);
  }
  ::printf("got %d MB\n", megabytes);
  return 0;
}

int eat_cpu(int count, char** words) {
  if (count < 1) return 2;
  const double wanted = at_most(::atof(words[0]), kMostSeconds);
  ::puts("ready");
  const double start = seconds_of(CLOCK_MONOTONIC);
  double used = 0;
  double elapsed = 0;
  do {
    for (int i = 0; i < 100'000; ++i) asm volatile("");  // a loop that the compiler keeps
    used = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    elapsed = seconds_of(CLOCK_MONOTONIC) - start;
  } while (used < wanted && elapsed < 2 * wanted);
  ::printf("used %.3f of %.3f\n", used, elapsed);
  return 0;
}

int eat_processes(int count, char** words) {
  if (count < 1) return 2;
  const int wanted = at_most(::atoi(words[0]), kMostForks);
  int got = 0;
  pid_t pids[kMostForks];
  while (got < wanted) {
    const pid_t pid = ::fork();
    if (pid == -1) break;
    if (pid == 0) {
      for (;;) ::pause();
    }
    pids[got++] = pid;
  }
  const bool refused = got < wanted;
  ::printf("%d processes, then: %s\n", got, refused ? ::strerrordesc_np(errno) : "enough");
  if (count > 1) ::pause();
  for (int i = 0; i < got; ++i) ::kill(pids[i], SIGKILL);
  while (::wait(nullptr) > 0) continue;
  return refused ? 1 : 0;
}

int start_by_vfork(int count, char** words) {
  if (count < 1) return 2;
  const double end = seconds_of(CLOCK_MONOTONIC) + at_most(::atof(words[0]), kMostVforkSeconds);
  ::puts("ready");
  while (seconds_of(CLOCK_MONOTONIC) < end) {
    const pid_t pid = ::vfork();
    if (pid == -1) return 1;
    if (pid == 0) ::_exit(0);
    ::waitpid(pid, nullptr, 0);
  }
  return 0;
}

}  // namespace stepbox
