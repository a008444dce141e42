#include "07-unionfs/containers/record.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "07-unionfs/networks/network_json.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

static void to_json(nlohmann::json& json, NetworkMode mode) { json = name_of(mode); }
static void from_json(const nlohmann::json& json, NetworkMode& mode) {
  mode = mode_called(json.get<std::string>()).value_or(NetworkMode::kBridge);
}
static void to_json(nlohmann::json& json, StorageKind kind) {
  json = kind == StorageKind::kCopy ? "copy" : "overlay";
}
static void from_json(const nlohmann::json& json, StorageKind& kind) {
  const auto text = json.get<std::string>();
  if (text == "fuse") {
    throw Failure(
        "--storage fuse was removed in version 1.1",
        "start the container with version 1.0, or take its files from its directory upper/");
  }
  kind = text == "copy" ? StorageKind::kCopy : StorageKind::kOverlay;
}
// With default: records of 1.1 and before have the first three only.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ContainerVolume, source, destination, read_only,
                                                name, anonymous, copy, make_source, mode,
                                                propagation)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NamespaceSet, flags)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Namespaces, shared, user, hostname, init)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CpuQuota, microseconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Bytes, count)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Count, number)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CpuList, text)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ContainerLimits, cpus, memory, pids, cpu_list,
                                                stats, memory_swap, memory_reservation, cpu_shares,
                                                memory_nodes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NamespaceMode, mode, container)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Device, source, destination, access)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SharingOptions, pid, ipc, uts, cgroup, shm_size, devices)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LogOptions, max_size, max_files)
// With default: records of 1.0 betas have no any_host_port, those before 1.2 no named_address.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PublishedPort, host_address, host_port,
                                                container_port, udp, any_host_port, named_address)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(HostEntry, name, address)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NameOptions, search, options, domain)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ExposedPorts, ports, publish_all)
// With default: before version 1.2 networks had no names.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ContainerNetworkOptions, mode, container, ports,
                                                dns, hosts, named, networks, names, exposed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Capability, name)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SecurityOptions, no_new_privileges, seccomp)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ConfineOptions, privileged, cap_add, cap_drop, security,
                                   read_only)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Environment, variables)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Entrypoint, given, words)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Labels, values)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Ulimit, name, soft, hard)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Signal, number)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StopTimeout, seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OomScore, adjustment)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Sysctls, values)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ProcessOptions, environment, working_directory,
                                                user, entrypoint, ulimits, labels, stop_signal,
                                                stop_timeout, cidfile, groups, oom_score, sysctls)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Tmpfs, destination, flags, data)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ConsoleOptions, interactive, tty)
NLOHMANN_JSON_SERIALIZE_ENUM(RestartWhen, {{RestartWhen::kNever, "no"},
                                           {RestartWhen::kOnFailure, "on-failure"},
                                           {RestartWhen::kAlways, "always"},
                                           {RestartWhen::kUnlessStopped, "unless-stopped"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RestartPolicy, when, most)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Options, volumes, namespaces, limits, network,
                                                confinement, process, tmpfs, console, restart, name,
                                                remove, storage, image, command, sharing, log)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ImageConfig, env, command, entrypoint, working_directory, user,
                                   stop_signal, exposed_ports, volumes, labels)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Image, id, name, layers, config)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Record, id, name, image, options, running, paused, restarting,
                                   restarts, holder, pid, pid_started, status, out_of_memory,
                                   created, started, ended)

int64_t nanoseconds_now() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

const char* state_of(const Record& record) {
  if (record.running) return record.paused ? "paused" : "running";
  if (record.restarting) return "restarting";
  return record.started == 0 ? "created" : "exited";
}

std::map<pid_t, Process> processes_of(const Record& record, const ProcessTable& table) {
  return table.of(record.running ? record.pid : 0, record.options.namespaces.own(CLONE_NEWPID));
}

Record read_record(const std::string& path) {
  const std::string text = read_file(path);
  try {
    const auto json = nlohmann::json::parse(text);
    const int version = json.value("version", 1);
    if (version > kRecordVersion) {
      throw Failure(
          join({"record version ", std::to_string(version), " is newer than this program"}),
          "use the version of stepbox that wrote it");
    }
    auto record = json.get<Record>();
    for (int64_t* time : {&record.started, &record.ended}) {
      // Not again, if a monitor of version 1.0 has written a newer record without its version.
      if (version == 1 && *time < kNanoseconds * 1'000) *time *= kNanoseconds;
    }
    return record;
  } catch (const Failure& error) {
    throw Failure(join({"read ", path, ": ", error.what()}));
  } catch (const nlohmann::json::exception&) {
    throw Failure(join({"read ", path, ": not a record of a container"}));
  }
}

void write_record(const std::string& path, const Record& record) {
  try {
    nlohmann::json json(record);
    json["version"] = kRecordVersion;
    replace_file(path, json.dump(2) + "\n");
  } catch (const nlohmann::json::exception&) {
    throw Failure(join({"write ", path, ": a word of the command is not UTF-8"}),
                  "a record is JSON, and cannot hold it");
  }
}

}  // namespace stepbox
