// Step 7. The environment of a container's command. (environ(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_ENVIRONMENT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_ENVIRONMENT_HPP_

#include <string>
#include <vector>

namespace stepbox {

// NAME=VALUE each. A NAME without `=` is one that the container is not to have.
using Variables = std::vector<std::string>;

// -e NAME=VALUE, or NAME: the caller's own value.
struct Environment {
  Variables variables;
};
void parse_value(const std::string& text, Environment& environment);  // adds one

// --env-file FILE: a line for each, NAME=VALUE or NAME; empty lines and those that begin with # do
// not count. As docker has it, quotes and blanks behind the `=` are part of the value.
struct EnvironmentFiles {
  Variables variables;
};
void parse_value(const std::string& path, EnvironmentFiles& files);  // adds those of one file

// `variables` and then `later` ones, which replace those of the same name.
Variables merged(Variables variables, const Variables& later);

// Inside, last of all that looks at ours. The environment is the container's own from now on: PATH,
// HOSTNAME, TERM on a terminal; `given`, which may change them; HOME, if that does not say it.
void set_environment(const Variables& given, bool terminal, const std::string& home);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_ENVIRONMENT_HPP_
