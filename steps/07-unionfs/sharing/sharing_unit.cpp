// The values of options about what a container shares, and their translations.
#include <doctest/doctest.h>
#include <unistd.h>

#include "07-unionfs/sharing/container_limits.hpp"
#include "07-unionfs/sharing/exposed_ports.hpp"
#include "07-unionfs/sharing/name_options.hpp"
#include "07-unionfs/sharing/sharing_options.hpp"
#include "common/error.hpp"

namespace stepbox {
namespace {

template <class Value>
Value parsed(const std::string& text) {
  Value value;
  parse_value(text, value);
  return value;
}

}  // namespace

TEST_CASE("--device is HOST or HOST:CONTAINER with an access or without") {
  const auto all = [](const std::string& text) {
    const auto device = parsed<Device>(text);
    return device.source + " " + device.destination + " " + device.access;
  };
  CHECK(all("/dev/fuse") == "/dev/fuse /dev/fuse rwm");
  CHECK(all("/dev/fuse:rw") == "/dev/fuse /dev/fuse rw");
  CHECK(all("/dev/fuse:/dev/box") == "/dev/fuse /dev/box rwm");
  CHECK(all("/dev/fuse:/dev/box:m") == "/dev/fuse /dev/box m");
  for (const char* text : {"", "fuse", "/dev/a:", "/dev/a:b", "/dev/a:/b/",
                           "/dev/a:/b:", "/dev/a:/b:x", "/dev/a:/b:r:w"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(parsed<Device>(text), doctest::Contains("is not HOST"), Failure);
  }
}

TEST_CASE("limits that step 5 does not know become linux.resources") {
  GroupOptions options;
  options.limits.memory.count = 64;
  CHECK(as_oci_resources(options) == "");
  CHECK(other_controllers(options).empty());
  options.limits.memory_swap = parsed<SwapLimit>("-1");
  CHECK(as_oci_resources(options) == R"({"memory":{"swap":-1}})");
  options.limits.memory_swap.count = 96;
  options.limits.memory_reservation.count = 32;
  options.limits.cpu_shares = parsed<CpuShares>("7");
  options.limits.memory_nodes = parsed<NodeList>("0");
  CHECK(as_oci_resources(options) ==
        R"({"memory":{"limit":64,"swap":96,"reservation":32},"cpu":{"shares":7,"mems":"0"}})");
  CHECK(other_controllers(options) == std::vector<std::string>{"cpu", "memory", "cpuset"});
  options.limits.memory_swap.count = 63;
  CHECK_THROWS_WITH_AS(check(options.limits), doctest::Contains("less than --memory"), Failure);
}

TEST_CASE("a device is allowed by its number, unless all are") {
  GroupOptions options{.limits = {}, .devices = {parsed<Device>("/dev/null:/dev/nix:r")}};
  CHECK(as_oci_resources(options) ==
        R"({"devices":[{"allow":true,"type":"c","major":1,"minor":3,"access":"r"}]})");
  options.privileged = true;
  CHECK(as_oci_resources(options) == "");
  options = {.limits = {}, .devices = {parsed<Device>("/etc/passwd")}};
  CHECK_THROWS_WITH_AS(as_oci_resources(options), "--device /etc/passwd is none", Failure);
}

TEST_CASE("lines of resolv.conf replace those of their kind") {
  const std::string hosts = "nameserver 1.1.1.1\ndomain a\nsearch a b\noptions x y\n";
  CHECK(completed_resolv_conf(hosts, {}) == hosts);
  CHECK(completed_resolv_conf(hosts, {{"c", "d"}, {}, ""}) ==
        "nameserver 1.1.1.1\noptions x y\nsearch c d\n");
  CHECK(completed_resolv_conf(hosts, {{"."}, {"ndots:2"}, ""}) ==
        "nameserver 1.1.1.1\noptions ndots:2\n");
  for (const char* bad : {"", "a b", "a\nnameserver 6.6.6.6", "#", "\t"}) {
    CHECK_THROWS_WITH_AS(check(NameOptions{{bad}, {}, ""}), doctest::Contains("no domain"),
                         Failure);
  }
}

TEST_CASE("-P publishes what is not published yet") {
  ExposedPorts exposed = parsed<ExposedPorts>("80-81");
  std::vector<PublishedPort> published = parsed<std::vector<PublishedPort>>("8080:81");
  publish_all({"53/udp"}, exposed, published);
  CHECK(published.size() == 1);
  exposed.publish_all = true;
  publish_all({"53/udp", "80/tcp"}, exposed, published);
  REQUIRE(published.size() == 3);
  CHECK(text_of(published[0]) == "53/udp");
  CHECK(text_of(published[1]) == "80/tcp");
  CHECK(published[1].any_host_port);
  CHECK(published[2].host_port == 8080);
}

TEST_CASE("modes of namespaces are words, and container:NAME") {
  const auto refusal = [](const char* pid, const char* ipc) {
    SharingOptions options;
    options.pid = parsed<NamespaceMode>(pid);
    options.ipc = parsed<NamespaceMode>(ipc);
    Namespaces namespaces;
    namespaces.user = false;
    try {
      share_namespaces(options, namespaces);
      return std::string();
    } catch (const Failure& failure) {
      return std::string(failure.what());
    }
  };
  CHECK(refusal("host", "none") == "");
  if (::geteuid() == 0) CHECK(refusal("container:a", "shareable") == "");
  CHECK(refusal("private", "") == "--pid: 'private' is no mode: host, container:NAME");
  for (const char* bad : {"container", "container:", "host:x", "x", ":x"}) {
    CAPTURE(std::string(bad));
    CHECK(refusal("", bad).find("is no mode") != std::string::npos);
  }
}

}  // namespace stepbox
