// The evaluation of a template's tree.
#include "07-unionfs/formats/template.hpp"

#include <utility>

#include "07-unionfs/formats/template_functions.hpp"
#include "07-unionfs/formats/template_tree.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace template_tree {
namespace {

class Evaluation {
 public:
  explicit Evaluation(const Json& data) : variables_{{"", data}} {}

  std::string text(const std::vector<Node>& nodes, const Json& dot) {
    const size_t outer = variables_.size();  // those of the block end with it
    std::string text;
    for (const Node& node : nodes) text += text_of(node, dot);
    variables_.resize(outer);
    return text;
  }

 private:
  std::string text_of(const Node& node, const Json& dot) {
    if (node.kind == Node::kText) return node.text;
    const size_t outer = variables_.size();
    if (node.kind == Node::kPrint) {
      const Json value = evaluate(node.pipeline, dot);
      return node.pipeline.variables.empty() ? as_go_text(value) : "";
    }
    std::string made;
    if (node.kind == Node::kRange) {
      made = repeated(node, dot);
    } else {
      const Json value = evaluate(node.pipeline, dot);
      made = is_true(value) ? text(node.body, node.kind == Node::kWith ? value : dot)
                            : text(node.otherwise, dot);
    }
    variables_.resize(outer);
    return made;
  }

  // Maps are walked in the order of their keys.
  std::string repeated(const Node& node, const Json& dot) {
    const nlohmann::json values = value_of(node.pipeline.commands, dot);
    if (!values.is_structured() && !values.is_null()) {
      throw Failure(join({"template: range of ", as_go_text(values)}));
    }
    if (values.empty()) return text(node.otherwise, dot);
    std::string made;
    const std::vector<std::string>& names = node.pipeline.variables;
    int64_t number = 0;
    for (const auto& [key, value] : values.items()) {
      const size_t outer = variables_.size();
      const Json index = values.is_array() ? Json(number++) : Json(key);
      if (names.size() > 1) variables_.emplace_back(names[0], index);
      if (!names.empty()) variables_.emplace_back(names.back(), value);
      made += text(node.body, value);
      variables_.resize(outer);
    }
    return made;
  }

  Json evaluate(const Pipeline& pipeline, const Json& dot) {
    Json value = value_of(pipeline.commands, dot);
    for (const std::string& name : pipeline.variables) {
      if (pipeline.declares) {
        variables_.emplace_back(name, value);
      } else {
        variable(name) = value;
      }
    }
    return value;
  }

  Json value_of(const std::vector<Command>& commands, const Json& dot) {
    Json value = value_of(commands[0], dot, nullptr);
    for (size_t i = 1; i < commands.size(); ++i) {
      const Json piped = std::move(value);
      value = value_of(commands[i], dot, &piped);
    }
    return value;
  }

  // `piped`: the value of the command before it, null for the first.
  Json value_of(const Command& command, const Json& dot, const Json* piped) {
    const Operand& first = command.operands[0];
    if (first.kind != Operand::kFunction) {
      if (command.operands.size() == 1 && !piped) return value_of(first, dot);
      return method(command, dot);
    }
    std::vector<Json> arguments;
    for (size_t i = 1; i < command.operands.size(); ++i) {
      arguments.push_back(value_of(command.operands[i], dot));
      // Go does not look at the arguments after the one that decides.
      const bool decided = (first.name == "and" && !is_true(arguments.back())) ||
                           (first.name == "or" && is_true(arguments.back()));
      if (decided) return arguments.back();
    }
    if (piped) arguments.push_back(*piped);
    return call_function(first.name, arguments);
  }

  // {{.Label "key"}} of a list: one of its Labels, "key=value,…".
  Json method(const Command& command, const Json& dot) {
    const Operand& first = command.operands[0];
    if (command.operands.size() != 2 || first.fields != std::vector<std::string>{"Label"}) {
      throw Failure("template: a value is followed by another, but is not a function");
    }
    const std::string key = as_go_text(value_of(command.operands[1], dot)) + "=";
    for (const std::string& label : split(as_go_text(field_of(dot, "Labels")), ',')) {
      if (label.starts_with(key)) return label.substr(key.size());
    }
    return "";
  }

  Json value_of(const Operand& operand, const Json& dot) {
    Json value = operand.kind == Operand::kDot        ? dot
                 : operand.kind == Operand::kVariable ? variable(operand.name)
                 : operand.kind == Operand::kLiteral  ? operand.literal
                 : operand.kind == Operand::kFunction ? call_function(operand.name, {})
                                                      : value_of(operand.pipeline, dot);
    for (const std::string& field : operand.fields) value = field_of(value, field);
    return value;
  }

  // The newest of that name; $ is the data.
  Json& variable(const std::string& name) {
    for (auto each = variables_.rbegin(); each != variables_.rend(); ++each) {
      if (each->first == name) return each->second;
    }
    throw Failure(join({"template: there is no variable $", name}));
  }

  std::vector<std::pair<std::string, Json>> variables_;
};

}  // namespace
}  // namespace template_tree

Template::Template(const std::string& text)
    : nodes_(std::make_shared<const std::vector<template_tree::Node>>(template_tree::parse(text))) {
}

std::string Template::text(const nlohmann::ordered_json& data) const {
  return template_tree::Evaluation(data).text(*nodes_, data);
}

}  // namespace stepbox
