// Step 7. Names of containers: a symbolic link for each in the store, names/NAME -> ID.
#ifndef STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_NAMES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_NAMES_HPP_

#include <string>

namespace stepbox {

// Throws Failure for what cannot be a name.
void check_name(const std::string& name);

// Gives `name` to container `id`. Throws Failure when another container has it.
void take_name(const std::string& name, const std::string& id);

// Takes the name from container `id`; if it is empty, whatever names it has.
void drop_name(const std::string& name, const std::string& id);

// The id that has this name; empty if none has.
std::string id_of_name(const std::string& name);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CONTAINERS_CONTAINER_NAMES_HPP_
