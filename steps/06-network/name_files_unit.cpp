// The container's resolv.conf and hosts.
#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "06-network/name_files.hpp"
#include "common/files.hpp"
#include "common/testing/stage/forked.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

bool enter_mount_namespace() {
  const int flags = CLONE_NEWNS | (::geteuid() == 0 ? 0 : CLONE_NEWUSER);
  return ::unshare(flags) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool has_no_mount_namespace() {
  return !exists("/etc/resolv.conf") || run_forked([] { return enter_mount_namespace(); }) != 1;
}

// The container's resolv.conf on a host with the resolv.conf `host`; computed in a child, so that
// the machine's file is unchanged.
std::string resolv_conf_of(const std::string& host, const NetworkOptions& options) {
  const ScratchDirectory scratch;
  create_file(scratch.file("host"), host);
  const int status = run_forked([&] {
    if (!enter_mount_namespace()) return 1;
    if (::mount(scratch.file("host").c_str(), "/etc/resolv.conf", nullptr, MS_BIND, nullptr) == -1)
      return 2;
    create_file(scratch.file("inside"), make_name_files(options, "", {}).resolv_conf);
    return 0;
  });
  REQUIRE(status == 0);
  return read_file(scratch.file("inside"));
}

constexpr char kHost[] =
    "search example.org\nnameserver 127.0.0.53\nnameserver 203.0.113.54\nnameserver ::1\n"
    "nameserver 127.1.2.3\noptions edns0\n";

}  // namespace

TEST_CASE("name servers on the loopback are left out, all others are copied" *
          doctest::skip(has_no_mount_namespace())) {
  CHECK(resolv_conf_of(kHost, {}) ==
        "nameserver 203.0.113.54\nsearch example.org\noptions edns0\n");
  CHECK(resolv_conf_of("nameserver\t127.0.0.1\n  nameserver  ::1\nnameserver 10.0.0.1\n", {}) ==
        "nameserver 10.0.0.1\n");
}

TEST_CASE("without other name servers resolv.conf has a comment" *
          doctest::skip(has_no_mount_namespace())) {
  NetworkOptions none;
  none.mode = NetworkMode::kNone;
  CHECK(resolv_conf_of("nameserver 127.0.0.53\n", none).starts_with("# "));
  CHECK(resolv_conf_of("", {}).starts_with("# "));
}

TEST_CASE("with --network host name servers on the loopback are copied" *
          doctest::skip(has_no_mount_namespace())) {
  NetworkOptions options;
  options.mode = NetworkMode::kHost;
  CHECK(resolv_conf_of(kHost, options) ==
        "nameserver 127.0.0.53\nnameserver 203.0.113.54\nnameserver ::1\nnameserver 127.1.2.3\n"
        "search example.org\noptions edns0\n");
}

TEST_CASE("--dns replaces the host's name servers, and nothing else" *
          doctest::skip(has_no_mount_namespace())) {
  NetworkOptions options;
  options.dns = {{0x01020304}, {0x7F000001}};  // an explicit 127.0.0.1 is kept
  CHECK(resolv_conf_of(kHost, options) ==
        "nameserver 1.2.3.4\nnameserver 127.0.0.1\nsearch example.org\noptions edns0\n");
}

TEST_CASE("hosts lists localhost, the container, and the --add-host entries") {
  NetworkOptions options;
  options.hosts = {{"db", {0xAC100009}}, {"db2", {0xAC10000A}}};
  const NameFiles files = make_name_files(options, "box", Address{0xAC100002});
  CHECK(files.hostname == "box\n");
  CHECK(files.hosts ==
        "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n172.16.0.2\tbox\n"
        "172.16.0.9\tdb\n172.16.0.10\tdb2\n");
}

TEST_CASE("hosts lists the name of a container without an address") {
  NetworkOptions options;
  options.mode = NetworkMode::kNone;
  CHECK(make_name_files(options, "box", {}).hosts.ends_with("127.0.1.1\tbox\n"));
}

TEST_CASE("with --share uts the hostname file of the rootfs stays visible") {
  CHECK(make_name_files({}, "", {}).hostname.empty());
}

}  // namespace stepbox
