#include "07-unionfs/files/progress.hpp"

#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "07-unionfs/files/printing.hpp"
#include "common/error.hpp"

namespace stepbox {

static bool g_hidden = false;

void hide_progress() { g_hidden = true; }

// At most as wide as the terminal: of a longer line only the last row could be wiped.
static std::string cut(const std::string& text) {
  winsize window{};
  ::ioctl(STDERR_FILENO, TIOCGWINSZ, &window);
  return window.ws_col > 1 ? text.substr(0, window.ws_col - 1U) : text;
}

static void write_line(const std::string& text) {
  const std::string line = "\r\033[K" + cut(text);  // to the start of the line, and wiped
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

Progress::Progress(const std::string& what, int64_t total)
    : what_(what), total_(total), terminal_(!g_hidden && ::isatty(STDERR_FILENO)) {}

Progress::~Progress() {
  if (shown_) write_line("");
}

void Progress::add(int64_t bytes) {
  done_ += bytes;
  if (!terminal_) return;
  timespec clock;
  ::clock_gettime(CLOCK_MONOTONIC, &clock);
  const int64_t now = clock.tv_sec * 1000 + clock.tv_nsec / 1'000'000;
  if (now - shown_ < 100) return;
  shown_ = now;
  write_line(join({what_, "  ", as_size(done_), total_ > 0 ? " / " + as_size(total_) : ""}));
}

}  // namespace stepbox
