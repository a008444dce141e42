// Writing and reading records.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "07-unionfs/containers/record.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

Record full_record() {
  Record record;
  record.id = std::string(64, 'a');
  record.name = "box";
  record.image.id = std::string(64, 'b');
  record.image.name = "busybox:latest";
  record.image.layers = {"/srv/busy box", "/srv/base"};
  record.image.config = {.env = {"A=b c"},
                         .command = {"sh", "-c", "x"},
                         .entrypoint = {"/init", "--"},
                         .working_directory = "/srv",
                         .user = "nobody:tty",
                         .stop_signal = "SIGINT",
                         .exposed_ports = {"80/tcp"},
                         .volumes = {"/data"},
                         .labels = {{"who", "me"}}};
  record.running = true;
  record.paused = true;
  record.pid = 4711;
  record.pid_started = 99;
  record.status = 137;
  record.created = 1'700'000'000;
  record.started = 1'700'000'001'000'000'000;
  record.ended = 1'700'000'002'500'000'000;
  Options& options = record.options;
  options.volumes = {{{"/a", "/b", true}},
                     {{"/c", "/d", false}, "data", true, false, true, "nocopy", "rslave"}};
  options.namespaces.shared.flags = 0x40000000;
  options.namespaces.user = true;
  options.namespaces.hostname = "box";
  options.namespaces.init = true;
  options.limits = {
      {{20'000}, {int64_t{3} << 40}, {64}, {"0-1"}, true}, {{-1}}, {7}, {{8}}, {{"0"}}};
  options.sharing.pid.mode = "host";
  options.sharing.ipc = {"container", std::string(64, 'c'), nullptr};
  options.sharing.devices = {{"/dev/fuse", "/dev/f", "r"}};
  options.sharing.shm_size.count = 1 << 20;
  options.log = {{1 << 20}, {3}};
  options.network.names = {{"example.org"}, {"ndots:2"}, "example.org"};
  parse_value("80", options.network.exposed);
  options.network.exposed.publish_all = true;
  options.process.groups = {"audio"};
  options.process.oom_score.adjustment = 9;
  options.process.sysctls.values = {{"net.a", "1"}};
  options.network.mode = NetworkMode::kNone;
  options.network.container = std::string(64, 'b');
  options.network.ports = {{{0x7F000001}, 8080, 80, true}};
  options.network.dns = {{0x01010101}};
  options.network.named = true;
  options.network.networks = {{"shop", {{"web"}}, {{"db", "store"}}, {0x0A000009}, {"02:42"}}};
  options.network.hosts = {{"db", {0xAC100009}}};
  options.confinement = {true, {{"CAP_KILL"}}, {{"ALL"}}, {false, "{}"}, true};
  options.process.environment.variables = {"A=b", "C"};
  options.process.working_directory = "/work";
  options.process.user = "alice:users";
  options.process.entrypoint = {true, {"/bin/sh"}};
  options.process.ulimits = {{"nofile", 64, -1}};
  options.process.labels.values = {{"who", "me"}};
  options.process.stop_signal.number = 10;
  options.process.stop_timeout.seconds = -1;
  options.process.cidfile = "cid";
  options.tmpfs = {{"/memory", 14, "mode=700"}};
  options.name = "box";
  options.remove = true;
  options.storage = StorageKind::kCopy;
  options.image = "busybox";
  options.command = {"/bin/sh", "-c", "exit 3", ""};
  return record;
}

Record there_and_back(const Record& record) {
  const ScratchDirectory scratch;
  write_record(scratch.file("record.json"), record);
  return read_record(scratch.file("record.json"));
}

}  // namespace

TEST_CASE("a record comes back as it was written") {
  const Record record = there_and_back(full_record());
  CHECK(record.id == std::string(64, 'a'));
  CHECK(record.name == "box");
  CHECK(record.running);
  CHECK(record.paused);
  CHECK(record.pid == 4711);
  CHECK(record.pid_started == 99);
  CHECK(record.status == 137);
  CHECK(record.created == 1'700'000'000);
  CHECK(record.started == 1'700'000'001'000'000'000);
  CHECK(record.ended == 1'700'000'002'500'000'000);
}

TEST_CASE("so does its image") {
  const Image image = there_and_back(full_record()).image;
  CHECK(image.id == std::string(64, 'b'));
  CHECK(image.name == "busybox:latest");
  CHECK(image.layers == std::vector<std::string>{"/srv/busy box", "/srv/base"});
  CHECK(image.config.env == std::vector<std::string>{"A=b c"});
  CHECK(image.config.command == std::vector<std::string>{"sh", "-c", "x"});
  CHECK(image.config.entrypoint == std::vector<std::string>{"/init", "--"});
  CHECK(image.config.working_directory == "/srv");
  CHECK(image.config.user == "nobody:tty");
  CHECK(image.config.stop_signal == "SIGINT");
  CHECK(image.config.exposed_ports == std::vector<std::string>{"80/tcp"});
  CHECK(image.config.volumes == std::vector<std::string>{"/data"});
  CHECK(image.config.labels.at("who") == "me");
}

TEST_CASE("so do its options: start does the same again") {
  const Options options = there_and_back(full_record()).options;
  REQUIRE(options.volumes.size() == 2);
  CHECK(options.volumes[0].source == "/a");
  CHECK(options.volumes[0].destination == "/b");
  CHECK(options.volumes[0].read_only);
  CHECK_FALSE(options.volumes[1].read_only);
  CHECK(options.volumes[1].name == "data");
  CHECK(options.volumes[1].anonymous);
  CHECK_FALSE(options.volumes[1].copy);
  CHECK(options.volumes[1].make_source);
  CHECK(options.volumes[1].mode == "nocopy");
  CHECK(options.volumes[1].propagation == "rslave");
  CHECK(options.namespaces.shared.flags == 0x40000000);
  CHECK(options.namespaces.user);
  CHECK(options.namespaces.hostname == "box");
  CHECK(options.namespaces.init);
  CHECK(options.limits.cpus.microseconds == 20'000);
  CHECK(options.limits.memory.count == int64_t{3} << 40);
  CHECK(options.limits.pids.number == 64);
  CHECK(options.limits.stats);
  CHECK(options.limits == full_record().options.limits);
  CHECK(options.sharing.pid.text() == "host");
  CHECK(options.sharing.ipc.text() == "container:" + std::string(64, 'c'));
  CHECK(options.sharing.devices.at(0).access == "r");
  CHECK(options.sharing.shm_size.count == 1 << 20);
  CHECK(options.log.max_files.number == 3);
  CHECK(options.network.names.search.at(0) == "example.org");
  CHECK(text_of(options.network.exposed.ports.at(0)) == "80/tcp");
  CHECK(options.process.groups.at(0) == "audio");
  CHECK(options.process.oom_score.adjustment == 9);
  CHECK(options.process.sysctls.values.at("net.a") == "1");
  CHECK(options.network.mode == NetworkMode::kNone);
  CHECK(options.network.container == std::string(64, 'b'));
  REQUIRE(options.network.ports.size() == 1);
  CHECK(options.network.ports[0].host_address.number == 0x7F000001);
  CHECK(options.network.ports[0].host_port == 8080);
  CHECK(options.network.ports[0].container_port == 80);
  CHECK(options.network.ports[0].udp);
  CHECK(options.network.named);
  CHECK(options.network.networks.at(0).network == "shop");
  CHECK(options.network.networks.at(0).aliases.at(0).name == "web");
  CHECK(options.network.networks.at(0).links.at(0).alias == "store");
  CHECK(options.network.networks.at(0).address.number == 0x0A000009);
  CHECK(options.network.networks.at(0).mac.text == "02:42");
  CHECK(options.network.dns.at(0).number == 0x01010101);
  CHECK(options.network.hosts.at(0).name == "db");
  CHECK(options.network.hosts.at(0).address.number == 0xAC100009);
  CHECK(options.confinement.privileged);
  CHECK(options.confinement.cap_add.at(0).name == "CAP_KILL");
  CHECK(options.confinement.cap_drop.at(0).name == "ALL");
  CHECK_FALSE(options.confinement.security.no_new_privileges);
  CHECK(options.confinement.security.seccomp == "{}");
  CHECK(options.confinement.read_only);
  CHECK(options.name == "box");
  CHECK(options.remove);
  CHECK(options.storage == StorageKind::kCopy);
  CHECK(options.image == "busybox");
  CHECK(options.command == std::vector<std::string>{"/bin/sh", "-c", "exit 3", ""});
}

TEST_CASE("so does how its command is started") {
  const Options options = there_and_back(full_record()).options;
  const ProcessOptions& process = options.process;
  CHECK(process.environment.variables == Variables{"A=b", "C"});
  CHECK(process.working_directory == "/work");
  CHECK(process.user == "alice:users");
  CHECK(process.entrypoint.given);
  CHECK(process.entrypoint.words == std::vector<std::string>{"/bin/sh"});
  CHECK(process.ulimits.at(0).name == "nofile");
  CHECK(process.ulimits.at(0).soft == 64);
  CHECK(process.ulimits.at(0).hard == -1);
  CHECK(process.labels.values.at("who") == "me");
  CHECK(process.stop_signal.number == 10);
  CHECK(process.stop_timeout.seconds == -1);
  CHECK(process.cidfile == "cid");
  CHECK(options.tmpfs.at(0).destination == "/memory");
  CHECK(options.tmpfs.at(0).flags == 14);
  CHECK(options.tmpfs.at(0).data == "mode=700");
}

TEST_CASE("a command may hold quotes, line ends and other odd characters") {
  Record record = full_record();
  record.options.command = {"\"quoted\"", "back\\slash", "new\nline", "\x01\x1f\x7f",
                            "\xc3\xa9",   "\\u0041",     "[ -f /x ]", "{}"};
  CHECK(there_and_back(record).options.command == record.options.command);
}

TEST_CASE("a command that is not UTF-8 is refused, and the old record stays") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("record.json");
  Record record = full_record();
  write_record(path, record);
  record.name = "other";
  record.options.command = {"\xff\xfe\x80"};
  CHECK_THROWS_WITH_AS(write_record(path, record), doctest::Contains("is not UTF-8"), Failure);
  CHECK(read_record(path).name == "box");
}

TEST_CASE("a torn record is refused, wherever it was torn") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("record.json");
  write_record(path, full_record());
  const std::string whole = read_file(path);
  for (size_t length = 0; length + 2 < whole.size(); length += 7) {
    CAPTURE(length);
    create_file(path, whole.substr(0, length));
    CHECK_THROWS_WITH_AS(read_record(path),
                         ("read " + path + ": not a record of a container").c_str(), Failure);
  }
}

TEST_CASE("JSON that is not a record is refused with its path") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("record.json");
  for (const char* text : {"{}", "[]", "null", "7", "{\"id\": 7}"}) {
    CAPTURE(std::string(text));
    create_file(path, text);
    CHECK_THROWS_WITH_AS(read_record(path), doctest::Contains(path.c_str()), Failure);
  }
}

TEST_CASE("a missing record is an error of its own") {
  CHECK_THROWS_AS(read_record("/no/such/record.json"), std::system_error);
}

TEST_CASE("a record of --storage fuse, which version 1.0 had, is refused by name") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("record.json");
  write_record(path, Record());
  std::string text = read_file(path);
  text.replace(text.find("\"overlay\""), 9, "\"fuse\"");
  create_file(path, text);
  CHECK_THROWS_WITH_AS(read_record(path), doctest::Contains("--storage fuse was removed"), Failure);
}

