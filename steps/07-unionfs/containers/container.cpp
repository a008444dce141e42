#include "07-unionfs/containers/container.hpp"

#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <set>

#include "03-mount/mountinfo.hpp"
#include "07-unionfs/console/connection.hpp"
#include "07-unionfs/console/daemon.hpp"
#include "07-unionfs/console/output_fanout.hpp"
#include "07-unionfs/containers/container_names.hpp"
#include "07-unionfs/containers/image_defaults.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/process/process_table.hpp"
#include "07-unionfs/volumes/container_volumes.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"
#include "common/openers.hpp"
#include "common/text.hpp"

namespace stepbox {

// Replaces ids of networks by names, and names of linked containers by ids.
static void resolve_names(ContainerNetworkOptions& network) {
  check_named_networks();
  std::set<std::string> names;
  for (Attachment& attachment : network.networks) {
    attachment.network = find_network(attachment.network).name;
    if (!names.insert(attachment.network).second) {
      throw Failure(join({"network ", attachment.network, " is specified multiple times"}));
    }
    for (ContainerLink& link : attachment.links) link.container = find_container(link.container).id;
  }
}

// Docker's links on the default bridge hold only between running containers.
static void check_links(const ContainerNetworkOptions& network) {
  for (const Attachment& attachment : network.networks) {
    for (const ContainerLink& link : attachment.links) {
      const Record other = find_container(link.container);
      if (attachment.network != "bridge" || other.running) continue;
      throw Failure(
          join({"cannot link to a non running container: ", other.name, " as ", link.alias}),
          "start it first");
    }
  }
}

// Replaces NAME of --network container:NAME by the id, since the name may change later. As with
// docker, names and ports are those of the other container.
static void resolve_network(ContainerNetworkOptions& network, Namespaces& namespaces) {
  join_first(network);
  if (network.named) resolve_names(network);
  if (!network.is_shared()) return;
  if (!network.ports.empty() || !network.dns.empty() || !network.hosts.empty() ||
      !namespaces.hostname.empty() || network.names.given() || network.exposed.publish_all ||
      !network.exposed.ports.empty()) {
    throw Failure("ports, --dns, --add-host and --hostname do not go with --network container",
                  "give them to that container");
  }
  const Record other = find_container(network.container);
  network.container = other.id;
  if (namespaces.own(CLONE_NEWUTS)) namespaces.hostname = other.options.namespaces.hostname;
}

// Those of --volumes-from, then those of the image.
static void resolve_volumes(Options& options, const ImageConfig& image) {
  for (const VolumesFrom& from : options.other_volumes.from) {
    add_volumes_of(find_container(from.container).options.volumes, from.read_only, options.volumes,
                   options.tmpfs);
  }
  name_volumes(image.volumes, options.volumes, options.tmpfs);
}

// Replaces NAME of --pid and --ipc container:NAME by the id, as above.
static void resolve(NamespaceMode& mode, bool shared_memory) {
  if (!mode.is_containers()) return;
  const Record other = find_container(mode.container);
  mode.container = other.id;
  const std::string& theirs = other.options.sharing.ipc.mode;
  if (!shared_memory || theirs == "shareable" || theirs == "host") return;
  throw Failure(join({"--ipc container: ", other.name, " shares its IPC namespace with nobody"}),
                "start it with --ipc shareable");
}

static Record new_record(const Options& options) {
  check_name(options.name);
  Record record;
  record.image = find_image(options.image, options.is_rootfs);
  check_platform(record.image, options.platform);
  record.id = new_id();
  record.name = options.name.empty() ? "box_" + record.id.substr(0, 6) : options.name;
  record.options = options;
  inherit(record.image.config, record.options.process, record.options.command);
  resolve_volumes(record.options, record.image.config);
  record.created = nanoseconds_now();
  Namespaces& namespaces = record.options.namespaces;
  resolve_network(record.options.network, namespaces);
  resolve(record.options.sharing.pid, false);
  resolve(record.options.sharing.ipc, true);
  publish_all(record.image.config.exposed_ports, options.network.exposed,
              record.options.network.ports);
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

// Delegated to by both public constructors: if their bodies throw, the destructor still runs.
Container::Container(const Record& record, Fd run_lock, bool remove)
    : record_(record), run_lock_(std::move(run_lock)), remove_(remove) {}

// `remove` is true until the container is started: one that never was is removed.
Container::Container(const Options& options) : Container(new_record(options), Fd(), true) {
  image_ = use_image(record_.image);
  run_lock_ = acquire_run_lock(id());
  make_directories(directory(), 0700);
  take_name(record_.name, id());
  write_cidfile(options.process.cidfile, id());
  volumes_ = make_volumes(record_.options.volumes, record_.image.layers, id());
}

void Container::hand_over() {
  run_lock_.close();
  volumes_.clear();
}

std::vector<int> Container::locks() const {
  std::vector<int> locks{run_lock_.get(), image_.get()};
  for (const Fd& volume : volumes_) locks.push_back(volume.get());
  return locks;
}

static bool is_being_recovered(const std::string& id) {
  const FileLock lock = lock_run_locks();
  return is_in_recovery(id);
}

// If the container has ended, its monitor (or a verb that recovers it) may still hold the lock
// while it gives back resources.
static Fd acquire_when_free(const std::string& id) {
  const Record record = read_or_empty(id);
  const bool ended = !record.running && !record.restarting;
  if (ended || is_being_recovered(id)) wait_until_released(id);
  return acquire_run_lock(id);
}

Container::Container(const std::string& id) : Container(Record(), acquire_when_free(id), false) {
  record_ = read_or_empty(id);  // as the last holder left it
  if (exists(record_of(id))) return;
  throw NoSuchContainer(join({"container ", short_id(id), " has just been removed"}));
}

std::string Container::directory() const { return directory_of(id()); }

template <class Change>
void Container::change(Change change) {
  const FileLock lock = lock_record(id());
  if (exists(record_of(id()))) record_ = read_record(record_of(id()));  // verbs change it, too
  change(record_);
  write_record(record_of(id()), record_);
}

void Container::created() {
  remove_ = false;
  change([](Record&) {});
  volumes_.clear();
}

void Container::find_network() {
  ContainerNetworkOptions& network = record_.options.network;
  network.own_name = record_.name;
  check_links(network);
  if (!network.is_shared()) return;
  const Record other = find_container(network.container);
  if (!open_process(other)) {
    throw Failure(other.name + ", whose network is shared, is not running", "start it first");
  }
  share_network(other.id);
  network.process = other.pid;
}

void Container::find_volumes() {
  prepare_volumes(record_.options.volumes, record_.options.namespaces.user);
}

void Container::find_namespaces() {
  for (NamespaceMode* mode : {&record_.options.sharing.pid, &record_.options.sharing.ipc}) {
    if (!mode->is_containers()) continue;
    const Record other = find_container(mode->container);
    mode->process = std::make_shared<Fd>(open_process(other));
    if (*mode->process) continue;
    throw Failure(other.name + ", whose namespace is shared, is not running", "start it first");
  }
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
    record.started = nanoseconds_now();
  });
  remove_ = record_.options.remove;
  out_of_memory_ = false;
}

