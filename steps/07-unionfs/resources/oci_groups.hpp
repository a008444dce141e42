// Step 7. The cgroups of an OCI container: a group of the same path in each mounted tree. They
// outlive the command that makes them; other commands find them by their path. (runtime-spec,
// config-linux.md, "Cgroups Path"; cgroups(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_OCI_GROUPS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_OCI_GROUPS_HPP_

#include <sys/types.h>

#include <string>
#include <vector>

#include "05-cgroup/group.hpp"

namespace stepbox {

// The absolute path of the container's group for `cgroupsPath` of the config: absolute ones as they
// are, relative ones below /stepbox-oci, empty: /stepbox-oci/ID. Not below /stepbox: there a group
// whose name looks like an id, and that no process has locked, is removed by the next step7.
// Throws Failure for one with "..", for the root, and for systemd's form slice:prefix:name, which
// needs --systemd-cgroup.
std::string oci_group_path(const std::string& cgroups_path, const std::string& id);

// [parent] Makes the group `path` (absolute, "/libpod_parent/libpod-5f3a") below the base of each
// mounted tree, v1 and v2, with its parents, and enables all controllers for it on v2. Groups that
// exist are kept. v1 trees come first; hierarchy() of a v2 group has the controllers that the group
// itself has. A tree in which the caller may not make groups is left out, unless `must` is set:
// then it is an error. Throws system_error, Failure.
std::vector<GroupDirectory> make_oci_groups(const std::string& path, bool must);

// Opens the groups that exist: none for an empty path.
std::vector<GroupDirectory> open_oci_groups(const std::string& path);

// Kills the members, and removes the groups with all groups below them; then those parents that
// make_oci_groups() has made and that are empty. No error if there are none; warns about a group
// that cannot be removed.
void remove_oci_groups(const std::string& path);

// The ids of all processes in the groups and below, in ascending order.
std::vector<pid_t> oci_group_members(const std::vector<GroupDirectory>& groups);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_OCI_GROUPS_HPP_