TEST_CASE("a record carries its version; a newer one is refused, one of 1.0 is read") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("record.json");
  Record record;
  record.options.network.ports.resize(1);
  record.options.volumes = {{{"/a", "/b", true}}};
  record.started = 5;
  record.ended = 7;
  write_record(path, record);
  std::string text = read_file(path);
  const std::string version = "\"version\": 3";
  REQUIRE(text.find(version) != text.npos);
  create_file(path,
              std::string(text).replace(text.find(version), version.size(), "\"version\": 9"));
  CHECK_THROWS_WITH_AS(read_record(path), doctest::Contains("record version 9"), Failure);
  text.replace(text.find(version), version.size(), "\"of_no_meaning\": 1");
  // These 1.0 had not, or not from the beginning.
  for (const std::string newer : {"any_host_port", "anonymous", "make_source", "propagation"}) {
    REQUIRE(text.find("\"" + newer) != text.npos);
    text.replace(text.find(newer), newer.size(), "other");
  }
  create_file(path, text);
  record = read_record(path);
  CHECK(record.options.volumes.at(0).source == "/a");
  CHECK(record.options.network.ports.size() == 1);
  CHECK(record.started == 5 * kNanoseconds);  // 1.0 counted seconds
  CHECK(record.ended == 7 * kNanoseconds);
}

TEST_CASE("storage is overlay or copy") {
  StorageKind kind = StorageKind::kOverlay;
  parse_value("copy", kind);
  CHECK(kind == StorageKind::kCopy);
  parse_value("overlay", kind);
  CHECK(kind == StorageKind::kOverlay);
  for (const char* text : {"", "Copy", "fuse", "aufs"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(parse_value(text, kind), doctest::Contains("unknown storage '"), Failure);
  }
}

TEST_CASE("a record of version 2 lacks options, which are not asked for then") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("record.json");
  write_record(path, Record());
  nlohmann::json json = nlohmann::json::parse(read_file(path));
  json["version"] = 2;
  nlohmann::json& options = json["options"];
  options.erase("sharing");
  options.erase("log");
  options["limits"].erase("memory_swap");
  options["network"].erase("names");
  options["process"].erase("sysctls");
  create_file(path, json.dump());
  const Options read = read_record(path).options;
  CHECK(read.sharing.shm_size.count == 64 << 20);
  CHECK(read.sharing.ipc.mode == "");
  CHECK(read.log.max_files.number == 2);
  CHECK(read.limits == Options().limits);
}

}  // namespace stepbox
