#include "07-unionfs/process/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

std::vector<char*> as_pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

constexpr char kBlanks[] = " \t";

static std::string name_of(const std::string& variable) {
  return variable.substr(0, variable.find('='));
}

// Completes NAME to NAME=VALUE if the caller has the variable.
static std::string with_value(const std::string& variable) {
  const bool has_value = variable.find('=') != std::string::npos;
  const char* value = has_value ? nullptr : std::getenv(variable.c_str());
  return value ? join({variable, "=", value}) : variable;
}

void parse_value(const std::string& text, Environment& environment) {
  if (name_of(text).empty()) {
    throw Failure(join({"'", text, "' is not a variable"}), "NAME=VALUE, or NAME for the caller's");
  }
  environment.variables.push_back(with_value(text));
}

std::vector<std::string> variables_in(const std::string& path) {
  std::vector<std::string> lines;
  std::string text = read_file(path);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // a byte order mark
  int number = 0;
  for (std::string line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.pop_back();
    line.erase(0, std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::string name = name_of(line);
    if (line.find('\0') != std::string::npos) {
      throw Failure(join({path, ", line ", std::to_string(number), ": it has a NUL character"}),
                    "execve(2) would cut the variable there");
    }
    if (name.empty() || name.find_first_of(kBlanks) != std::string::npos) {
      throw Failure(
          join({path, ", line ", std::to_string(number), ": '", name, "' is not a valid name"}),
          "NAME=VALUE, no blank before the =");
    }
    lines.push_back(line);
  }
  return lines;
}

void parse_value(const std::string& path, EnvironmentFiles& files) {
  for (const std::string& line : variables_in(path)) {
    // Unlike with -e, a NAME that the caller does not have is ignored.
    if (const std::string variable = with_value(line); variable != name_of(line)) {
      files.variables.push_back(variable);
    }
  }
}

Variables merged(Variables variables, const Variables& later) {
  for (const std::string& variable : later) {
    const auto same = std::find_if(variables.begin(), variables.end(), [&](const auto& other) {
      return name_of(other) == name_of(variable);
    });
    if (same != variables.end()) {
      *same = variable;
    } else {
      variables.push_back(variable);
    }
  }
  return variables;
}

void set_environment(const Variables& given, bool terminal, const std::string& home) {
  char hostname[65] = "";
  ::gethostname(hostname, sizeof hostname - 1);
  Variables own{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                join({"HOSTNAME=", hostname})};
  if (terminal) own.push_back("TERM=xterm");
  own = merged(std::move(own), given);
  std::erase_if(own, [](const auto& variable) {
    return name_of(variable) == variable || variable == "HOME=";
  });
  if (std::none_of(own.begin(), own.end(), [](const auto& v) { return v.starts_with("HOME="); })) {
    own.push_back("HOME=" + home);
  }
  explain({"env -i ", quoted(own), " sh -c '…'"});
  ::clearenv();
  for (const std::string& variable : own) {
    const std::string name = name_of(variable);
    ::setenv(name.c_str(), variable.c_str() + name.size() + 1, 1);
  }
}

}  // namespace stepbox
