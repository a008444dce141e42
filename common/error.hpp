// Errors. One path for failures: a checked function throws, main() prints one line, once.
//
//   step4: mount proc on /srv/busybox/proc: Operation not permitted: try it with sudo
//
// Exit statuses are docker-run(1)'s; see kFailed and its neighbours.
#ifndef STEPBOX_COMMON_ERROR_HPP_
#define STEPBOX_COMMON_ERROR_HPP_

#include <cerrno>
#include <exception>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace stepbox {

constexpr int kFailed = 125;      // stepbox itself failed
constexpr int kCannotRun = 126;   // the command exists, but cannot be run
constexpr int kNoCommand = 127;   // no such command
constexpr int kSignalBase = 128;  // + N: the command was killed by signal N

// The words of a message or of a shell line; they are joined without blanks.
using Words = std::initializer_list<std::string_view>;
std::string join(Words words);

// A failure without errno, or with a hint that errno does not give.
class Failure : public std::runtime_error {
 public:
  // `message` names operation and object. `hint` says what to do; it may be empty.
  explicit Failure(const std::string& message, std::string_view hint = {}, int status = kFailed);
  int status() const { return status_; }

 private:
  int status_;
};

// A command line that cannot be parsed: status 125.
class UsageError : public Failure {
  using Failure::Failure;
};

// One with too few or too many words: as with docker 1, if a verb is spelled.
class WordsError : public UsageError {
  using UsageError::UsageError;
};

// Throws std::system_error for errno `error`; `words` name the operation and its object:
//   if (::chroot(dir) == -1) throw_errno({"chroot ", dir});
[[noreturn]] void throw_errno(Words words, int error = errno);

// Prints one line on stderr, about a failure where nothing can be thrown (destructors), or that
// does not stop the program.
void warn(Words words);

// From now on warn() calls this instead.
void send_warnings_to(void (*receiver)(const std::string& text));

// The line that report() prints: what(), and for a missing privilege a hint.
std::string message_of(const std::exception& error);

// The exit status for `error`: that of a Failure, otherwise kFailed.
int status_of(const std::exception& error);

// Prints message_of(error) on stderr, once, and returns status_of(error): the end of main().
int report(const std::exception& error);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_ERROR_HPP_
