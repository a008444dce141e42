// Step 7. Names of containers: for each a symbolic link in the store, names/NAME -> ID.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_NAMES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_NAMES_HPP_

#include <string>

namespace stepbox {

// Throws Failure if `name` is not a valid name.
void check_name(const std::string& name);

// Gives `name` to container `id`. Throws Failure when another container has it.
void take_name(const std::string& name, const std::string& id);

// Removes the name if it belongs to container `id`; with an empty name, all names of `id`.
void drop_name(const std::string& name, const std::string& id);

// The id of the container with this name; empty if there is none.
std::string id_of_name(const std::string& name);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_NAMES_HPP_
