// Step 7. The values of a Go template: their text, their truth, and the functions on them.
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_FUNCTIONS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_FUNCTIONS_HPP_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace stepbox::template_tree {

using Json = nlohmann::ordered_json;

// As Go prints it: [a b], map[key:value], <no value> for null. An object whose keys begin with
// capital letters is one of docker's structures: {a b}.
std::string as_go_text(const Json& value);

// False for false, 0, null, and what is empty.
bool is_true(const Json& value);

// The field of an object. A missing one whose name begins with a capital letter is docker's, and
// so a mistake: Failure. Another is the key of a map, which is null then.
Json field_of(const Json& value, const std::string& name);

bool has_function(const std::string& name);

// json, len, index, join, split, upper, lower, print, println, printf, eq, ne, lt, le, gt, ge, not,
// and, or. Throws Failure for arguments that the function does not take.
Json call_function(const std::string& name, const std::vector<Json>& arguments);

}  // namespace stepbox::template_tree

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_FUNCTIONS_HPP_
