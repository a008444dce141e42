#include "07-unionfs/formats/container_filters.hpp"

#include <regex.h>

#include <algorithm>

#include "07-unionfs/containers/container.hpp"
#include "07-unionfs/formats/container_text.hpp"
#include "07-unionfs/networks/network_store.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

class Expression {
 public:
  explicit Expression(const std::string& text) {
    if (::regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) == 0) return;
    throw Failure(join({"'", text, "' is no regular expression"}));
  }
  Expression(const Expression&) = delete;
  ~Expression() { ::regfree(&compiled_); }
  bool found_in(const std::string& text) const {
    return ::regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t compiled_;
};

constexpr const char* kStates[] = {"created",  "running", "paused", "restarting",
                                   "removing", "exited",  "dead"};

bool is_on(const Record& record, const std::string& network) {
  const auto& [attachments, named] =
      std::tie(record.options.network.networks, record.options.network.named);
  return named ? std::any_of(attachments.begin(), attachments.end(),
                             [&](const Attachment& one) { return one.network == network; })
               : network_text(record) == network;
}

bool has_label(const Record& record, const std::string& wanted) {
  const auto& labels = record.options.process.labels.values;
  const size_t equals = wanted.find('=');
  const auto label = labels.find(wanted.substr(0, equals));
  if (label == labels.end()) return false;
  return equals == wanted.npos || label->second == wanted.substr(equals + 1);
}

bool is_made_of(const Record& record, std::string image) {
  if (image == record.options.image || image == record.image.name) return true;
  if (image.starts_with("sha256:")) image.erase(0, 7);
  return !image.empty() && record.image.id.starts_with(image);
}

// Whether one of the ports is in `wanted`: "80", "53/udp", "8000-8009/tcp". `side`: the one that
// the host has, or the container.
bool has_port(const std::vector<PublishedPort>& ports, const std::string& wanted,
              uint16_t PublishedPort::*side) {
  ExposedPorts range;
  parse_value(wanted, range);
  return std::any_of(ports.begin(), ports.end(), [&](const PublishedPort& port) {
    return std::any_of(range.ports.begin(), range.ports.end(), [&](const PublishedPort& other) {
      return other.container_port == port.*side && other.udp == port.udp;
    });
  });
}

std::vector<PublishedPort> exposed_ports(const Record& record) {
  ExposedPorts all = record.options.network.exposed;
  for (const std::string& port : record.image.config.exposed_ports) parse_value(port, all);
  all.ports.insert(all.ports.end(), record.options.network.ports.begin(),
                   record.options.network.ports.end());
  return all.ports;
}

bool has_volume(const Record& record, const std::string& wanted) {
  const auto& volumes = record.options.volumes;
  return std::any_of(volumes.begin(), volumes.end(), [&](const ContainerVolume& volume) {
    return volume.name == wanted || volume.source == wanted || volume.destination == wanted;
  });
}

bool matches(const Filter& filter, const Record& record) {
  const std::string &key = filter.key, &value = filter.value;
  if (key == "before") return record.created < filter.created;
  if (key == "since") return record.created > filter.created;
  if (key == "health") return value == "none";
  if (key == "volume") return has_volume(record, value);
  if (key == "publish")
    return has_port(record.options.network.ports, value, &PublishedPort::host_port);
  if (key == "expose") {
    return has_port(exposed_ports(record), value, &PublishedPort::container_port);
  }
  if (key == "status") return value == state_of(record);
  if (key == "exited") {
    return state_of(record) == std::string("exited") && value == std::to_string(record.status);
  }
  if (key == "network") return is_on(record, value);
  if (key == "label") return has_label(record, value);
  if (key == "ancestor") return is_made_of(record, value);
  const Expression expression(value);
  if (key == "id") return expression.found_in(record.id);
  return expression.found_in(record.name) || expression.found_in("/" + record.name);
}

}  // namespace

void parse_value(const std::string& text, Filter& filter) {
  const size_t equals = text.find('=');
  filter = {text.substr(0, equals), equals == text.npos ? "" : text.substr(equals + 1)};
  constexpr const char* kKeys[] = {"ancestor", "before", "exited", "expose",  "health",
                                   "id",       "label",  "name",   "network", "publish",
                                   "since",    "status", "volume"};
  if (equals == text.npos ||
      std::find(std::begin(kKeys), std::end(kKeys), filter.key) == std::end(kKeys)) {
    throw Failure(join({"'", text, "' is no filter"}),
                  "ancestor=, before=, exited=, expose=, health=, id=, label=, name=, network=, "
                  "publish=, since=, status= or volume=");
  }
  if (filter.key == "status" &&
      std::find(std::begin(kStates), std::end(kStates), filter.value) == std::end(kStates)) {
    throw Failure(join({"'", filter.value, "' is no state of a container"}),
                  "created, running, paused, restarting, exited");
  }
  if (filter.key == "exited" && !parse_number(filter.value)) {
    throw Failure(join({"'", filter.value, "' is no exit status"}));
  }
  constexpr const char* kHealth[] = {"none", "starting", "healthy", "unhealthy"};
  if (filter.key == "health" &&
      std::find(std::begin(kHealth), std::end(kHealth), filter.value) == std::end(kHealth)) {
    throw Failure(join({"'", filter.value, "' is no state of health"}),
                  "none, starting, healthy, unhealthy");
  }
  if (filter.key == "publish" || filter.key == "expose") {
    has_port({}, filter.value, &PublishedPort::host_port);  // throws the same
  }
  if (filter.key == "id" || filter.key == "name")
    Expression{filter.value};  // throws if it does not compile
}

bool is_found(const std::string& expression, const std::string& text) {
  return Expression(expression).found_in(text);
}

void resolve(std::vector<Filter>& filters) {
  for (Filter& filter : filters) {
    if (filter.key == "network" && has_network(filter.value)) {
      filter.value = find_network(filter.value).name;
    }
    if (filter.key != "before" && filter.key != "since") continue;
    filter.created = find_container(filter.value).created;
  }
}

bool matches(const std::vector<Filter>& filters, const Record& record) {
  return std::all_of(filters.begin(), filters.end(), [&](const Filter& filter) {
    if (filter.key == "label") return matches(filter, record);
    return std::any_of(filters.begin(), filters.end(), [&](const Filter& other) {
      return other.key == filter.key && matches(other, record);
    });
  });
}

}  // namespace stepbox
