// Step 7. The filters of `ps -f`.
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_FILTERS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_FILTERS_HPP_

#include <string>
#include <vector>

#include "07-unionfs/containers/record.hpp"

namespace stepbox {

// One -f KEY=VALUE, with docker's meaning:
//   status=exited     state_of() returns it
//   exited=3          it has ended with this exit status
//   name=^web, id=3f2 a regular expression (regex(7)) that matches a part of it
//   label=KEY[=VALUE]
//   network=NAME      it is on this network; resolve() also takes the beginning of its id
//   ancestor=IMAGE    created from this image: a name, or the beginning of an id
//   before=, since=   created before or after this container
//   volume=/data      has this volume: its name, source, or place in the container
//   publish=80[/udp], expose=80-89   a port of the host, of the container; or a range
//   health=none       of all, as there are no health checks
struct Filter {
  std::string key;
  std::string value;
  int64_t created = 0;  // of the container that before= or since= names
};
void parse_value(const std::string& text, Filter& filter);  // throws Failure

// Whether the regular expression matches a part of the text. Throws Failure if it is none.
bool is_found(const std::string& expression, const std::string& text);

// Looks up what before=, since= and network= name. Throws NoSuchContainer; Failure if several
// networks have an id that begins so.
void resolve(std::vector<Filter>& filters);

// For each key at least one of its filters must match; of labels all.
bool matches(const std::vector<Filter>& filters, const Record& record);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_FILTERS_HPP_
