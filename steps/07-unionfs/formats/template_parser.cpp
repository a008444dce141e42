// Text to tree, by recursive descent.
#include <algorithm>
#include <string_view>
#include <utility>

#include "07-unionfs/formats/template_functions.hpp"
#include "07-unionfs/formats/template_tree.hpp"
#include "common/error.hpp"

namespace stepbox::template_tree {

namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr int kDeepest = 100;  // nested blocks and brackets: each takes some stack

[[noreturn]] void fail(Words what) {
  throw Failure(join({"template: ", join(what)}),
                "a template is text with fields such as {{.Name}}, or {{json .}}");
}

bool is_space(char c) { return kSpaces.find(c) != kSpaces.npos; }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The inner text of one action: what stands between {{ and }}.
class Action {
 public:
  explicit Action(std::string_view text) : text_(text), rest_(text) {}

  Pipeline pipeline() {
    Pipeline pipeline;
    const std::string_view begin = rest_;
    std::vector<std::string> names;
    while (take("$")) {
      names.push_back(word());
      pipeline.declares = take(":=");
      if (pipeline.declares || take("=")) {
        pipeline.variables = std::move(names);
        pipeline.commands = commands();
        return pipeline;
      }
      if (!take(",")) break;
    }
    rest_ = begin;  // no assignment: the variable is a value
    pipeline.commands = commands();
    return pipeline;
  }

  // Takes a keyword, such as "if".
  std::string keyword() {
    skip_spaces();
    const std::string_view begin = rest_;
    std::string name = word();
    for (const char* each : {"if", "else", "end", "range", "with"}) {
      if (name == each) return name;
    }
    rest_ = begin;
    return "";
  }

  void end() {
    skip_spaces();
    if (!rest_.empty()) fail({"'", rest_, "' is not expected in {{", text_, "}}"});
  }

  bool at_end() {
    skip_spaces();
    return rest_.empty();
  }

