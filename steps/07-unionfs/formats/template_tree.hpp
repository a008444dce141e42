// Step 7. A Go template as a tree. (pkg.go.dev/text/template)
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_TREE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_TREE_HPP_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace stepbox::template_tree {

using Json = nlohmann::ordered_json;

struct Command;

// `.`, `$x`, `"text"`, `7`, `len`, `(…)`; then `.Config.Env` behind it, a word for each field.
struct Operand {
  enum Kind { kDot, kVariable, kLiteral, kFunction, kPipeline };
  Kind kind = kDot;
  std::string name;               // of a variable, without $; of a function
  Json literal;                   // of kLiteral
  std::vector<Command> pipeline;  // of kPipeline
  std::vector<std::string> fields;
};

// A function and its arguments, or one value.
struct Command {
  std::vector<Operand> operands;  // one at least
};

// `.Names | join ", "`: the value of each command is the last argument of the next one.
struct Pipeline {
  std::vector<std::string> variables;  // `$key, $value :=`, without $
  bool declares = false;               // := makes new variables, = changes those that exist
  std::vector<Command> commands;
};

struct Node {
  enum Kind { kText, kPrint, kIf, kRange, kWith };
  Kind kind = kText;
  std::string text;             // of kText
  Pipeline pipeline;            // of all others
  std::vector<Node> body;       // of kIf, kRange, kWith
  std::vector<Node> otherwise;  // after {{else}}
};

// Throws Failure for text that is not a template.
std::vector<Node> parse(const std::string& text);

}  // namespace stepbox::template_tree

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_TEMPLATE_TREE_HPP_
