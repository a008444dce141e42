// Step 7. Which containers `ps -f` lists.
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_FILTERS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_FILTERS_HPP_

#include <string>
#include <vector>

#include "07-unionfs/containers/record.hpp"

namespace stepbox {

// One -f KEY=VALUE, VALUE as docker has it:
//   status=exited     as state_of() says it
//   exited=3          the exit status of one that has ended
//   name=^web, id=3f2 a regular expression (regex(7)) that is found in it
//   label=KEY[=VALUE]
//   ancestor=IMAGE    made of that image: its name, or the beginning of its id
struct Filter {
  std::string key;
  std::string value;
};
void parse_value(const std::string& text, Filter& filter);  // throws Failure

// Filters of one key: one must match, of labels all; and so for each key.
bool matches(const std::vector<Filter>& filters, const Record& record);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_FILTERS_HPP_
