#include "common/cli.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/fd.hpp"
#include "common/text.hpp"
#include "common/words/near_word.hpp"

namespace stepbox {

namespace {

constexpr size_t kColumn = 34;  // of the help text behind an option
constexpr size_t kWidth = 100;
constexpr char kHelp[] = "Print this help and exit";

// The lines of one option. CLI11 can print them too, but their layout differs between releases.
std::string help_of(const CLI::Option& option) {
  const std::string metavar = option.get_type_name();
  const std::string indent(kColumn, ' ');
  std::string text =
      join({"  ", option.get_name(false, true), metavar.empty() ? "" : " ", metavar});
  text += text.size() < kColumn ? indent.substr(text.size()) : "\n" + indent;
  std::string rest = option.get_description();
  while (rest.size() > kWidth - kColumn) {
    const size_t blank = rest.rfind(' ', kWidth - kColumn);
    if (blank == rest.npos) break;  // one long word
    text += join({rest.substr(0, blank), "\n", indent});
    rest.erase(0, blank + 1);
  }
  return join({text, rest, "\n"});
}

// The long name without its dashes, by which the help is sorted.
std::string sort_key(const CLI::Option& option) {
  const std::vector<std::string>& names = option.get_lnames();
  return names.empty() ? option.get_snames().at(0) : names[0];
}

constexpr char kNoGroup[] = "General";

// Whether the option may be meant by one of the words. All are, if the help is asked for.
bool is_mentioned(const std::vector<std::string>& names, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    const bool is_long = word.starts_with("--");
    if (!word.starts_with('-')) return false;
    if (word == "--help" || (!is_long && word.find('h') != word.npos)) return true;
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      if (is_long) return word == name || word.starts_with(name + "=");
      return name.size() == 2 && word.find(name[1], 1) != word.npos;
    });
  });
}

}  // namespace

// An option, as it was added. CLI11 gets those only that a command line mentions: all of `run`
// would cost 40 page faults, a twentieth of a start.
struct Declared {
  std::vector<std::string> names;  // -m, --memory
  const char* metavar;             // null: a switch
  std::string help;
  std::string group;
  void* target;
  void (*parser)(const std::string& text, void* target);
  const char* off_by = nullptr;  // of a switch: another word for false
  bool added = false;            // to CLI11
};

struct CommandLine::Parts {
  CLI::App app;
  std::vector<Declared> declared;
  std::string usage;
  std::string about;
  std::vector<std::string> groups;  // in the order of the help
  std::string group = kNoGroup;     // of the options that are added now
  bool explain = false;
  std::vector<std::string> words;  // all but the options
  size_t taken = 0;

  void add_mentioned(const std::vector<std::string>& typed);
  void add_flag(const Declared& one);
  void add_option(const Declared& one);

  std::string advice() const {
    const std::string verb = usage.substr(0, usage.find_first_of(" ["));
    return join({program_invocation_short_name, " ", verb, verb.empty() ? "" : " ",
                 "--help lists the options"});
  }

  std::string help_of_group(const std::string& title) const {
    std::vector<const CLI::Option*> options = app.get_options();
    std::erase_if(options, [&](const CLI::Option* one) { return one->get_group() != title; });
    std::stable_sort(options.begin(), options.end(),
                     [](const auto* a, const auto* b) { return sort_key(*a) < sort_key(*b); });
    std::string text;
    for (const CLI::Option* option : options) text += help_of(*option);
    return text;
  }

  std::string all_help() const {
    std::string text = join({"Usage: ", program_invocation_short_name, " ", usage, "\n"});
    if (!about.empty()) text += join({"\n", about, ".\n"});
    for (const std::string& title : groups) {
      text += join({"\n", title, ":\n", help_of_group(title)});
    }
    text += join({"\n", groups.empty() ? "Options" : kNoGroup, ":\n", help_of_group(kNoGroup)});
    return text + app.get_footer();
  }
};

// Exit statuses are listed for command lines with a COMMAND; all others only succeed or fail.
static std::string footer(std::string_view usage, std::string_view example) {
  const bool runs = usage.find("COMMAND") != usage.npos;
  const bool typed_path = std::strchr(program_invocation_name, '/');  // otherwise found in $PATH
  return join({"\n",
               runs ? "Exit status: 125 stepbox failed, 126 the command cannot be run, 127 no such "
                      "command,\n128+N killed by signal N, else the command's own.\n\n"
                    : "",
               "Example: sudo ", typed_path ? "./" : "", program_invocation_short_name, " ",
               example, "\n"});
}

