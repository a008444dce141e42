#include "07-unionfs/containers/run_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "07-unionfs/files/store.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"

namespace stepbox {

std::string directory_of(const std::string& id) { return store() + "/containers/" + id; }
std::string record_of(const std::string& id) { return directory_of(id) + "/record.json"; }
std::string run_lock_of(const std::string& id) { return run_directory() + "/containers/" + id; }

FileLock lock_run_locks() {
  make_directories(run_directory() + "/containers", 0700);
  return lock_file(run_directory() + "/containers.lock", LockRank::kContainers);
}

static void write_line(const Fd& file, const std::string& line) {
  const std::string text = line + "\n";
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return;
  // write(2) sets errno when it fails, not when it writes a part.
  throw_errno({"write '", line, "' to the run lock"}, written == -1 ? errno : ENOSPC);
}

Fd acquire_run_lock(const std::string& id) {
  const FileLock lock = lock_run_locks();
  const std::string path = run_lock_of(id);
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file) throw_errno({"open ", path});
  if (!try_lock(file, path)) {
    throw Failure(join({"container ", short_id(id), " is running"}), "stop it first");
  }
  if (::ftruncate(file.get(), 0) == -1) throw_errno({"write ", path});
  write_line(file, store());  // which store it belongs to, for acquire_for_recovery()
  return file;
}

static bool is_locked(const Fd& file, const std::string& id) {
  return file && !try_lock(file, run_lock_of(id));
}

static bool is_marked(const std::string& text, const char* mark) {
  return text.find(join({"\n", mark, "\n"})) != std::string::npos;
}

constexpr char kRecovery[] = "recovery";

bool is_run_lock_held(const std::string& id) {
  const Fd file(::open(run_lock_of(id).c_str(), O_RDONLY | O_CLOEXEC));
  return is_locked(file, id) && !is_marked(read_file(proc_path(file)), kRecovery);
}

Fd acquire_for_recovery(const std::string& id) {
  Fd file(::open(run_lock_of(id).c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  if (!file || !try_lock(file, run_lock_of(id))) return Fd();
  const std::string text = read_file(proc_path(file));  // empty: killed before it wrote its store
  if (!text.empty() && !text.starts_with(store() + "\n")) return Fd();
  if (text.empty()) write_line(file, store());
  write_line(file, kRecovery);
  return file;
}

bool is_in_recovery(const std::string& id) {
  const Fd file(::open(run_lock_of(id).c_str(), O_RDONLY | O_CLOEXEC));
  return is_locked(file, id) && is_marked(read_file(proc_path(file)), kRecovery);
}

constexpr std::string_view kEnded = "\nended ";

void mark_running(const Fd& run_lock) { write_line(run_lock, "running"); }
void mark_ended(const Fd& run_lock, int status) {
  write_line(run_lock, "ended " + std::to_string(status));
}
void mark_removing(const Fd& run_lock) { write_line(run_lock, "removing"); }

std::optional<int> recorded_status(const Fd& run_lock) {
  const std::string text = read_file(proc_path(run_lock));
  const size_t at = text.rfind(kEnded);
  if (at == std::string::npos) return std::nullopt;
  return std::atoi(text.c_str() + at + kEnded.size());
}

static bool has_mark(const std::string& id, const char* mark) {
  return is_marked(read_file(run_lock_of(id)), mark);
}

static void add_mark(const std::string& id, const char* mark) {
  const FileLock lock = lock_run_locks();
  if (!is_run_lock_held(id)) return;
  write_line(Fd(::open(run_lock_of(id).c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)), mark);
}

void request_stop(const std::string& id) { add_mark(id, "stop"); }
void keep_after_end(const std::string& id) { add_mark(id, "keep"); }
void share_network(const std::string& id) { add_mark(id, "shared"); }

bool is_stop_requested(const std::string& id) { return has_mark(id, "stop"); }
bool is_kept_after_end(const std::string& id) { return has_mark(id, "keep"); }
bool is_network_shared(const std::string& id) { return has_mark(id, "shared"); }
bool is_removing(const std::string& id) { return has_mark(id, "removing"); }

void wait_until_running(const std::string& id) {
  const auto marked = [&] { return has_mark(id, "running"); };
  if (!wait_until(10, marked)) throw Failure(join({"container ", short_id(id), " does not start"}));
}

bool is_released(const std::string& id) {
  const FileLock lock = lock_run_locks();
  return !is_locked(Fd(::open(run_lock_of(id).c_str(), O_RDONLY | O_CLOEXEC)), id);
}

void wait_until_released(const std::string& id) {
  if (!wait_until(10, [&] { return is_released(id); }))
    throw Failure(join({"container ", short_id(id), " does not end"}));
}

}  // namespace stepbox
