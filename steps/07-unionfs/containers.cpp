#include "07-unionfs/containers.hpp"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "07-unionfs/images.hpp"
#include "07-unionfs/store.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"

namespace stepbox {

static std::string directory_of(const std::string& id) { return store() + "/containers/" + id; }
static std::string record_of(const std::string& id) { return directory_of(id) + "/record.json"; }
static std::string holder_of(const std::string& id) {
  return run_directory() + "/containers/" + id;
}
static std::string link_of(const std::string& name) { return store() + "/names/" + name; }

std::string short_id(const std::string& id) { return id.substr(0, 12); }

static Fd lock_holders() {
  make_directories(run_directory() + "/containers");
  return lock_file(run_directory() + "/containers.lock");
}

// Whether somebody holds the container. With lock_holders() held.
static bool is_held(const std::string& id) {
  const Fd file(::open(holder_of(id).c_str(), O_RDONLY | O_CLOEXEC));
  return file && !try_lock(file, holder_of(id));
}

// The id that a name stands for; empty if it is free.
static std::string named(const std::string& name) {
  char id[PATH_MAX];
  const ssize_t length = ::readlink(link_of(name).c_str(), id, sizeof id);
  return length == -1 ? "" : std::string(id, static_cast<size_t>(length));
}

static void check_name(const std::string& name) {
  constexpr char kAllowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  if (name.find_first_not_of(kAllowed) != std::string::npos || name.size() > 200 ||
      name.find_first_of("_.-") == 0) {
    throw Failure(join({"'", name, "' is no name for a container"}),
                  "letters, digits and _.- ; a letter or digit first");
  }
}

// symlink(2) is atomic: of two who want a name, one gets it.
static void take_name(const std::string& name, const std::string& id) {
  make_directories(store() + "/names");
  while (::symlink(id.c_str(), link_of(name).c_str()) == -1) {
    if (errno != EEXIST) throw_errno({"take the name ", name});
    const std::string owner = named(name);
    if (owner.empty()) continue;  // gone between the two calls
    if (exists(directory_of(owner)) || exists(holder_of(owner))) {
      throw Failure(join({"the name ", name, " is taken by container ", short_id(owner)}),
                    "choose another, or remove that one: rm " + name);
    }
    ::unlink(link_of(name).c_str());  // what a killed start has left
  }
}

static void drop_name(const std::string& name, const std::string& id) {
  if (!name.empty() && named(name) == id) ::unlink(link_of(name).c_str());
}

// Takes the lock that makes us the holder.
static Fd hold(const std::string& id) {
  const Fd lock = lock_holders();
  Fd file(::open(holder_of(id).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) throw_errno({"open ", holder_of(id)});
  if (try_lock(file, holder_of(id))) return file;
  throw Failure(join({"container ", short_id(id), " is running"}), "end it first");
}

static Record new_record(const Options& options) {
  check_name(options.name);
  Record record;
  record.image_path = find_image(options.image);
  record.id = new_id();
  record.name = options.name.empty() ? "box_" + record.id.substr(0, 6) : options.name;
  record.options = options;
  record.created = ::time(nullptr);
  Namespaces& namespaces = record.options.namespaces;
  if (namespaces.own(CLONE_NEWUTS) && namespaces.hostname.empty()) {
    namespaces.hostname = short_id(record.id);
  }
  return record;
}

static Record with_id(const std::string& id) {
  Record record;
  record.id = id;
  return record;
}

// From here on there is something to take back: the destructor does.
Container::Container(Record record, Fd holder, bool remove)
    : record_(std::move(record)),
      directory_(directory_of(record_.id)),
      holder_(std::move(holder)),
      remove_(remove) {}

// `remove` until it has started: a container that never ran is nothing to come back to.
Container::Container(const Options& options) : Container(new_record(options), Fd(), true) {
  holder_ = hold(id());
  make_directories(directory_, 0700);
  take_name(record_.name, id());
}

Container::Container(const std::string& id) : Container(with_id(id), hold(id), false) {
  record_ = read_record(record_of(id));
}

void Container::started(pid_t pid) {
  record_.running = true;
  record_.pid = pid;
  record_.started = ::time(nullptr);
  remove_ = record_.options.remove;
  write_record(record_of(id()), record_);
}

void Container::running() { write_file(holder_of(id()), "running\n"); }

void Container::ended(int status) {
  record_.running = false;
  record_.pid = 0;
  record_.status = status;
  record_.ended = ::time(nullptr);
  if (!remove_) write_record(record_of(id()), record_);
}

Container::~Container() {
  try {
    if (remove_) {
      drop_name(record_.name, id());
      remove_tree(directory_);
    }
  } catch (const std::exception& error) {
    warn({error.what()});
  }
  ::unlink(holder_of(id()).c_str());  // last: from now on others may hold it
}

// What happens to a container whose holder was killed: the kernel has killed it too
// (process.hpp), so it ended with KILL.
constexpr int kKilled = kSignalBase + SIGKILL;

void settle_containers() {
  const Fd lock = lock_holders();
  for (const std::string& id : list_directory(run_directory() + "/containers")) {
    Fd holder(::open(holder_of(id).c_str(), O_RDWR | O_CLOEXEC));
    if (!holder || !try_lock(holder, holder_of(id))) continue;  // alive
    const bool ran = exists(record_of(id));
    Record record = ran ? read_record(record_of(id)) : with_id(id);
    for (const std::string& name : list_directory(store() + "/names")) {
      if (!ran && named(name) == id) record.name = name;
    }
    const bool remove = !ran || record.options.remove;
    Container dead(std::move(record), std::move(holder), remove);
    if (dead.record_.running) dead.ended(kKilled);
  }
}

Fd open_process(const Record& record) {
  Fd process(static_cast<int>(::syscall(SYS_pidfd_open, record.pid, 0)));
  // Held now, so it was held when we opened it: the number was its own.
  const Fd lock = lock_holders();
  if (!record.running || !is_held(record.id)) process.close();
  return process;
}

// Asks every millisecond, for 10 s.
template <class Condition>
static void wait_until(Condition condition, const Record& record, const char* what) {
  for (int tries = 0; !condition(); ++tries) {
    if (tries == 10'000) throw Failure(join({"container ", short_id(record.id), what}));
    const timespec pause{0, 1'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

void wait_until_running(const Record& record) {
  struct stat status;
  const auto marked = [&] {
    return ::stat(holder_of(record.id).c_str(), &status) != 0 || status.st_size > 0;
  };
  wait_until(marked, record, " does not start");
}

void wait_until_ended(const Record& record) {
  const auto ended = [&] {
    const Fd lock = lock_holders();
    return !is_held(record.id);
  };
  wait_until(ended, record, " does not end");
}

std::vector<Record> all_containers() {
  const Fd lock = lock_holders();
  std::vector<Record> records;
  for (const std::string& id : list_directory(store() + "/containers")) {
    if (!exists(record_of(id))) continue;  // about to start, or to go
    Record record = read_record(record_of(id));
    if (record.running && !is_held(id)) {  // a reboot has emptied the run directory
      record.running = false;
      record.status = kKilled;
    }
    records.push_back(std::move(record));
  }
  std::stable_sort(records.begin(), records.end(),
                   [](const Record& a, const Record& b) { return a.created > b.created; });
  return records;
}

Record find_container(const std::string& reference) {
  const std::string id = reference.find('/') == std::string::npos ? named(reference) : "";
  std::vector<Record> found;
  for (Record& record : all_containers()) {
    if (record.id == id) return record;
    if (!reference.empty() && record.id.starts_with(reference)) found.push_back(std::move(record));
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) throw Failure("no such container: " + reference, "ps -a lists them");
  throw Failure(join({"more than one container's id begins with ", reference}), "give more of it");
}

}  // namespace stepbox