CommandLine::CommandLine(std::string_view usage, std::string_view example)
    : parts_(std::make_unique<Parts>()) {
  open_standard_files();
  CLI::App& app = parts_->app;
  parts_->usage = usage;
  // No positionals: CLI11 would rewrite words of the command in brackets ("[ -f /x ]"), and take
  // options that belong to it. prefix_command() returns all words from the first non-option on.
  app.prefix_command();
  app.set_help_flag("-h,--help", kHelp)->group(kNoGroup);
  app.footer(footer(usage, example));
  flag("--explain", parts_->explain,
       "Print each kernel operation as a shell command before it is performed");
}

CommandLine::~CommandLine() = default;

void parse_value(const std::string& text, std::string& value) { value = text; }

void CommandLine::describe(std::string_view about) { parts_->about = about; }

void CommandLine::group(const char* title) {
  std::vector<std::string>& groups = parts_->groups;
  parts_->group = *title ? title : kNoGroup;
  if (*title && std::find(groups.begin(), groups.end(), title) == groups.end()) {
    groups.emplace_back(title);
  }
}

void CommandLine::flag(const char* names, bool& value, const std::string& help) {
  parts_->declared.push_back({split(names, ','), nullptr, help, parts_->group, &value, nullptr});
}

void CommandLine::switch_off_by(const char* flag, const char* value) {
  for (Declared& one : parts_->declared) {
    if (one.names.back() == flag) one.off_by = value;
  }
}

// Stands for the empty value of `--entrypoint=`, for which CLI11 would take the next word.
constexpr char kNothing[] = "\1";

static bool has_value(const CLI::Option* option) {
  return option && option->get_items_expected_max() > 0;
}

// `-itp=80:80` as CLI11 takes it: -i -t -p 80:80; and `-t=false` as --tty=false. Returns whether
// the next word is the value of the last option.
static bool add_short(const CLI::App& app, const std::string& word,
                      std::vector<std::string>& words) {
  for (size_t i = 1; i < word.size(); ++i) {
    const std::string name = {'-', word[i]}, rest = word.substr(i + 1);
    const CLI::Option* option = app.get_option_no_throw(name);
    const bool given = rest.starts_with('=');
    if (given && option && !has_value(option) && !option->get_lnames().empty()) {
      words.push_back(join({"--", option->get_lnames()[0], rest}));
      return false;
    }
    words.push_back(name);
    if (!has_value(option) && !given) continue;
    if (!rest.empty()) words.push_back(given ? rest.substr(1) : rest);
    return has_value(option) && rest.empty();
  }
  return false;
}

// The words as CLI11 takes them. Those of a COMMAND, and behind `--`, stay as they are.
static std::vector<std::string> prepared(const CLI::App& app, std::vector<std::string> typed) {
  std::vector<std::string> words;
  auto word = typed.begin();
  for (bool is_value = false; word != typed.end() && *word != "--"; ++word) {
    const bool plain = word->size() < 2 || word->front() != '-';
    if (plain && !is_value && app.get_prefix_command()) break;
    if (is_value || plain) {
      words.push_back(*word);
      is_value = false;
    } else if (word->starts_with("--")) {
      const size_t equals = word->find('=');
      const bool valued = has_value(app.get_option_no_throw(word->substr(0, equals)));
      words.push_back(*word + (valued && equals == word->size() - 1 ? kNothing : ""));
      is_value = valued && equals == word->npos;
    } else {
      is_value = add_short(app, *word, words);
    }
  }
  words.insert(words.end(), word, typed.end());
  return words;
}

void CommandLine::add(const char* names, const char* metavar, const std::string& help, void* target,
                      Parser parser) {
  if (std::string_view(names) == "-h") parts_->app.set_help_flag("--help", kHelp)->group(kNoGroup);
  parts_->declared.push_back({split(names, ','), metavar, help, parts_->group, target, parser});
}

// "-m,--memory"
static std::string joined(const std::vector<std::string>& names) {
  return names.size() == 1 ? names[0] : join({names[0], ",", names[1]});
}

