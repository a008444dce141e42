// Step 7. Go templates, as --format of docker takes them: {{.Name}}, {{json .State}},
// {{range .Mounts}}{{.Source}} {{end}}. (pkg.go.dev/text/template)
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_HPP_

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace stepbox {

// The text that `text` makes of `data`. There are fields, variables, pipes, if, range, with, and
// the functions of template_functions.hpp, but no define, block, break. Throws Failure for text
// that is not a template, and for a field that is not in the data.
std::string apply_template(const std::string& text, const nlohmann::ordered_json& data);

// Throws what apply_template() throws for text that is not a template.
void check_template(const std::string& text);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_HPP_
