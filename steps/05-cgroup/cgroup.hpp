// Step 5. Control groups: how much a container may use. (cgroups(7))
//
// A cgroup is a directory, its settings are files, its members process ids written to one of them.
// Two versions of that interface are about. v1: one tree for each controller (cpu, memory, pids).
// v2: one tree for all. Many hosts have both, so the version is chosen for each controller.
#ifndef STEPBOX_STEPS_05_CGROUP_CGROUP_HPP_
#define STEPBOX_STEPS_05_CGROUP_CGROUP_HPP_

#include <cstdint>
#include <string>
#include <vector>

#include "05-cgroup/group.hpp"
#include "common/cli.hpp"

namespace stepbox {

// Microseconds of CPU time in each period of 100 ms, all CPUs together. "1.5" is 150,000.
struct CpuQuota {
  int64_t microseconds = 0;
};
void parse_value(const std::string& text, CpuQuota& quota);

// "134217728", "128m", "0.5g": b, k, m, g are powers of 1024.
struct Bytes {
  int64_t count = 0;
};
void parse_value(const std::string& text, Bytes& bytes);

struct Count {
  int64_t number = 0;
};
void parse_value(const std::string& text, Count& count);

// "0-3", "0,2": the numbers of CPUs, as in /proc/self/status (cpuset(7), "List format").
struct CpuList {
  std::string text;  // empty: all
};
void parse_value(const std::string& text, CpuList& list);

// What a container may use. 0: no limit; all of them 0: no cgroup at all.
struct Limits {
  CpuQuota cpus{20'000};    // --cpus 0.2
  Bytes memory{128 << 20};  // --memory 128m, swap included
  Count pids{64};           // --pids-limit 64: processes and threads
  CpuList cpu_list{};       // --cpuset-cpus
  bool stats = false;       // --stats
  // Step 7: groups without a limit too, where the host has them for us: to freeze the container,
  // and to limit it later.
  bool always = false;
};
void add_options(CommandLine& cli, Limits& limits);
void add_limit_options(CommandLine& cli, Limits& limits);  // without --stats

// A container's own groups, `stepbox/<id>`, in each tree that is needed. Outside.
class Cgroup {
 public:
  // Makes the groups, with their limits, and removes those whose owner died.
  // Throws Failure where the host has no such controller; system_error where we may not use it.
  Cgroup(const std::string& id, const Limits& limits);

  ~Cgroup();  // kills who is left in the groups, and removes them
  Cgroup(Cgroup&&) = default;

  // The groups of a container that runs already within `limits`. (Step 7)
  static Cgroup existing(const std::string& id, const Limits& limits = {});

  // Outside. Sets what differs between the limits that are in force and `wanted`, for processes
  // that run too. Throws Failure where there is no group for it; system_error where the kernel
  // refuses: then the old ones are in force.
  void change(const Limits& wanted);

  // Outside. Stops all processes, those too that joined later; or lets them go on. Returns when it
  // is done. Throws Failure where there is no group for it.
  void freeze(bool frozen) const;
  bool is_frozen() const;

  // Inside, first of all: this process becomes a member, so the limits hold before the command
  // starts. By itself: a parent who writes somebody else's pid waits 10 ms for the kernel.
  void join() const;

  // For spawn(), on v2: the child is born a member. -1 on v1.
  int fd() const;

  // Outside, when the container has ended. Says on stderr whether the kernel killed for lack of
  // memory; with --stats, what was used.
  void report() const;

 private:
  Cgroup() = default;
  const Group& freezer() const;
  void spread_to(const Hierarchy& hierarchy);

  std::string id_;
  Limits limits_;
  bool owner_ = false;
  std::vector<Group> groups_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_05_CGROUP_CGROUP_HPP_
