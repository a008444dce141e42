// Messages about unexpected text in the files of a group. (The group is an ordinary directory: the
// kernel writes only numbers to these files.)
#include <doctest/doctest.h>

#include "05-cgroup/limits.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {

static GroupDirectory group_in(const ScratchDirectory& scratch, const char* controller) {
  const std::string base = scratch.file("tree");
  const std::string path = base + "/stepbox/" + std::string(64, 'a');
  make_directories(path);
  return GroupDirectory({false, base, {controller}}, path, open_directory(path));
}

TEST_CASE("a v1 file that is no number is named with its text") {
  const ScratchDirectory scratch;
  Usage usage;
  const GroupDirectory cpuacct = group_in(scratch, "cpuacct");
  create_file(cpuacct.path() + "/cpuacct.usage", "max\n");
  const std::string message = "read " + cpuacct.path() + "/cpuacct.usage: 'max' is no number";
  CHECK_THROWS_WITH_AS(add_usage_v1(cpuacct, usage), message.c_str(), Failure);
  const GroupDirectory memory = group_in(scratch, "memory");
  create_file(memory.path() + "/memory.max_usage_in_bytes", "\n");
  CHECK_THROWS_WITH_AS(add_usage_v1(memory, usage),
                       doctest::Contains("memory.max_usage_in_bytes: '' is no number"), Failure);
}

TEST_CASE("a v2 file that is no number is named with its text") {
  const ScratchDirectory scratch;
  Usage usage;
  const GroupDirectory memory = group_in(scratch, "memory");
  create_file(memory.path() + "/cpu.stat", "usage_usec 5\n");
  create_file(memory.path() + "/memory.events", "oom_kill 0\n");
  create_file(memory.path() + "/memory.peak", "99999999999999999999\n");
  CHECK_THROWS_WITH_AS(add_usage_v2(memory, usage),
                       doctest::Contains("memory.peak: '99999999999999999999' is no number"),
                       Failure);
  CHECK(usage.cpu_us == 5);
}

TEST_CASE("usage is converted to the units of Usage") {
  const ScratchDirectory scratch;
  Usage usage;
  const GroupDirectory cpuacct = group_in(scratch, "cpuacct");
  create_file(cpuacct.path() + "/cpuacct.usage", "7000\n");  // nanoseconds
  add_usage_v1(cpuacct, usage);
  CHECK(usage.cpu_us == 7);
  CHECK(usage.oom_kills == -1);  // unknown
}

}  // namespace stepbox
