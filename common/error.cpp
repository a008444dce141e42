#include "common/error.hpp"

#include <unistd.h>

#include <cstdio>

namespace stepbox {

std::string join(Words words) {
  std::string joined;
  for (std::string_view word : words) joined += word;
  return joined;
}

static std::string with_hint(const std::string& message, std::string_view hint) {
  return hint.empty() ? message : join({message, ": ", hint});
}

Failure::Failure(const std::string& message, std::string_view hint, int status)
    : std::runtime_error(with_hint(message, hint)), status_(status) {}

void throw_errno(Words words, int error) {
  throw std::system_error(error, std::generic_category(), join(words));
}

// One write(2): lines of several processes on one terminal do not mix.
static void print_line(const std::string& text) {
  std::string line = join({program_invocation_short_name, ": ", text});
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';  // file names may hold control characters
  }
  line += '\n';
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

static void (*g_warning_receiver)(const std::string&) = print_line;

void warn(Words words) { g_warning_receiver(join(words)); }

void send_warnings_to(void (*receiver)(const std::string& text)) { g_warning_receiver = receiver; }

std::string message_of(const std::exception& error) {
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  const bool denied = system && (system->code() == std::errc::operation_not_permitted ||
                                 system->code() == std::errc::permission_denied);
  return with_hint(error.what(), denied && ::geteuid() != 0 ? "try it with sudo" : "");
}

int status_of(const std::exception& error) {
  const auto* failure = dynamic_cast<const Failure*>(&error);
  return failure ? failure->status() : kFailed;
}

int report(const std::exception& error) {
  print_line(message_of(error));
  return status_of(error);
}

}  // namespace stepbox
