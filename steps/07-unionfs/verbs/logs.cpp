// logs: prints the log of a container that ran in the background; with -f also later output.
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <deque>

#include "01-clone/signals.hpp"
#include "07-unionfs/console/log.hpp"
#include "07-unionfs/console/log_time.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

struct LogsOptions {
  bool follow = false;
  bool times = false;
  std::string tail = "all";
  std::string since, until;  // as LogLine::time; empty: from the beginning, to the end
  bool is_after(const std::string& time) const { return !until.empty() && time > until; }
};

// Reads the lines of a log that may still grow, from the oldest file that is kept.
class LogReader {
 public:
  explicit LogReader(const std::string& path) : path_(path) {
    Fd file = open(path);
    for (int older = 1; file; ++older) {
      // The same file again: the log was rotated in between.
      if (files_.empty() || number_of(file) != number_of(files_.back())) {
        files_.push_back(std::move(file));
      }
      file = open(join({path, ".", std::to_string(older)}));
    }
  }

  // The next line; none if there is none yet.
  std::optional<LogLine> next() {
    for (;;) {
      const size_t end = text_.find('\n');
      if (end != std::string::npos) {
        const auto line = parse_log_line(text_.substr(0, end));
        text_.erase(0, end + 1);
        if (line) return line;
      } else if (!read_more()) {
        return std::nullopt;
      }
    }
  }

 private:
  static Fd open(const std::string& path) { return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); }

  static ino_t number_of(const Fd& file) {
    struct stat status {};
    return ::fstat(file.get(), &status) == 0 ? status.st_ino : 0;
  }

  bool read_more() {
    char block[16'384];
    for (;;) {
      const ssize_t got = files_.empty() ? 0 : ::read(files_.back().get(), block, sizeof block);
      if (got > 0) text_.append(block, static_cast<size_t>(got));
      if (got > 0) return true;
      if (files_.size() > 1) {
        files_.pop_back();
        continue;
      }
      Fd fresh = open(path_);  // the log may have been rotated: PATH is a new file
      if (!fresh || (!files_.empty() && number_of(fresh) == number_of(files_[0]))) return false;
      files_.clear();
      files_.push_back(std::move(fresh));
      text_.clear();
    }
  }

  std::string path_;
  std::vector<Fd> files_;  // the newest first
  std::string text_;       // read, but not yet returned
};

void print(const LogLine& line, const LogsOptions& options) {
  std::FILE* const out = line.stream == Stream::kOutput ? stdout : stderr;
  if (out == stderr) std::fflush(stdout);  // stderr has no buffer: the order is the log's
  if (options.times) std::fputs(join({line.time, " "}).c_str(), out);
  std::fwrite(line.text.data(), 1, line.text.size(), out);
}

bool has_ended(const std::string& id) {
  const FileLock lock = lock_run_locks();
  return !is_run_lock_held(id);
}

// Prints the lines that exist, or the last ones of them.
void print_all(LogReader& log, const LogsOptions& options) {
  const int64_t most = parse_number(options.tail).value_or(-1);  // below 0: all, as docker has it
  std::deque<LogLine> lines;
  while (auto line = log.next()) {
    if (line->time < options.since || options.is_after(line->time)) continue;
    if (most < 0) {
      print(*line, options);
    } else {
      lines.push_back(std::move(*line));
      if (lines.size() > static_cast<size_t>(most)) lines.pop_front();
    }
  }
  for (const LogLine& line : lines) print(line, options);
}

timespec time_now() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

std::string now_as_log_time() {
  const timespec now = time_now();
  return as_log_time(now.tv_sec, now.tv_nsec);
}

// Prints new lines until the container has ended, or --until is over.
void follow(LogReader& log, const std::string& id, const LogsOptions& options) {
  const Fd changes =
      open_inotify(directory_of(id), IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF);
  for (bool over = false; !over;) {
    over = has_ended(id) ||
           options.is_after(now_as_log_time());  // tested before reading: no line can follow
    while (const auto line = log.next()) {
      if (!options.is_after(line->time)) print(*line, options);
    }
    std::fflush(stdout);
    char events[4096];
    while (::read(changes.get(), events, sizeof events) > 0) continue;
    pollfd watched{changes.get(), POLLIN, 0};
    if (!over) ::poll(&watched, 1, 1'000);  // a killed monitor writes no end
  }
}

}  // namespace

int verb_logs(int argc, char** argv) {
  LogsOptions options;
  VerbLine cli("logs [OPTIONS] CONTAINER", "logs -f box");
  cli.flag("-f,--follow", options.follow, "Follow the output until the container exits");
  cli.flag("-t,--timestamps", options.times, "Show the time of each line");
  cli.option("-n,--tail", "N", options.tail,
             "Number of lines to show from the end, or all, as -1 (all)");
  cli.option("--since", "TIME", options.since,
             "Show lines since a time: 10m, 300ms, 2026-11-22T01:44:00Z, 1795311840.5");
  cli.option("--until", "TIME", options.until, "Show lines before a time");
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  cli.end();
  if (!options.since.empty()) options.since = parse_since(options.since, time_now());
  if (!options.until.empty()) options.until = parse_since(options.until, time_now());
  if (options.tail != "all" && !parse_number(options.tail)) {
    throw Failure(join({"'", options.tail, "' is not a number of lines"}), "0 or more, or all");
  }
  recover_container_records();
  const Record record = find_container(reference);
  const std::string path = directory_of(record.id) + "/log.json";
  if (!exists(path) && !record.running) {
    throw Failure("container " + reference + " has no log",
                  "only containers of run -d and start have one");
  }
  restore_signal_mask();  // ^C ends this process: it holds no resource
  LogReader log(path);
  print_all(log, options);
  if (options.follow) follow(log, record.id, options);
  if (std::fflush(stdout) != 0) throw_errno({"write to stdout"});
  return 0;
}

}  // namespace stepbox
