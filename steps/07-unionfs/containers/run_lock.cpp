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
std::string holder_of(const std::string& id) { return run_directory() + "/containers/" + id; }

FileLock lock_holders() {
  make_directories(run_directory() + "/containers", 0700);
  return lock_file(run_directory() + "/containers.lock", LockRank::kContainers);
}

static void write_line(const Fd& file, const std::string& line) {
  const std::string text = line + "\n";
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw_errno({"write '", line, "' to the holder's file"}, errno ? errno : ENOSPC);
  }
}

Fd hold(const std::string& id) {
  const FileLock lock = lock_holders();
  const std::string path = holder_of(id);
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file) throw_errno({"open ", path});
  if (!try_lock(file, path)) {
    throw Failure(join({"container ", short_id(id), " is running"}), "end it first");
  }
  if (::ftruncate(file.get(), 0) == -1) throw_errno({"write ", path});
  write_line(file, store());  // whose it is, for settle_containers()
  return file;
}

static bool is_locked(const Fd& file, const std::string& id) {
  return file && !try_lock(file, holder_of(id));
}

static bool says(const Fd& file, const char* mark) {
  return read_file(proc_path(file)).find(join({"\n", mark, "\n"})) != std::string::npos;
}

constexpr char kRecovery[] = "recovery";

bool is_held(const std::string& id) {
  const Fd file(::open(holder_of(id).c_str(), O_RDONLY | O_CLOEXEC));
  return is_locked(file, id) && !says(file, kRecovery);
}

Fd hold_for_recovery(const std::string& id) {
  Fd file(::open(holder_of(id).c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  if (!file || !try_lock(file, holder_of(id))) return Fd();
  const std::string whose = read_file(proc_path(file));  // empty: killed before it said so
  if (!whose.empty() && !whose.starts_with(store() + "\n")) return Fd();  // another store's
  if (whose.empty()) write_line(file, store());
  write_line(file, kRecovery);
  return file;
}

bool is_in_recovery(const std::string& id) {
  const Fd file(::open(holder_of(id).c_str(), O_RDONLY | O_CLOEXEC));
  return is_locked(file, id) && says(file, kRecovery);
}

constexpr std::string_view kEnded = "\nended ";

void mark_running(const Fd& holder) { write_line(holder, "running"); }
void mark_ended(const Fd& holder, int status) {
  write_line(holder, "ended " + std::to_string(status));
}

std::optional<int> status_in(const Fd& holder) {
  const std::string text = read_file(proc_path(holder));
  const size_t at = text.rfind(kEnded);
  if (at == std::string::npos) return std::nullopt;
  return std::atoi(text.c_str() + at + kEnded.size());
}

static bool has_mark(const std::string& id, const char* mark) {
  return read_file(holder_of(id)).find(join({"\n", mark, "\n"})) != std::string::npos;
}

static void add_mark(const std::string& id, const char* mark) {
  const FileLock lock = lock_holders();
  if (!is_held(id)) return;
  write_line(Fd(::open(holder_of(id).c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)), mark);
}

void want_stop(const std::string& id) { add_mark(id, "stop"); }
void keep(const std::string& id) { add_mark(id, "keep"); }
void share_network(const std::string& id) { add_mark(id, "shared"); }

bool is_stop_wanted(const std::string& id) { return has_mark(id, "stop"); }
bool is_kept(const std::string& id) { return has_mark(id, "keep"); }
bool is_network_shared(const std::string& id) { return has_mark(id, "shared"); }

void wait_until_running(const std::string& id) {
  const auto marked = [&] { return has_mark(id, "running"); };
  if (!wait_until(10, marked)) throw Failure(join({"container ", short_id(id), " does not start"}));
}

bool is_given_back(const std::string& id) {
  const FileLock lock = lock_holders();
  return !is_locked(Fd(::open(holder_of(id).c_str(), O_RDONLY | O_CLOEXEC)), id);
}

void wait_until_ended(const std::string& id) {
  if (!wait_until(10, [&] { return is_given_back(id); }))
    throw Failure(join({"container ", short_id(id), " does not end"}));
}

}  // namespace stepbox
