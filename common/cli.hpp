// The command line: `stepN [OPTIONS] ROOTFS COMMAND [ARG...]`.
//
// A feature declares its own options, one line in main(): add_options(cli, options.limits).
// Options end at the first word that is none: all that follows COMMAND is the command's own.
// CLI11 does the work, seen by cli.cpp alone: its header costs five seconds to compile.
#ifndef STEPBOX_COMMON_CLI_HPP_
#define STEPBOX_COMMON_CLI_HPP_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stepbox {

// How the text of an option becomes a value. A feature adds overloads for its own types.
// Throw Failure with a message that names the text: "64x is no size".
void parse_value(const std::string& text, std::string& value);

class CommandLine {
 public:
  // `usage` and `example` follow the program's name: "[OPTIONS] ROOTFS COMMAND [ARG...]",
  // "busybox /bin/sh". --help and --explain are there already.
  CommandLine(std::string_view usage, std::string_view example);
  ~CommandLine();

  // A switch: `--stats`.
  void flag(const char* names, bool& value, const std::string& help);

  // An option with a value: `-m,--memory`, its value named `SIZE` in the help. The last one
  // given counts. `value` must outlive parse(), and keeps its default when not given.
  // One called `-h` takes this name from --help.
  template <class T>
  void option(const char* names, const char* metavar, T& value, const std::string& help) {
    add(names, metavar, help, &value,
        [](const std::string& text, void* target) { parse_value(text, *static_cast<T*>(target)); });
  }

  // An option that may be given again and again: `-v A:B -v C:D`.
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

  // The same where no word is a command's own: options may stand behind words, up to `--`.
  void parse_mixed(int argc, const char* const* argv);

  // The next word that is no option, or all that are left.
  // Throws UsageError when there is none, naming what is missing: "no ROOTFS given".
  std::string take(const char* what);
  std::vector<std::string> take_all(const char* what);
  std::vector<std::string> take_rest();  // it may be none

  // Throws UsageError when there are words left.
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
