// Ids of containers.
#ifndef STEPBOX_COMMON_ID_HPP_
#define STEPBOX_COMMON_ID_HPP_

#include <string>

namespace stepbox {

// 64 lowercase hex digits from getrandom(2): two containers never get the same. People are
// shown, and the names of kernel objects use, the first 12 or 8.
// Throws system_error.
std::string new_id();

// The first 12 digits: what people are shown.
std::string short_id(const std::string& id);

// Whether `text` looks like one: to tell what is ours from what is not.
bool is_id(const std::string& text);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_ID_HPP_