 private:
  void skip_spaces() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpaces), rest_.size()));
  }

  bool take(std::string_view token) {
    skip_spaces();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  std::string word() {
    size_t length = 0;
    while (length < rest_.size() && is_word(rest_[length])) ++length;
    const std::string word(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return word;
  }

  std::vector<Command> commands() {
    if (++depth_ > kDeepest) fail({"more than ", std::to_string(kDeepest), " brackets"});
    std::vector<Command> commands;
    do commands.push_back(command());
    while (take("|"));
    --depth_;
    return commands;
  }

  Command command() {
    Command command;
    while (!at_end() && rest_[0] != '|' && rest_[0] != ')') command.operands.push_back(operand());
    if (command.operands.empty()) fail({"a value is missing in {{", text_, "}}"});
    return command;
  }

  Operand operand() {
    Operand operand;
    const char first = rest_[0];
    if (take("(")) {
      operand.kind = Operand::kPipeline;
      operand.pipeline = commands();
      if (!take(")")) fail({"a ) is missing in {{", text_, "}}"});
    } else if (take("$")) {
      operand.kind = Operand::kVariable;
      operand.name = word();
    } else if (first == '"' || first == '`') {
      operand.kind = Operand::kLiteral;
      operand.literal = quoted();
    } else if (first == '-' || (first >= '0' && first <= '9')) {
      operand.kind = Operand::kLiteral;
      operand.literal = number();
    } else if (first != '.') {
      name(operand);
    }
    fields(operand);
    return operand;
  }

  // true, false, nil, or a function.
  void name(Operand& operand) {
    operand.name = word();
    if (operand.name.empty()) fail({"'", rest_, "' is not expected in {{", text_, "}}"});
    operand.kind = Operand::kLiteral;
    if (operand.name == "true" || operand.name == "false") {
      operand.literal = operand.name == "true";
    } else if (operand.name != "nil") {
      operand.kind = Operand::kFunction;
      if (!has_function(operand.name)) fail({"there is no function '", operand.name, "'"});
    }
  }

  // `.Config.Env`, without a space before it. A dot by itself is the value that it stands behind.
  void fields(Operand& operand) {
    bool alone = operand.kind == Operand::kDot;
    while (!rest_.empty() && rest_[0] == '.') {
      rest_.remove_prefix(1);
      const std::string field = word();
      if (field.empty() && !alone) fail({"a field's name is missing in {{", text_, "}}"});
      if (field.empty()) break;
      operand.fields.push_back(field);
      alone = false;
    }
  }

  std::string quoted() {
    const char quote = rest_[0];
    size_t end = 1;
    while (end < rest_.size() && rest_[end] != quote) {
      end += quote == '"' && rest_[end] == '\\' ? 2 : 1;
    }
    if (end >= rest_.size()) fail({"a string has no end in {{", text_, "}}"});
    const std::string_view token = rest_.substr(0, end + 1);
    rest_.remove_prefix(end + 1);
    if (quote == '`') return std::string(token.substr(1, token.size() - 2));
    std::string escaped;  // JSON knows the escapes, but takes no line end or tab as such
    for (const char c : token) escaped += c == '\n' ? "\\n" : c == '\t' ? "\\t" : std::string(1, c);
    const Json text = Json::parse(escaped, nullptr, false);
    if (!text.is_string()) fail({"the string ", token, " has an unknown escape"});
    return text;
  }

  Json number() {
    const size_t end = std::min(rest_.find_first_not_of("-.0123456789"), rest_.size());
    const std::string_view token = rest_.substr(0, end);
    rest_.remove_prefix(end);
    Json number = Json::parse(token, nullptr, false);
    if (!number.is_number()) fail({"'", token, "' is not a number"});
    return number;
  }

  std::string_view text_, rest_;
  int depth_ = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::vector<Node> all() {
    std::vector<Node> nodes = block();
    if (!closing_.empty()) fail({"{{", closing_, "}} has no beginning"});
    return nodes;
  }

 private:
  // Nodes up to {{end}} or {{else}}, which is `closing_` then, or up to the end.
  std::vector<Node> block() {
    if (++depth_ > kDeepest) fail({"more than ", std::to_string(kDeepest), " nested blocks"});
    std::vector<Node> nodes;
    closing_.clear();
    while (!rest_.empty()) {
      add_text(nodes);
      if (rest_.empty()) break;
      const std::string_view inner = take_action();
      if (inner.starts_with("/*")) continue;
      Action action(inner);
      const std::string keyword = action.keyword();
      if (keyword == "end" || keyword == "else") {
        closing_ = keyword;
        after_else_ = action;
        if (keyword == "end") action.end();
        break;
      }
      nodes.push_back(keyword.empty() ? print(action) : control(keyword, action));
    }
    --depth_;
    return nodes;
  }

  static Node print(Action action) {
    Node node{.kind = Node::kPrint,
              .text = "",
              .pipeline = action.pipeline(),
              .body = {},
              .otherwise = {}};
    action.end();
    return node;
  }

  Node control(const std::string& keyword, Action action) {
    Node node = print(action);
    node.kind = keyword == "if" ? Node::kIf : keyword == "range" ? Node::kRange : Node::kWith;
    node.body = block();
    if (closing_ == "else") {
      Action rest = after_else_;
      const std::string next = rest.keyword();
      if (next == "if" || next == "with") {  // its {{end}} ends this one too
        node.otherwise.push_back(control(next, rest));
        return node;
      }
      rest.end();
      node.otherwise = block();
    }
    if (closing_ != "end") fail({"{{", keyword, "}} has no {{end}}"});
    closing_.clear();
    return node;
  }

  void add_text(std::vector<Node>& nodes) {
    const size_t begin = std::min(rest_.find("{{"), rest_.size());
    std::string_view text = rest_.substr(0, begin);
    rest_.remove_prefix(begin);
    if (trim_next_) text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
    trim_next_ = false;
    if (rest_.size() > 3 && rest_[2] == '-' && is_space(rest_[3])) {
      text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
    }
    if (text.empty()) return;
    Node node;
    node.text = text;
    nodes.push_back(std::move(node));
  }

  // Takes {{…}} from the rest. Returns the inner text, without the dashes that trim spaces.
  std::string_view take_action() {
    std::string_view inner = rest_.substr(2);
    if (inner.size() > 1 && inner[0] == '-' && is_space(inner[1])) inner.remove_prefix(1);
    inner.remove_prefix(std::min(inner.find_first_not_of(kSpaces), inner.size()));
    const size_t end = end_of_action(inner);
    if (end == inner.npos) fail({"'", rest_, "' has no }}"});
    rest_ = inner.substr(end + 2);
    inner = inner.substr(0, end);
    trim_next_ = inner.size() > 1 && inner.back() == '-' && is_space(inner[inner.size() - 2]);
    if (trim_next_) inner.remove_suffix(2);
    return inner;
  }

  // The place of the }} outside of strings and comments.
  static size_t end_of_action(std::string_view inner) {
    if (inner.starts_with("/*")) {
      const size_t end = inner.find("*/");
      return end == inner.npos ? end : inner.find("}}", end);
    }
    char quote = 0;
    for (size_t i = 0; i < inner.size(); ++i) {
      if (quote) {
        if (inner[i] == '\\' && quote == '"')
          ++i;
        else if (inner[i] == quote)
          quote = 0;
      } else if (inner[i] == '"' || inner[i] == '`') {
        quote = inner[i];
      } else if (inner.substr(i).starts_with("}}")) {
        return i;
      }
    }
    return inner.npos;
  }

  std::string_view rest_;
  std::string closing_;  // the keyword that ended the last block
  Action after_else_{""};
  bool trim_next_ = false;
  int depth_ = 0;
};

}  // namespace

std::vector<Node> parse(const std::string& text) { return Parser(text).all(); }

}  // namespace stepbox::template_tree
