#include "07-unionfs/containers/container.hpp"

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "03-mount/mountinfo.hpp"
#include "07-unionfs/console/connection.hpp"
#include "07-unionfs/console/daemon.hpp"
#include "07-unionfs/containers/container_names.hpp"
#include "07-unionfs/containers/image_defaults.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/process/process_table.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"
#include "common/openers.hpp"
#include "common/text.hpp"

namespace stepbox {

// --network container:NAME means that one, whatever it is called later. As with docker its names
// and ports are there already.
static void resolve_network(NetworkOptions& network, Namespaces& namespaces) {
  if (network.mode != NetworkMode::kContainer) return;
  if (!network.ports.empty() || !network.dns.empty() || !network.hosts.empty() ||
      !namespaces.hostname.empty()) {
    throw Failure("-p, --dns, --add-host and --hostname do not go with --network container",
                  "give them to that container");
  }
  const Record other = find_container(network.container);
  network.container = other.id;
  if (namespaces.own(CLONE_NEWUTS)) namespaces.hostname = other.options.namespaces.hostname;
}

static Record new_record(const Options& options) {
  check_name(options.name);
  Record record;
  record.image = find_image(options.image);
  record.id = new_id();
  record.name = options.name.empty() ? "box_" + record.id.substr(0, 6) : options.name;
  record.options = options;
  inherit(record.image.config, record.options.process, record.options.command);
  record.created = nanoseconds_now();
  Namespaces& namespaces = record.options.namespaces;
  resolve_network(record.options.network, namespaces);
  if (namespaces.own(CLONE_NEWUTS) && namespaces.hostname.empty()) {
    namespaces.hostname = short_id(record.id);
  }
  return record;
}

Record read_or_empty(const std::string& id) {
  Record record;
  try {
    if (exists(record_of(id))) record = read_record(record_of(id));
  } catch (const std::exception& error) {
    warn({error.what(), ": rm ", short_id(id), " removes the container"});
  }
  record.id = id;
  return record;
}

int64_t start_time(pid_t pid) try {
  return parse_number(stat_fields(pid).at(22)).value_or(-1);
} catch (const std::system_error&) {
  return -1;
}

// From here on there is something to take back: the destructor does.
Container::Container(const Record& record, Fd holder, bool remove)
    : record_(record), holder_(std::move(holder)), remove_(remove) {}

// `remove` until it is started: one that never was is nothing to come back to.
Container::Container(const Options& options) : Container(new_record(options), Fd(), true) {
  image_ = use_image(record_.image);
  holder_ = hold(id());
  make_directories(directory(), 0700);
  take_name(record_.name, id());
  write_cidfile(options.process.cidfile, id());
}

static bool is_being_recovered(const std::string& id) {
  const FileLock lock = lock_holders();
  return is_in_recovery(id);
}

// Its monitor may be about to go: it has recorded the end, and gives back what the host has lent.
// So may be a verb that recovers the container.
static Fd hold_when_free(const std::string& id) {
  const Record record = read_or_empty(id);
  const bool ended = !record.running && !record.restarting;
  if (ended || is_being_recovered(id)) wait_until_ended(id);
  return hold(id);
}

Container::Container(const std::string& id) : Container(Record(), hold_when_free(id), false) {
  record_ = read_or_empty(id);  // as its last holder left it
  if (exists(record_of(id))) return;
  throw NoSuchContainer(join({"container ", short_id(id), " has just been removed"}));
}

std::string Container::directory() const { return directory_of(id()); }

template <class Change>
void Container::change(Change change) {
  const FileLock lock = lock_record(id());
  if (exists(record_of(id()))) record_ = read_record(record_of(id()));  // others change it too
  change(record_);
  write_record(record_of(id()), record_);
}

void Container::created() {
  remove_ = false;
  change([](Record&) {});
}

void Container::find_network() {
  NetworkOptions& network = record_.options.network;
  if (network.mode != NetworkMode::kContainer) return;
  const Record other = find_container(network.container);
  if (!open_process(other)) {
    throw Failure(other.name + ", whose network is shared, is not running", "start it first");
  }
  share_network(other.id);
  network.process = other.pid;
}

void Container::started(pid_t pid, const std::vector<PublishedPort>& ports) {
  change([&](Record& record) {
    if (!record.restarting) record.restarts = 0;
    record.restarting = false;
    record.running = true;
    record.holder = ::getpid();
    record.options.network.ports = ports;
    record.pid = pid;
    record.pid_started = start_time(pid);
    record.started = ::time(nullptr);
  });
  remove_ = record_.options.remove;
  out_of_memory_ = false;
}

void Container::running() {
  mark_running(holder_);
  if (!caller_) return;
  caller_->release();
  sync_file(record_of(id()));  // not before: it would be a fifth of the start
}

void Container::ended(int status) {
  mark_ended(holder_, status);
  const bool has_cable = record_.options.network.mode == NetworkMode::kBridge;
  if (has_cable && is_network_shared(id())) remove_cable(id());
  if (is_kept(id())) remove_ = false;
  if (remove_) return;
  const bool monitored = caller_ && caller_->released();
  change([&](Record& record) {
    record.running = record.paused = false;
    record.pid = 0;
    record.status = status;
    record.out_of_memory = out_of_memory_;
    record.ended = ::time(nullptr);
    record.restarting = monitored && record.options.restart.applies(status, record.restarts) &&
                        !is_stop_wanted(id());
    record.restarts += record.restarting;
  });
  if (monitored) sync_file(record_of(id()));
}

void Container::stay_ended() {
  change([](Record& record) { record.restarting = false; });
}

void Container::remove() {
  remove_ = false;
  half_removed_ = true;
  drop_name(read_or_empty(id()).name, id());  // it may have been renamed
  unmount_below(directory(), {});     // --share mount and a kill -9: a volume may still be there
  ::unlink(record_of(id()).c_str());  // first: without it this is no container, but something left
  remove_tree(directory());
  half_removed_ = false;
}

Container::~Container() {
  if (!holder_) return;  // it was never ours
  try {
    if (remove_) remove();
  } catch (const std::exception& error) {
    warn({error.what()});
  }
  ::unlink(socket_of(id()).c_str());
  if (half_removed_) return;          // settle() finds the holder's file, and nobody who holds it
  ::unlink(holder_of(id()).c_str());  // last: from now on others may hold it
}

FileLock lock_record(const std::string& id) {
  FileLock lock(LockRank::kRecord);
  const std::string path = directory_of(id);
  const bool locked = wait_until(10, [&] {
    Fd directory = open_directory(path);
    if (!try_lock(directory, path)) return false;
    lock.take(std::move(directory));
    return true;
  });
  if (!locked) throw Failure(join({"lock ", path, ": held for 10 s by another process"}));
  return lock;
}

static Fd open_while_held(pid_t pid, const std::string& id) {
  Fd process = open_pidfd(pid);
  // Held now, so it was held when we opened it: the number was its own.
  const FileLock lock = lock_holders();
  if (!is_held(id)) process.close();
  return process;
}

Fd open_process(const Record& record) {
  return record.running ? open_while_held(record.pid, record.id) : Fd();
}

int wait_for_end(const Record& record) {
  const Fd notes(::open(holder_of(record.id).c_str(), O_RDONLY | O_CLOEXEC));
  const Fd holder = open_while_held(record.holder, record.id);
  if (!notes || !holder) {  // it has ended already
    const Record now = exists(record_of(record.id)) ? read_record(record_of(record.id)) : record;
    return now.running ? kKilled : now.status;
  }
  pollfd ended{holder.get(), POLLIN, 0};
  ::poll(&ended, 1, -1);
  return status_in(notes).value_or(kKilled);
}

}  // namespace stepbox
