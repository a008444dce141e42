// The text of /etc/hosts.
#include <doctest/doctest.h>

#include "07-unionfs/networks/hosts_file.hpp"

namespace stepbox {

namespace {

Member member(char digit, const std::string& name, const std::string& network) {
  const auto number = static_cast<uint32_t>(digit - '0');
  return {.id = std::string(64, digit),
          .name = name,
          .hostname = std::string(12, digit),
          .hosts = "",
          .endpoints = {{.network = network,
                         .network_id = network,
                         .address = {0x0A000000 + number},
                         .mac = "",
                         .link = "eth0",
                         .veth = ""}}};
}

std::optional<Address> nowhere(const std::string&) { return std::nullopt; }

constexpr char kAlone[] =
    "127.0.0.1\tlocalhost\n10.0.0.1\tweb 111111111111\t# stepbox: network shop\n";

}  // namespace

TEST_CASE("a container knows itself and those on its networks, by all their names") {
  const Member web = member('1', "web", "shop"), other = member('3', "other", "else");
  Member db = member('2', "db", "shop");
  db.endpoints[0].aliases = {{"database"}};
  const std::string text = updated_hosts("127.0.0.1\tlocalhost\n", web, {web, db, other}, nowhere);
  CHECK(text ==
        std::string(kAlone) + "10.0.0.2\tdb 222222222222 database\t# stepbox: network shop\n");
  CHECK_MESSAGE(updated_hosts(text, web, {web, db, other}, nowhere) == text, "once is enough");
  CHECK_MESSAGE(updated_hosts(text, web, {web}, nowhere) == kAlone, "db has ended");
}

TEST_CASE("lines of its own stay, but that of its former address") {
  const Member web = member('1', "web", "shop");
  const std::string before = "127.0.0.1\tlocalhost\n172.16.0.2\t111111111111\n192.0.2.1 mine\n";
  const std::string text = updated_hosts(before, web, {web}, nowhere);
  CHECK(text.find("192.0.2.1 mine\n") != std::string::npos);
  CHECK(text.find("172.16.0.2") == std::string::npos);
}

TEST_CASE("on the default bridge only links are known") {
  Member web = member('1', "web", "bridge");
  const Member db = member('2', "db", "bridge");
  CHECK(updated_hosts("", web, {web, db}, nowhere).find("db") == std::string::npos);
  web.endpoints[0].links = {{db.id, "store"}, {std::string(64, '3'), "other"}};
  const auto third = [](const std::string& id) {
    return id[0] == '3' ? std::optional(Address{0x0A000003}) : std::nullopt;
  };
  const std::string text = updated_hosts("", web, {web, db}, third);
  CHECK(text.find("10.0.0.2\tstore 222222222222\t#") != std::string::npos);
  CHECK(text.find("10.0.0.3\tother 333333333333\t#") != std::string::npos);
}

}  // namespace stepbox
