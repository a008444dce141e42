// inspect: the networks of a container.
#include <nlohmann/json.hpp>

#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/formats/container_text.hpp"
#include "07-unionfs/verbs/inspect.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"

namespace stepbox {

// {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}; `asked`: as the
// user gave it, without a host port that was chosen.
Json ports_as_json(const std::vector<PublishedPort>& ports, bool asked) {
  Json bindings = Json::object();
  for (const PublishedPort& port : ports) {
    const bool unnamed = asked && port.any_host_port;
    bindings[text_of(port)].push_back(
        {{"HostIp", port.host_address.text()},
         {"HostPort", unnamed ? "" : std::to_string(port.host_port)}});
  }
  return bindings;
}

namespace {

std::string address_of(pid_t pid) try {
  return own_address(read_file(join({"/proc/", std::to_string(pid), "/net/fib_trie"})));
} catch (const std::system_error&) {
  return "";  // it has ended since its record was read
}

std::string mac_of(const std::string& text) {
  Address address;
  if (text.empty()) return "";
  parse_value(text, address);
  return mac_text(address);
}

// The keys that docker has both for each network and, as before it had several, for the first.
Json addresses(const std::string& gateway, const std::string& address, int prefix,
               const std::string& mac) {
  return {
      {"Gateway", gateway}, {"IPAddress", address}, {"IPPrefixLen", prefix}, {"MacAddress", mac}};
}

Json attachment_as_json(const Record& record, const Attachment& attachment,
                        const Endpoint* endpoint) {
  const bool known = has_network(attachment.network);
  const std::string id = known ? find_network(attachment.network).id : "";
  Json aliases = Json::array(), links = Json::array();
  for (const Alias& alias : attachment.aliases) aliases.push_back(alias.name);
  aliases.push_back(short_id(record.id));
  for (const ContainerLink& link : attachment.links) {
    links.push_back(join({short_id(link.container), ":", link.alias}));
  }
  Json json{{"IPAMConfig", nullptr},
            {"Links", links},
            {"Aliases", aliases},
            {"NetworkID", id},
            {"EndpointID", endpoint ? sha256(record.id + id) : ""}};
  if (attachment.address.number) {
    json["IPAMConfig"] = {{"IPv4Address", attachment.address.text()}};
  }
  json.update(endpoint ? addresses(endpoint->gateway.text(), endpoint->address.text(),
                                   endpoint->subnet.prefix, endpoint->mac)
                       : addresses("", "", 0, attachment.mac.text));
  return json;
}

// On the default bridge alone, or without a bridge.
Json plain_as_json(const Record& record, const std::string& network) {
  const bool bridge = record.running && network == "bridge";
  const std::string address = bridge ? address_of(record.pid) : "";
  const std::string id = has_network(network) ? find_network(network).id : "";
  Json json{{"IPAMConfig", nullptr},
            {"Links", nullptr},
            {"Aliases", nullptr},
            {"NetworkID", id},
            {"EndpointID", record.running && !id.empty() ? sha256(record.id + id) : ""}};
  json.update(addresses(bridge ? bridge_subnet().gateway().text() : "", address,
                        bridge ? bridge_subnet().prefix : 0, mac_of(address)));
  return json;
}

}  // namespace

Json network_settings_as_json(const Record& record) {
  const ContainerNetworkOptions& options = record.options.network;
  const Member member = record.running ? find_member(record.id).value_or(Member{}) : Member{};
  Json networks = Json::object();
  for (const Attachment& attachment : options.networks) {
    const Endpoint* endpoint = nullptr;
    for (const Endpoint& one : member.endpoints) {
      if (one.network == attachment.network) endpoint = &one;
    }
    networks[attachment.network] = attachment_as_json(record, attachment, endpoint);
  }
  if (!options.named) networks[network_text(record)] = plain_as_json(record, network_text(record));
  Json json{{"Ports", record.running ? ports_as_json(options.ports, false) : Json::object()},
            {"Networks", networks}};
  // Docker fills these in for its default bridge only.
  const auto bridge = networks.find("bridge");
  const Json none = addresses("", "", 0, "");
  for (auto& [key, value] : none.items()) {
    json[key] = bridge == networks.end() ? value : bridge->at(key);
  }
  return json;
}

}  // namespace stepbox
