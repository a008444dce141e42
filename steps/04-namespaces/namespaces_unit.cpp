// Which namespaces are the container's own?
#include <doctest/doctest.h>

#include "04-namespaces/namespaces.hpp"
#include "common/error.hpp"

namespace stepbox {

constexpr int kAll =
    CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP;

static Namespaces sharing(const std::string& text) {
  Namespaces namespaces;
  namespaces.user = false;
  if (!text.empty()) parse_value(text, namespaces.shared);
  return namespaces;
}

TEST_CASE("--share takes one or more names") {
  CHECK(sharing("uts").shared.flags == CLONE_NEWUTS);
  CHECK(sharing("uts,net,mount").shared.flags == (CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWNS));
  CHECK(sharing("uts,uts").shared.flags == CLONE_NEWUTS);
  CHECK(sharing("uts,pid,mount,ipc,net,cgroup").shared.flags == kAll);
}

TEST_CASE("a second --share adds to the set") {
  NamespaceSet set;
  parse_value("ipc", set);
  parse_value("pid", set);
  CHECK(set.flags == (CLONE_NEWIPC | CLONE_NEWPID));
}

TEST_CASE("an unknown namespace is refused by its name") {
  for (const char* text : {"", "user", "UTS", "mnt", "uts,", ",uts", "uts,,net", "uts net"}) {
    CAPTURE(std::string(text));
    NamespaceSet set;
    CHECK_THROWS_WITH_AS(parse_value(text, set), doctest::Contains("no namespace is called '"),
                         Failure);
  }
}

TEST_CASE("all namespaces but the shared ones are the container's own") {
  CHECK(sharing("").flags() == kAll);
  CHECK(sharing("net,pid").flags() == (kAll & ~CLONE_NEWNET & ~CLONE_NEWPID));
  CHECK(sharing("net").own(CLONE_NEWUTS));
  CHECK_FALSE(sharing("net").own(CLONE_NEWNET));
}

TEST_CASE("a user namespace is added on request") {
  Namespaces namespaces = sharing("net");
  namespaces.user = true;
  CHECK(namespaces.flags() == ((kAll | CLONE_NEWUSER) & ~CLONE_NEWNET));
}

TEST_CASE("for_clone leaves out the cgroup namespace: its root would be the parent's cgroup") {
  CHECK(sharing("").for_clone() == (kAll & ~CLONE_NEWCGROUP));
}

TEST_CASE("the host name is stepbox or --hostname, and empty with --share uts") {
  CHECK(sharing("").hostname_inside() == "stepbox");
  CHECK(sharing("uts").hostname_inside().empty());
  Namespaces named = sharing("");
  named.hostname = "box";
  CHECK(named.hostname_inside() == "box");
}

TEST_CASE("options that exclude each other are refused") {
  Namespaces renamed = sharing("uts");
  renamed.hostname = "box";
  CHECK_THROWS_AS(check(renamed), Failure);
  Namespaces rootless = sharing("mount");
  rootless.user = true;
  CHECK_THROWS_AS(check(rootless), Failure);
  check(sharing("uts,mount"));
}

}  // namespace stepbox
