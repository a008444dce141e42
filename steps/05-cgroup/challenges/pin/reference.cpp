// pin CPUS COMMAND...: runs it on these CPUs alone. (cgroups(7), cpuset(7))
#include <string>
#include <vector>

#include "01-clone/process.hpp"
#include "05-cgroup/group.hpp"
#include "common/error.hpp"
#include "common/id.hpp"

using namespace stepbox;

static int run(const std::string& cpus, const std::vector<std::string>& command) {
  block_signals();
  const Group group(find_hierarchies({"cpuset"}).front(), new_id());
  group.set("cpuset.cpus", cpus);  // v1 refuses here what there is not
  const bool v2 = group.hierarchy().v2;
  if (v2 && group.get("cpuset.cpus.effective") != group.get("cpuset.cpus")) {
    throw Failure("this machine does not have the CPUs " + cpus);  // v2 takes what there is of it
  }
  Child child = spawn({}, [&] {
    group.join();
    return exec_command(command);
  });
  return child.wait();
}

int main(int argc, char** argv) try {
  if (argc < 3) throw Failure("pin CPUS COMMAND [ARG...]");
  return run(argv[1], {argv + 2, argv + argc});
} catch (const std::exception& error) {
  return report(error);
}
