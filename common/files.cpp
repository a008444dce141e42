#include "common/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "common/error.hpp"

namespace stepbox {

std::string read_file(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw_errno({"read ", path});
  std::string text;
  char block[4096];
  for (;;) {
    const ssize_t got = ::read(file.get(), block, sizeof block);
    if (got == -1 && errno == EINTR) continue;
    if (got == -1) throw_errno({"read ", path});
    if (got == 0) return text;
    text.append(block, static_cast<size_t>(got));
  }
}

void write_whole(const Fd& file, const std::string& path, std::string_view text) {
  ssize_t written = -1;
  do {  // a signal may interrupt the change of a cgroup's limit
    written = ::write(file.get(), text.data(), text.size());
  } while (written == -1 && errno == EINTR);
  if (written == static_cast<ssize_t>(text.size())) return;
  const int error = written == -1 ? errno : ENOSPC;
  const bool short_text = text.size() < 40 && text.find('\n') == std::string_view::npos;
  throw_errno({"write ", short_text ? text : "", short_text ? " to " : "", path}, error);
}

void write_file(const std::string& path, std::string_view text) {
  Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) throw_errno({"write ", path});
  write_whole(file, path, text);
}

void create_file(const std::string& path, std::string_view text, unsigned mode) {
  Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  // fchmod(2): whatever the umask.
  if (!file || ::fchmod(file.get(), mode) == -1) throw_errno({"create ", path});
  if (!text.empty()) write_whole(file, path, text);
}

void replace_file(const std::string& path, std::string_view text, unsigned mode) {
  const std::string fresh = path + ".new";
  try {
    create_file(fresh, text, mode);
    if (::rename(fresh.c_str(), path.c_str()) == -1) throw_errno({"rename ", fresh, " to ", path});
  } catch (...) {
    ::unlink(fresh.c_str());
    throw;
  }
}

void sync_file(const std::string& path) {
  for (const std::string& each : {path, path.substr(0, path.rfind('/') + 1)}) {
    const Fd file(::open(each.c_str(), O_RDONLY | O_CLOEXEC));
    if (file) ::fsync(file.get());
  }
}

void make_directories(const std::string& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode) == 0) return;
  const size_t slash = path.rfind('/');
  if (errno == ENOENT && slash != std::string::npos && slash > 0) {
    make_directories(path.substr(0, slash), mode);
    if (::mkdir(path.c_str(), mode) == 0) return;
  }
  if (errno != EEXIST) throw_errno({"mkdir ", path});
  struct stat status;
  if (::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) {
    throw_errno({"mkdir ", path}, ENOTDIR);
  }
}

std::string read_link(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
  return length == -1 ? "" : std::string(target, static_cast<size_t>(length));
}

std::vector<std::string> subdirectories_of(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    const std::string name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") names.push_back(name);
  }
  return names;
}

Fd open_directory(const std::string& path) {
  Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) throw_errno({"open ", path});
  return directory;
}

Fd open_resolved(const Fd& directory, const std::string& path, int flags, uint64_t resolve) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.resolve = resolve;
  for (int tries = 10'000;; --tries) {  // not for ever: a container may rename all the time
    const long fd = ::syscall(SYS_openat2, directory.get(), path.c_str(), &how, sizeof how);
    if (fd != -1 || errno != EAGAIN || tries == 0) return Fd(static_cast<int>(fd));
  }
}

bool exists(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0) return true;
  if (errno == EIO || errno == ENOMEM) throw_errno({"look for ", path});  // unknown: it may exist
  return false;
}

std::string proc_path(const Fd& file) { return "/proc/self/fd/" + std::to_string(file.get()); }

static int operation_of(Lock lock) { return lock == Lock::kShared ? LOCK_SH : LOCK_EX; }

bool try_lock(const Fd& file, const std::string& path, Lock lock) {
  if (::flock(file.get(), operation_of(lock) | LOCK_NB) == -1) {
    if (errno == EWOULDBLOCK) return false;
    throw_errno({"lock ", path});
  }
  struct stat opened, named;
  return ::fstat(file.get(), &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

namespace {

// While it exists, SIGALRM interrupts a blocking call after `seconds`, and again every 10 ms: a
// signal that arrives just before the call would otherwise be lost. (setitimer(2))
class Alarm {
 public:
  explicit Alarm(int seconds) {
    struct sigaction action {};
    action.sa_handler = [](int) {};  // without SA_RESTART: EINTR
    ::sigaction(SIGALRM, &action, &action_before_);
    sigset_t alarm;
    ::sigemptyset(&alarm);
    ::sigaddset(&alarm, SIGALRM);
    ::sigprocmask(SIG_UNBLOCK, &alarm, &mask_before_);
    const itimerval timer{{0, 10'000}, {seconds, 0}};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
  }
  ~Alarm() {
    const itimerval off{};
    ::setitimer(ITIMER_REAL, &off, nullptr);
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
    ::sigaction(SIGALRM, &action_before_, nullptr);
  }
  Alarm(const Alarm&) = delete;

 private:
  struct sigaction action_before_;
  sigset_t mask_before_;
};

}  // namespace

static FileLock lock_opened(const std::string& path, int flags, LockRank rank, Lock lock) {
  FileLock locked(rank, lock);
  for (std::optional<Alarm> alarm;;) {
    Fd file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    if (!file) throw_errno({"open ", path});
    bool done = try_lock(file, path, lock);
    if (!done) {
      if (!alarm) alarm.emplace(10);
      // Blocking, as the kernel grants flock(2) in the order of the requests.
      if (::flock(file.get(), operation_of(lock)) == -1) {
        if (errno != EINTR) throw_errno({"lock ", path});
        throw Failure(join({"lock ", path, ": held for 10 s by another process"}),
                      join({"see which: fuser -v ", path}));
      }
      done = try_lock(file, path, lock);  // false: its holder removed the file of this name
    }
    if (!done) continue;
    locked.take(std::move(file));
    return locked;
  }
}

FileLock lock_file(const std::string& path, LockRank rank, Lock lock) {
  return lock_opened(path, O_RDWR | O_CREAT, rank, lock);
}

FileLock lock_directory(const std::string& path, LockRank rank) {
  return lock_opened(path, O_RDONLY | O_DIRECTORY, rank, Lock::kAlone);
}

}  // namespace stepbox
