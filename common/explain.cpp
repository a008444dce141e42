#include "common/explain.hpp"

#include <unistd.h>

namespace stepbox {

static bool g_explaining = false;
static std::string_view g_prompt = "host# ";

void set_explaining(bool on) { g_explaining = on; }
bool explaining() { return g_explaining; }
void explain_as_box() { g_prompt = "box# "; }

void explain(Words words) {
  if (!g_explaining) return;
  const std::string line = join({g_prompt, join(words), "\n"});
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return word;
  }
  std::string result = "'";
  for (char c : word) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

std::string quoted(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    line += quoted(word);
  }
  return line;
}

}  // namespace stepbox
