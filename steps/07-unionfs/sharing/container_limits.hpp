// Step 7. The limits of a container: those of step 5, and docker's others. (cgroups(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_SHARING_CONTAINER_LIMITS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_SHARING_CONTAINER_LIMITS_HPP_

#include <cstdint>
#include <string>
#include <vector>

#include "05-cgroup/options.hpp"
#include "07-unionfs/sharing/devices.hpp"

namespace stepbox {

// --memory-swap SIZE: memory and swap together. 0: as much as --memory; -1: no limit of swap.
struct SwapLimit : Bytes {};
void parse_value(const std::string& text, SwapLimit& limit);

// --cpu-shares N: the weight among the groups that want the CPU, 2 to 262144; 0: the usual 1024.
struct CpuShares : Count {};
void parse_value(const std::string& text, CpuShares& shares);

// --cpuset-mems LIST: memory nodes, as CpuList.
struct NodeList : CpuList {};
void parse_value(const std::string& text, NodeList& list);

struct ContainerLimits : Limits {
  SwapLimit memory_swap{};
  Bytes memory_reservation{};  // --memory-reservation: kept as long as the host has memory
  CpuShares cpu_shares{};
  NodeList memory_nodes{};
  bool operator==(const ContainerLimits&) const = default;
};
void add_options(CommandLine& cli, ContainerLimits& limits);
void add_limit_options(CommandLine& cli, ContainerLimits& limits);  // without --stats

// [parent] Throws Failure for limits that contradict each other.
void check(const ContainerLimits& limits);

// What the groups of a container are made for.
struct GroupOptions {
  ContainerLimits limits;
  std::vector<Device> devices{};  // --device: others are denied
  bool privileged = false;        // --privileged: a group in each tree, all devices
};

// The controllers of what step 5 does not know; the same as linux.resources of an OCI config, for
// set_oci_resources(): empty if there is none. The latter throws Failure for a --device that is
// none.
std::vector<std::string> other_controllers(const GroupOptions& options);
std::string as_oci_resources(const GroupOptions& options);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_SHARING_CONTAINER_LIMITS_HPP_