void Container::running() {
  volumes_.clear();  // the record names them now
  mark_running(run_lock_);
  if (!caller_) return;
  caller_->release();
  fanout_->take_own_errors();
  sync_file(record_of(id()));  // after the start: fsync(2) costs a fifth of its time
}

void Container::ended(int status) {
  mark_ended(run_lock_, status);
  const bool has_veth = record_.options.network.mode == NetworkMode::kBridge;
  if (has_veth && is_network_shared(id())) remove_veths(id());
  if (is_kept_after_end(id())) remove_ = false;
  if (remove_) return;
  const bool monitored = caller_ && caller_->released();
  change([&](Record& record) {
    record.running = record.paused = false;
    record.pid = 0;
    record.status = status;
    record.out_of_memory = out_of_memory_;
    record.ended = nanoseconds_now();
    record.restarting = monitored && record.options.restart.applies(status, record.restarts) &&
                        !is_stop_requested(id());
    record.restarts += record.restarting;
  });
  if (monitored) sync_file(record_of(id()));
}

void Container::cancel_restart() {
  change([](Record& record) { record.restarting = false; });
}

// Without a record it was killed while it was made: the volumes themselves tell whose they are. Or
// while it was removed: then those that it still has are to stay.
static std::vector<std::string> anonymous_volumes_of(const Record& record) {
  std::vector<std::string> names = anonymous_names(record.options.volumes);
  if (exists(record_of(record.id)) || is_removing(record.id)) return names;
  for (const StoredVolume& volume : all_volumes()) {
    if (volume.container == record.id) names.push_back(volume.name);
  }
  return names;
}

void Container::remove(bool volumes) {
  volumes_.clear();
  half_removed_ = true;  // whatever throws below
  if (volumes) remove_anonymous_volumes(anonymous_volumes_of(record_), volume_users, id());
  remove_ = false;
  mark_removing(run_lock_);
  drop_name(read_or_empty(id()).name, id());  // as the record says now: it may have been renamed
  unmount_below(directory(), {});     // after --share mount and kill -9 a volume may be mounted
  ::unlink(record_of(id()).c_str());  // first: without a record it is no container
  remove_tree(directory());
  half_removed_ = false;
}

Container::~Container() {
  if (!run_lock_) return;  // never acquired, or handed over
  try {
    if (remove_) remove(true);
  } catch (const std::exception& error) {
    warn({error.what()});
  }
  ::unlink(socket_of(id()).c_str());
  if (half_removed_) return;            // recovery finds the run lock without a holder
  ::unlink(run_lock_of(id()).c_str());  // last: from now on it can be acquired
}

FileLock lock_record(const std::string& id) {
  return lock_directory(directory_of(id), LockRank::kRecord);
}

static Fd open_while_held(pid_t pid, const std::string& id) {
  Fd process = open_pidfd(pid);
  // The lock is held now, so it was held when the pidfd was opened: the pid was not reused.
  const FileLock lock = lock_run_locks();
  if (!is_run_lock_held(id)) process.close();
  return process;
}

Fd open_process(const Record& record) {
  return record.running ? open_while_held(record.pid, record.id) : Fd();
}

int wait_for_end(const Record& record) {
  const Fd marks(::open(run_lock_of(record.id).c_str(), O_RDONLY | O_CLOEXEC));
  const Fd holder = open_while_held(record.holder, record.id);
  if (!marks || !holder) {  // it has ended already
    const Record now = exists(record_of(record.id)) ? read_record(record_of(record.id)) : record;
    return now.running ? kKilled : now.status;
  }
  pollfd ended{holder.get(), POLLIN, 0};
  ::poll(&ended, 1, -1);
  return recorded_status(marks).value_or(kKilled);
}

}  // namespace stepbox
