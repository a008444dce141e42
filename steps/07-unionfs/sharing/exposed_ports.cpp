#include "07-unionfs/sharing/exposed_ports.hpp"

#include <algorithm>
#include <tuple>

#include "common/error.hpp"

namespace stepbox {

void parse_value(const std::string& text, ExposedPorts& exposed) {
  if (text.find(':') != text.npos) {
    throw Failure(join({"'", text, "' is not PORT[/udp]"}), "-p publishes a port");
  }
  parse_value(text, exposed.ports);
}

void add_options(CommandLine& cli, ExposedPorts& exposed) {
  cli.option("--expose", "PORT[/udp]", exposed,
             "Port that the container offers, or a range: for -P");
  cli.flag("-P,--publish-all", exposed.publish_all,
           "Publish all ports that the image or --expose names, on free ports of the host");
}

std::string text_of(const PublishedPort& port) {
  return join({std::to_string(port.container_port), port.udp ? "/udp" : "/tcp"});
}

void sort_ports(std::vector<PublishedPort>& ports) {
  std::stable_sort(ports.begin(), ports.end(), [](const PublishedPort& a, const PublishedPort& b) {
    return std::tie(a.container_port, a.udp) < std::tie(b.container_port, b.udp);
  });
}

void publish_all(const std::vector<std::string>& image, const ExposedPorts& exposed,
                 std::vector<PublishedPort>& published) {
  if (!exposed.publish_all) return;
  ExposedPorts all = exposed;
  for (const std::string& port : image) parse_value(port, all);
  for (const PublishedPort& port : all.ports) {
    const auto same = [&](const auto& other) { return text_of(other) == text_of(port); };
    if (std::none_of(published.begin(), published.end(), same)) published.push_back(port);
  }
  sort_ports(published);
}

}  // namespace stepbox
