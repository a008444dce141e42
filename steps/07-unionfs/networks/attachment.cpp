#include "07-unionfs/networks/attachment.hpp"

#include <cstdio>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

bool is_network_name(const std::string& text) {
  constexpr char kAllowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  return !text.empty() && text.size() <= 200 && text.find_first_not_of(kAllowed) == text.npos &&
         text.find_first_of("_.-") != 0;
}

void parse_value(const std::string& text, ContainerLink& link) {
  const std::vector<std::string> parts = split(text, ':');
  link.container = parts[0];
  link.alias = parts.back().substr(parts.back().find_first_not_of('/') == 1 ? 1 : 0);
  if (parts.size() > 2 || parts[0].empty() || !is_network_name(link.alias)) {
    throw Failure(join({"'", text, "' is not CONTAINER[:ALIAS]"}), "as db:database");
  }
}

void parse_value(const std::string& text, Alias& alias) {
  if (!is_network_name(text)) {
    throw Failure(join({"'", text, "' is not a name for a host"}),
                  "letters, digits and _.- ; a letter or digit first");
  }
  alias.name = text;
}

void parse_value(const std::string& text, MacAddress& mac) {
  unsigned byte[6];
  char end;
  const int found = std::sscanf(text.c_str(), "%2x:%2x:%2x:%2x:%2x:%2x%c", &byte[0], &byte[1],
                                &byte[2], &byte[3], &byte[4], &byte[5], &end);
  if (found != 6 || text.size() != 17) {
    throw Failure(join({"'", text, "' is not a valid mac address"}), "as 02:42:ac:12:00:02");
  }
  if (byte[0] & 1) {
    throw Failure(join({"'", text, "' is a mac address of a group"}),
                  "the first byte must be even, as 02:42:ac:12:00:02");
  }
  mac.text = in_lower_case(text);
}

void parse_value(const std::string& text, Attachment& attachment) {
  const bool is_long = text.find('=') != text.npos;
  for (const std::string& field : split(is_long ? text : "name=" + text, ',')) {
    const size_t equals = field.find('=');
    const std::string key = field.substr(0, equals);
    const std::string value = equals == field.npos ? "" : field.substr(equals + 1);
    if (key == "name") {
      attachment.network = value;
    } else if (key == "alias") {
      parse_value(value, attachment.aliases.emplace_back());
    } else if (key == "ip") {
      parse_value(value, attachment.address);
    } else if (key == "mac-address") {
      parse_value(value, attachment.mac);
    } else {
      throw Failure(join({"invalid field '", key, "' of a network"}),
                    "name=NAME,alias=NAME,ip=IP,mac-address=MAC");
    }
  }
  if (!is_network_name(attachment.network)) {
    throw Failure(join({"'", attachment.network, "' is not a valid name for a network"}),
                  "letters, digits and _.- ; a letter or digit first");
  }
}

void add_attachment_options(CommandLine& cli, const char* alias, Attachment& attachment) {
  cli.list(alias, "NAME", attachment.aliases,
           "Another name of the container, for the others on its network");
  cli.option("--ip", "IP", attachment.address,
             "Address on its network, which must have been made with --subnet");
  cli.list("--link", "CONTAINER[:ALIAS]", attachment.links,
           "Know a container of the same network by another name, too");
}

}  // namespace stepbox
