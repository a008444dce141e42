// inspect: the JSON of a container, with docker's structure and keys.
#include <string.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "07-unionfs/formats/container_text.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/verbs/inspect.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

namespace {

Json state_as_json(const Record& record) {
  const std::string state = state_of(record);
  return {{"Status", state},
          {"Running", is_alive(record)},
          {"Paused", state == "paused"},
          {"Restarting", state == "restarting"},
          {"Dead", false},  // docker's word for one that could not be removed whole
          {"OOMKilled", !record.running && record.out_of_memory},
          {"Pid", record.running ? record.pid : 0},
          {"ExitCode", record.running ? 0 : record.status},
          {"StartedAt", as_exact_timestamp(record.started)},
          {"FinishedAt", as_exact_timestamp(record.running ? 0 : record.ended)}};
}

// The list of `as_text(thing)` of all things.
template <class Things, class AsText>
Json list(const Things& things, AsText as_text) {
  Json texts = Json::array();
  for (const auto& thing : things) texts.push_back(as_text(thing));
  return texts;
}

Json security_as_json(const SecurityOptions& security) {
  Json options = Json::array();
  if (security.no_new_privileges) options.push_back("no-new-privileges");
  if (!security.seccomp.empty()) options.push_back("seccomp=" + security.seccomp);
  return options;
}

// A named volume has docker's mode z if no other is given.
Json volume_as_json(const ContainerVolume& volume) {
  const bool bind = volume.name.empty();
  const std::string usual = bind ? volume.read_only ? "ro" : "" : volume.anonymous ? "" : "z";
  const std::string propagation = volume.propagation.empty() ? "rprivate" : volume.propagation;
  return {{"Type", bind ? "bind" : "volume"},
          {"Name", volume.name},  // a bind has none in docker's JSON, but in its templates
          {"Source", volume.source},
          {"Destination", volume.destination},
          {"Driver", bind ? "" : "local"},
          {"Mode", volume.mode.empty() ? usual : volume.mode},
          {"RW", !volume.read_only},
          {"Propagation", bind ? propagation : ""}};
}

// As -v takes them. Docker lists anonymous volumes in Config.Volumes instead.
Json binds_as_json(const std::vector<ContainerVolume>& volumes) {
  Json binds = Json::array();
  for (const ContainerVolume& volume : volumes) {
    if (volume.anonymous) continue;
    const std::string& mode = volume.mode.empty() && volume.read_only ? "ro" : volume.mode;
    binds.push_back(join({volume.name.empty() ? volume.source : volume.name, ":",
                          volume.destination, mode.empty() ? "" : ":", mode}));
  }
  return binds;
}

Json volume_paths(const std::vector<ContainerVolume>& volumes, std::vector<std::string> of_image) {
  for (const ContainerVolume& volume : volumes) {
    if (volume.anonymous) of_image.push_back(volume.destination);
  }
  return as_set(of_image);
}

// What differs from the defaults: docker shows what was given.
Json log_as_json(const LogOptions& log) {
  constexpr LogOptions kUsual;
  Json config = Json::object();
  if (log.max_size != kUsual.max_size) config["max-size"] = std::to_string(log.max_size.count);
  if (log.max_files != kUsual.max_files) config["max-file"] = std::to_string(log.max_files.number);
  return config;
}

Json host_config_as_json(const Options& options, const std::string& network) {
  const ConfineOptions& confinement = options.confinement;
  const int64_t swap = options.limits.memory_swap.count;
  const auto name = [](const Capability& capability) { return capability.name; };
  Json tmpfs = Json::object();
  for (const Tmpfs& mounted : options.tmpfs) tmpfs[mounted.destination] = mounted.data;
  return {{"Binds", binds_as_json(options.volumes)},
          {"NetworkMode", network},
          {"LogConfig", {{"Type", "json-file"}, {"Config", log_as_json(options.log)}}},
          {"PublishAllPorts", options.network.exposed.publish_all},
          {"DnsOptions", options.network.names.options},
          {"DnsSearch", options.network.names.search},
          {"GroupAdd", options.process.groups},
          {"OomScoreAdj", options.process.oom_score.adjustment},
          {"Sysctls", options.process.sysctls.values},
          {"PortBindings", ports_as_json(options.network.ports, true)},
          {"RestartPolicy",
           {{"Name", name_of(options.restart.when)}, {"MaximumRetryCount", options.restart.most}}},
          {"AutoRemove", options.remove},
          {"CapAdd", list(confinement.cap_add, name)},
          {"CapDrop", list(confinement.cap_drop, name)},
          {"Dns", list(options.network.dns, [](const Address& address) { return address.text(); })},
          {"ExtraHosts", list(options.network.hosts,
                              [](const HostEntry& host) {
                                return join({host.name, ":", host.address.text()});
                              })},
          {"Privileged", confinement.privileged},
          {"ReadonlyRootfs", confinement.read_only},
          {"Tmpfs", tmpfs},
          {"Ulimits",
           list(options.process.ulimits,
                [](const Ulimit& limit) {
                  return Json{{"Name", limit.name}, {"Soft", limit.soft}, {"Hard", limit.hard}};
                })},
          {"SecurityOpt", security_as_json(confinement.security)},
          {"UsernsMode", options.namespaces.user ? "private" : ""},
          {"Memory", options.limits.memory.count},
          {"MemorySwap", swap == 0 ? options.limits.memory.count : swap},
          {"MemoryReservation", options.limits.memory_reservation.count},
          {"CpuShares", options.limits.cpu_shares.number},
          {"CpusetMems", options.limits.memory_nodes.text},
          {"CpusetCpus", options.limits.cpu_list.text},
          {"NanoCpus", options.limits.cpus.microseconds * 10'000},
          {"PidsLimit", options.limits.pids.number},
          {"Init", options.namespaces.init}};
}

// Of several networks the first, as with docker.
std::string network_mode(const Record& record) {
  const ContainerNetworkOptions& network = record.options.network;
  return network.named && !network.networks.empty() ? network.networks[0].network
                                                    : network_text(record);
}

Json sharing_as_json(const Options& options) {
  const SharingOptions& sharing = options.sharing;
  const auto mode = [&](const NamespaceMode& asked, int flag, const char* own) {
    if (!asked.mode.empty()) return asked.text();
    return std::string(options.namespaces.own(flag) ? own : "host");
  };
  return {{"PidMode", mode(sharing.pid, CLONE_NEWPID, "")},
          {"IpcMode", mode(sharing.ipc, CLONE_NEWIPC, "private")},
          {"UTSMode", mode(sharing.uts, CLONE_NEWUTS, "")},
          {"CgroupnsMode", mode(sharing.cgroup, CLONE_NEWCGROUP, "private")},
          {"ShmSize", sharing.shm_size.count},
          {"Devices", list(sharing.devices, [](const Device& device) {
             return Json{{"PathOnHost", device.source},
                         {"PathInContainer", device.destination},
                         {"CgroupPermissions", device.access}};
           })}};
}

Json storage_as_json(const Record& record) {
  const std::string directory = directory_of(record.id);
  if (record.options.storage == StorageKind::kCopy) {
    return {{"Name", "copy"}, {"Data", {{"RootDir", directory + "/rootfs"}}}};
  }
  return {{"Name", "overlay"},
          {"Data",
           {{"LowerDir", lower_directories(record.image.layers)},
            {"MergedDir", directory + "/merged"},
            {"UpperDir", directory + "/upper"},
            {"WorkDir", directory + "/work"}}}};
}

std::string name_of(Signal signal) {
  const char* name = ::sigabbrev_np(signal.number == 0 ? SIGTERM : signal.number);
  return name ? join({"SIG", name}) : std::to_string(signal.number);  // a real-time signal
}

Json exposed_as_json(const Options& options, const ImageConfig& image) {
  Json exposed = as_set(image.exposed_ports);
  for (const auto* ports : {&options.network.exposed.ports, &options.network.ports}) {
    for (const PublishedPort& port : *ports) exposed[text_of(port)] = Json::object();
  }
  return exposed;
}

// `command` begins with the words of the entrypoint.
Json config_as_json(const Options& options, const ImageConfig& image) {
  const ProcessOptions& process = options.process;
  const size_t entrypoint = std::min(process.entrypoint.words.size(), options.command.size());
  const auto cmd = options.command.begin() + static_cast<std::ptrdiff_t>(entrypoint);
  return {{"Hostname", options.namespaces.hostname},
          {"User", process.user},
          {"Domainname", options.network.names.domain},
          {"ExposedPorts", exposed_as_json(options, image)},
          {"Volumes", volume_paths(options.volumes, image.volumes)},
          {"Tty", options.console.tty},
          {"OpenStdin", options.console.interactive},
          {"Env", process.environment.variables},
          {"Cmd", std::vector(cmd, options.command.end())},
          {"Image", options.image},
          {"WorkingDir", process.working_directory},
          {"Entrypoint", process.entrypoint.words},
          {"Labels", process.labels.values},
          {"StopSignal", name_of(process.stop_signal)},
          {"StopTimeout", process.stop_timeout.seconds}};
}

}  // namespace

Json container_as_json(const Record& record) {
  const Options& options = record.options;
  const std::vector<std::string>& command = options.command;
  Json host_config = host_config_as_json(options, network_mode(record));
  host_config.update(sharing_as_json(options));
  return {{"Id", record.id},
          {"Created", as_exact_timestamp(record.created)},
          {"Path", command.at(0)},
          {"Args", std::vector(command.begin() + 1, command.end())},
          {"State", state_as_json(record)},
          {"Image", digest_of(record.image)},
          {"HostsPath", exists(hosts_path(record.id)) ? hosts_path(record.id) : ""},
          {"LogPath", directory_of(record.id) + "/log.json"},
          {"Name", "/" + record.name},
          {"RestartCount", record.restarts},
          {"Driver", storage_as_json(record)["Name"]},
          {"Platform", "linux"},
          {"HostConfig", host_config},
          {"GraphDriver", storage_as_json(record)},
          {"Mounts", list(options.volumes, volume_as_json)},
          {"Config", config_as_json(options, record.image.config)},
          {"NetworkSettings", network_settings_as_json(record)}};
}

}  // namespace stepbox
