#include "07-unionfs/sharing/container_limits.hpp"

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

void parse_value(const std::string& text, SwapLimit& limit) {
  if (text == "-1") {
    limit.count = -1;
  } else {
    parse_value(text, static_cast<Bytes&>(limit));
  }
}

void parse_value(const std::string& text, CpuShares& shares) {
  const auto number = parse_number(text);
  if (!number || *number < 0) {
    throw Failure(join({"'", text, "' is no weight"}), "2 to 262144; 1024 is usual, 0 the same");
  }
  shares.number = *number;
}

// The node that a part of such a list begins or ends with; throws if this machine does not have it.
static int64_t node_in(const std::string& number, const std::string& list) {
  const auto node = parse_number(number);
  if (!node || *node < 0) throw Failure(join({"'", list, "' is no list of nodes"}), "as 0-1 or 0");
  if (*node > 0 && !exists("/sys/devices/system/node/node" + std::to_string(*node))) {
    throw Failure(join({"'", list, "': there is no memory node ", number}),
                  "ls /sys/devices/system/node");
  }
  return *node;
}

void parse_value(const std::string& text, NodeList& list) {
  for (const std::string& part : split(text, ',')) {
    const size_t dash = part.find('-', 1);
    const int64_t first = node_in(part.substr(0, dash), text);
    if (dash == part.npos) continue;
    if (node_in(part.substr(dash + 1), text) < first) node_in("", text);
  }
  list.text = text;
}

void add_limit_options(CommandLine& cli, ContainerLimits& limits) {
  add_limit_options(cli, static_cast<Limits&>(limits));
  cli.option("-c,--cpu-shares", "N", limits.cpu_shares,
             "Weight among containers that compete for CPUs (1024)");
  cli.option("--cpuset-mems", "LIST", limits.memory_nodes, "Memory nodes to use, such as 0-1");
  cli.option("--memory-reservation", "SIZE", limits.memory_reservation,
             "Memory that it keeps when the host runs short; less than --memory");
  cli.option("--memory-swap", "SIZE", limits.memory_swap,
             "Limit of memory and swap together; -1: no limit of swap (as --memory)");
}

void add_options(CommandLine& cli, ContainerLimits& limits) {
  add_limit_options(cli, limits);
  cli.flag("--stats", limits.stats, "Print the resource usage at the end");
}

void check(const ContainerLimits& limits) {
  const int64_t memory = limits.memory.count, both = limits.memory_swap.count;
  if (both > 0 && memory == 0) {
    throw Failure("--memory-swap needs --memory too", "it limits both together");
  }
  if (both > 0 && both < memory) {
    throw Failure("--memory-swap is less than --memory", "it limits both together");
  }
  if (memory > 0 && limits.memory_reservation.count > memory) {
    throw Failure("--memory-reservation is more than --memory", "the limit would never allow it");
  }
}

std::vector<std::string> other_controllers(const GroupOptions& options) {
  const ContainerLimits& limits = options.limits;
  std::vector<std::string> controllers;
  if (limits.cpu_shares.number != 0) controllers.push_back("cpu");
  if (limits.memory_swap.count != 0 || limits.memory_reservation.count != 0) {
    controllers.push_back("memory");
  }
  if (!limits.memory_nodes.text.empty()) controllers.push_back("cpuset");
  return controllers;
}

// Adds `"name":value` to the members of an object, if `given`.
static void add(std::string& members, bool given, const char* name, const std::string& value) {
  if (given) members += join({members.empty() ? "" : ",", "\"", name, "\":", value});
}

std::string as_oci_resources(const GroupOptions& options) {
  const ContainerLimits& limits = options.limits;
  const int64_t swap = limits.memory_swap.count, reservation = limits.memory_reservation.count;
  std::string memory, cpu, all;
  add(memory, swap > 0, "limit", std::to_string(limits.memory.count));
  add(memory, swap != 0, "swap", std::to_string(swap));
  add(memory, reservation != 0, "reservation", std::to_string(reservation));
  add(cpu, limits.cpu_shares.number != 0, "shares", std::to_string(limits.cpu_shares.number));
  add(cpu, !limits.memory_nodes.text.empty(), "mems", join({"\"", limits.memory_nodes.text, "\""}));
  add(all, !memory.empty(), "memory", join({"{", memory, "}"}));
  add(all, !cpu.empty(), "cpu", join({"{", cpu, "}"}));
  const bool all_devices = options.privileged || options.devices.empty();
  add(all, !all_devices, "devices", all_devices ? "" : as_oci_rules(options.devices));
  return all.empty() ? "" : join({"{", all, "}"});
}

}  // namespace stepbox
