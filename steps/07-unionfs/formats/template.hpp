// Step 7. Go templates, as --format of docker takes them: {{.Name}}, {{json .State}},
// {{range .Mounts}}{{.Source}} {{end}}. (pkg.go.dev/text/template)
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_HPP_

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace stepbox {

namespace template_tree {
struct Node;
}

// A parsed template, or none. There are fields, variables, pipes, if, range, with, and the
// functions of template_functions.hpp, but no define, block, break.
class Template {
 public:
  Template() = default;
  explicit Template(const std::string& text);  // throws Failure for text that is not a template
  explicit operator bool() const { return nodes_ != nullptr; }

  // What it makes of `data`. Throws Failure for a field that is not in it.
  std::string text(const nlohmann::ordered_json& data) const;

 private:
  std::shared_ptr<const std::vector<template_tree::Node>> nodes_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_HPP_
