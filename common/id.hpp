// Ids of containers.
#ifndef STEPBOX_COMMON_ID_HPP_
#define STEPBOX_COMMON_ID_HPP_

#include <string>

namespace stepbox {

// 64 lowercase hex digits from getrandom(2). Names of kernel objects contain the first 8 or 12.
// Throws system_error.
std::string new_id();

// The first 12 digits, as output and messages show an id.
std::string short_id(const std::string& id);

// Whether `text` has the form of an id.
bool is_id(const std::string& text);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_ID_HPP_
