// Step 7. The environment of a container's command. (environ(7))
#ifndef STEPBOX_STEPS_07_UNIONFS_PROCESS_ENVIRONMENT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_PROCESS_ENVIRONMENT_HPP_

#include <string>
#include <vector>

namespace stepbox {

// NAME=VALUE each. A NAME without `=` removes the variable.
using Variables = std::vector<std::string>;

// The words as execve(2) takes them: they point into `words`, and a null follows.
std::vector<char*> as_pointers(const std::vector<std::string>& words);

// The lines of a file of variables or labels, without empty ones and those that begin with #.
// Throws Failure for a line without a name; system_error.
std::vector<std::string> variables_in(const std::string& path);

// -e NAME=VALUE, or NAME: with the value that the caller has.
struct Environment {
  Variables variables;
};
void parse_value(const std::string& text, Environment& environment);  // adds one

// --env-file FILE: one NAME=VALUE or NAME a line; ignores empty lines and lines that begin with #.
// As in docker, quotes and blanks after the `=` belong to the value.
struct EnvironmentFiles {
  Variables variables;
};
void parse_value(const std::string& path, EnvironmentFiles& files);  // adds those of one file

// `variables` followed by `later`, which replaces variables of the same name.
Variables merged(Variables variables, const Variables& later);

// [child] Replaces the environment of this process: PATH, HOSTNAME, TERM if there is a terminal;
// then `given`, which may override them; HOME unless `given` sets it. Nothing may read the caller's
// environment afterwards.
void set_environment(const Variables& given, bool terminal, const std::string& home);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_PROCESS_ENVIRONMENT_HPP_
