#include "07-unionfs/formats/container_text.hpp"

#include <sched.h>

#include "07-unionfs/formats/table.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

bool is_alive(const Record& record) {
  const std::string state = state_of(record);
  return state != "created" && state != "exited";
}

std::string status_text(const Record& record, int64_t now) {
  const std::string state = state_of(record);
  if (state == "created") return "Created";
  if (record.running) {
    return join({"Up ", as_duration(now - record.started / kNanoseconds),
                 record.paused ? " (Paused)" : ""});
  }
  return join({state == "restarting" ? "Restarting (" : "Exited (", std::to_string(record.status),
               ") ", as_duration(now - record.ended / kNanoseconds), " ago"});
}

// Appends `item` to `text`, with `separator` unless it is the first.
static void append(std::string& text, const char* separator, Words item) {
  text += join({text.empty() ? "" : separator, join(item)});
}

// Whether docker prints the two as one range: 80-81->80-81.
static bool continues(const PublishedPort& a, const PublishedPort& b) {
  return a.host_port == a.container_port && b.host_port == b.container_port &&
         b.container_port == a.container_port + 1 && b.udp == a.udp &&
         b.host_address.number == a.host_address.number;
}

static std::string range_text(uint16_t first, uint16_t last) {
  return std::to_string(first) + (first == last ? "" : "-" + std::to_string(last));
}

std::string ports_text(const Record& record) {
  std::string text;
  if (!record.running) return text;
  const std::vector<PublishedPort>& ports = record.options.network.ports;
  for (size_t i = 0; i < ports.size(); ++i) {
    const PublishedPort& first = ports[i];
    while (i + 1 < ports.size() && continues(ports[i], ports[i + 1])) ++i;
    const PublishedPort& last = ports[i];
    append(text, ", ",
           {first.host_address.text(), ":", range_text(first.host_port, last.host_port), "->",
            range_text(first.container_port, last.container_port), last.udp ? "/udp" : "/tcp"});
  }
  return text;
}

std::string labels_text(const Record& record) {
  std::string text;
  for (const auto& [key, value] : record.options.process.labels.values) {
    append(text, ",", {key, "=", value});
  }
  return text;
}

std::string mounts_text(const Record& record) {
  std::string text;
  for (const ContainerVolume& volume : record.options.volumes) {
    append(text, ",", {volume.name.empty() ? volume.source : volume.name});
  }
  return text;
}

std::string own_address(const std::string& fib_trie) {
  std::string address;  // of the leaf above the line: |-- 172.16.0.2
  for (const std::string& line : split(fib_trie, '\n')) {
    const std::vector<std::string> words = words_in(line);
    if (words.size() == 2 && words[0] == "|--") address = words[1];
    if (line.ends_with("/32 host LOCAL") && !address.starts_with("127.")) return address;
  }
  return "";
}

std::string network_text(const Record& record) {
  const ContainerNetworkOptions& network = record.options.network;
  if (!record.options.namespaces.own(CLONE_NEWNET)) return name_of(NetworkMode::kHost);
  if (network.named) {
    std::string names;
    for (const Attachment& attachment : network.networks) append(names, ",", {attachment.network});
    return names;
  }
  return network.is_shared() ? "container:" + network.container : name_of(network.mode);
}

}  // namespace stepbox