void CommandLine::Parts::add_flag(const Declared& one) {
  CLI::Option* flag = app.add_flag(joined(one.names), *static_cast<bool*>(one.target), one.help);
  flag->group(one.group);
  if (!one.off_by) return;
  flag->transform(
      [off = std::string(one.off_by)](std::string text) { return text == off ? "false" : text; });
}

void CommandLine::Parts::add_option(const Declared& one) {
  const std::string names = joined(one.names);
  CLI::callback_t callback = [=, parser = one.parser, target = one.target](const auto& results) {
    for (const std::string& text : results) {
      try {
        parser(text == kNothing ? "" : text, target);
      } catch (const std::exception& error) {
        throw UsageError(join({names, ": ", error.what()}));
      }
    }
    return true;
  };
  app.add_option(names, callback, one.help)
      ->group(one.group)
      ->type_name(one.metavar)
      ->type_size(1)
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void CommandLine::Parts::add_mentioned(const std::vector<std::string>& typed) {
  for (Declared& one : declared) {
    if (one.added || !is_mentioned(one.names, typed)) continue;
    one.added = true;
    one.parser ? add_option(one) : add_flag(one);
  }
}

// CLI11's texts are for programmers: "--name: 1 required NAME missing".
static std::string in_plain_words(const CLI::ParseError& error) {
  const std::string text = error.what();
  const size_t begin = std::min(text.find('-'), text.size());
  const std::string option = text.substr(begin, text.find_first_of(": =", begin) - begin);
  if (error.get_name() == "ArgumentMismatch") return option + " needs a value";
  if (error.get_name() == "ConversionError") return option + " takes =true or =false, or nothing";
  return "the options cannot be read";
}

static std::vector<std::string> long_options(const std::vector<Declared>& declared) {
  std::vector<std::string> names{"--help"};
  for (const Declared& one : declared) {
    for (const std::string& name : one.names) {
      if (name.starts_with("--")) names.push_back(name);
    }
  }
  return names;
}

void CommandLine::parse(int argc, const char* const* argv) {
  CLI::App& app = parts_->app;
  std::vector<std::string> typed(argv + 1, argv + argc);
  parts_->add_mentioned(typed);
  typed = prepared(app, std::move(typed));
  std::reverse(typed.begin(), typed.end());
  try {
    app.parse(std::move(typed));
  } catch (const CLI::CallForHelp&) {
    std::fputs(parts_->all_help().c_str(), stdout);
    std::exit(std::fflush(stdout) == 0 ? 0 : kFailed);
  } catch (const CLI::ParseError& error) {
    throw UsageError(in_plain_words(error), parts_->advice());
  }
  std::vector<std::string>& words = parts_->words = app.remaining();
  // A word that looks like an option, and stands where an option may, is an unknown option.
  const auto end = app.get_prefix_command() && !words.empty() ? words.begin() + 1 : words.end();
  const auto mark = std::find(words.begin(), end, "--");
  const auto unknown = std::find_if(words.begin(), mark, [](const std::string& word) {
    return word.size() > 1 && word.front() == '-';
  });
  if (unknown != mark) {
    const std::string question = question_about(*unknown, long_options(parts_->declared));
    throw UsageError("unknown option " + *unknown,
                     join({question, question.empty() ? "" : " ", parts_->advice()}));
  }
  if (mark != end) words.erase(mark);
  if (parts_->explain) set_explaining(true);
}

void CommandLine::parse_mixed(int argc, const char* const* argv) {
  parts_->app.prefix_command(false);
  parts_->app.allow_extras();
  parse(argc, argv);
}

std::string CommandLine::take(const char* what) {
  if (parts_->taken == parts_->words.size()) {
    throw WordsError(join({"no ", what, " given"}),
                     join({program_invocation_short_name, " ", parts_->usage}));
  }
  return parts_->words[parts_->taken++];
}

std::vector<std::string> CommandLine::take_rest() {
  std::vector<std::string> words;
  while (parts_->taken < parts_->words.size()) words.push_back(parts_->words[parts_->taken++]);
  return words;
}

std::vector<std::string> CommandLine::take_all(const char* what) {
  std::vector<std::string> words{take(what)};
  for (std::string& word : take_rest()) words.push_back(std::move(word));
  return words;
}

void CommandLine::end() {
  if (parts_->taken == parts_->words.size()) return;
  throw WordsError(join({"unexpected word ", parts_->words[parts_->taken]}),
                   join({program_invocation_short_name, " ", parts_->usage}));
}

}  // namespace stepbox
