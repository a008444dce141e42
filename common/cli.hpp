// The command line: `stepN [OPTIONS] ROOTFS COMMAND [ARG...]`.
//
// A feature declares its own options, one line in main(): add_options(cli, options.limits).
// Options end at the first word that is not one: everything after COMMAND belongs to the command.
// CLI11 parses; only cli.cpp includes it, because its header takes five seconds to compile.
#ifndef STEPBOX_COMMON_CLI_HPP_
#define STEPBOX_COMMON_CLI_HPP_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stepbox {

// Converts the text of an option to a value. A feature adds overloads for its own types, which
// throw Failure with a message that names the text: "64x is no size".
void parse_value(const std::string& text, std::string& value);

class CommandLine {
 public:
  // `usage` and `example` follow the program's name: "[OPTIONS] ROOTFS COMMAND [ARG...]",
  // "busybox /bin/sh". Adds --help and --explain.
  CommandLine(std::string_view usage, std::string_view example);
  ~CommandLine();

  // A sentence for the help, printed below the usage line.
  void describe(std::string_view about);

  // The help lists the options that are added from now on under this title: "Network". Options of
  // no group, or of group(""), come last, under "General". Within a group they are sorted by their
  // long names. Where no group is named, all stand under "Options".
  void group(const char* title);

  // A switch: `--stats`; also `--stats=false`, and of `-i,--interactive` `-i=false` and
  // `-it=false`.
  void flag(const char* names, bool& value, const std::string& help);

  // Another word for false, of a switch that was added: `--userns=host`.
  void switch_off_by(const char* flag, const char* value);

  // An option with a value: `-m,--memory`, its value named `SIZE` in the help. If given more than
  // once, the last one counts. `value` must outlive parse(), and keeps its default if not given.
  // An option called `-h` takes that name away from --help.
  template <class T>
  void option(const char* names, const char* metavar, T& value, const std::string& help) {
    add(names, metavar, help, &value,
        [](const std::string& text, void* target) { parse_value(text, *static_cast<T*>(target)); });
  }

  // An option that may be given several times: `-v A:B -v C:D`.
  template <class T>
  void list(const char* names, const char* metavar, std::vector<T>& values,
            const std::string& help) {
    add(names, metavar, help, &values, [](const std::string& text, void* target) {
      T value;
      parse_value(text, value);
      static_cast<std::vector<T>*>(target)->push_back(std::move(value));
    });
  }

  // Reads the options. --help prints the help and exits 0.
  // Throws UsageError for an unknown option, or a value that does not parse.
  void parse(int argc, const char* const* argv);

  // The same for a command line without COMMAND: options may follow words, up to `--`.
  void parse_mixed(int argc, const char* const* argv);

  // The next word that is not an option, or all remaining ones.
  // Throws WordsError if there is none, naming what is missing: "no ROOTFS given".
  std::string take(const char* what);
  std::vector<std::string> take_all(const char* what);
  std::vector<std::string> take_rest();  // may be empty

  // Throws WordsError if words remain.
  void end();

 private:
  using Parser = void (*)(const std::string& text, void* target);
  void add(const char* names, const char* metavar, const std::string& help, void* target,
           Parser parser);

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace stepbox

#endif  // STEPBOX_COMMON_CLI_HPP_
