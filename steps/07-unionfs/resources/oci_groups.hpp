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

// The same, only in trees that can freeze: for find_freezer().
std::vector<GroupDirectory> open_oci_freezers(const std::string& path);

// [parent] For SpawnSettings::cgroup_fd: the v2 group, in which the child can be made; otherwise
// -1.
int group_to_start_in(const std::vector<GroupDirectory>& groups);

// [child] Joins them; `in_group`: but not that one, in which the child was made.
void join_groups(const std::vector<GroupDirectory>& groups, bool in_group);

// Kills the members, and removes the groups with all groups below them; then those parents that
// make_oci_groups() has made and that are empty. No error if there are none; warns about a group
// that cannot be removed, and returns its path. Throws system_error for such a parent.
std::vector<std::string> remove_oci_groups(const std::string& path);

// With --systemd-cgroup, systemd makes the first group, for a scope: a unit for processes that
// systemd has not started. Its name for `cgroupsPath` slice:prefix:name is prefix-name.scope; for
// an empty one stepbox-oci-ID.scope. Throws Failure for another form.
std::string scope_of(const std::string& cgroups_path, const std::string& id);

// [parent] Starts the scope in its slice (a-b.slice is the group /a.slice/a-b.slice), with the
// process `first`, which is to live until another one has joined: an empty scope ends. Returns the
// path of its group, for make_oci_groups(). An ordinary user's is below systemd --user. Throws
// Failure: systemd does not run, or refuses it.
std::string start_scope(const std::string& scope, const std::string& cgroups_path, pid_t first);

// [parent] Tells systemd limits, as `MemoryMax=1048576` (systemd.resource-control(5)): what it is
// not told it may set back, as at `systemctl daemon-reload`.
void set_scope_limits(const std::string& scope, std::vector<std::string> limits);

// [parent] Stops it, and waits until it has ended. No error if there is none, or for an empty name.
void stop_scope(const std::string& scope);

// Not in another user namespace than the host's: there, systemd --user is ours, and mknod(2) is
// refused for devices, and so are rules for them. (user_namespaces(7))
bool is_root_of_host();

// The ids of all processes in the groups and below, in ascending order.
std::vector<pid_t> oci_group_members(const std::vector<GroupDirectory>& groups);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_OCI_GROUPS_HPP_
