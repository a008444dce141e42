// Step 7. linux.resources of an OCI config.json: limits that the cgroups of a container enforce.
// (runtime-spec, config-linux.md, "Control groups"; the kernel's cgroup-v1/ and cgroup-v2.rst)
//
// Zero (but for pids.limit and where zero is a value of its own: swappiness, burst, idle, huge
// pages), empty and null mean "not asked", -1 "no limit". A limit that is asked for and cannot be
// set is an error; one of kernel memory, which kernels ignore since Linux 5.16, is a warning.
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_OCI_RESOURCES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_OCI_RESOURCES_HPP_

#include <string>
#include <vector>

#include "07-unionfs/resources/oci_groups.hpp"

namespace stepbox {

// [parent] Writes the limits of `resources`, the JSON of linux.resources, to the groups; empty:
// none. All are checked before the first is written. Also puts `devices` in force, if there are
// any: what they do not allow is denied, but for the default devices (device_rules.hpp). They are
// ignored unless we are root of the host: nobody else can make a device node. `document`: the name
// of what is translated, for messages.
// With a scope (start_scope()), systemd is told first; what it does not know stands in the files
// only. Throws Failure with the JSON path for an invalid value, or a limit without a controller;
// system_error if the kernel refuses one.
//   config.json: linux.resources.pids.limit: no cgroup controller 'pids' on this host, or none for
//   us
void set_oci_resources(const std::vector<GroupDirectory>& groups, const std::string& resources,
                       const std::string& scope = {}, const char* document = "config.json");

// The usage of the groups as the `data` member of runc's `events --stats`, JSON. A count that this
// kernel or these groups do not keep is left out. Times are in ns, sizes in bytes; 2^64 - 1: no
// limit. Throws system_error if the groups have gone.
std::string oci_stats(const std::vector<GroupDirectory>& groups);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_OCI_RESOURCES_HPP_
