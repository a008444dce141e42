// The paths of an OCI container's cgroups.
#include <doctest/doctest.h>

#include "07-unionfs/resources/oci_groups.hpp"
#include "common/error.hpp"

namespace stepbox {

TEST_CASE("a group is where cgroupsPath says, or below /stepbox-oci") {
  CHECK(oci_group_path("/libpod_parent/libpod-5f3a", "5f3a") == "/libpod_parent/libpod-5f3a");
  CHECK(oci_group_path("/a//b/./c/", "x") == "/a/b/c");
  CHECK(oci_group_path("pod/one", "x") == "/stepbox-oci/pod/one");
  CHECK(oci_group_path("", "x") == "/stepbox-oci/x");
}

TEST_CASE("a path that leads elsewhere is refused") {
  for (const char* path : {"/a/../b", "..", "/..", "a/.."}) {
    CAPTURE(path);
    CHECK_THROWS_WITH_AS(oci_group_path(path, "x"), doctest::Contains("leads out"), Failure);
  }
  for (const char* path : {"/", ".", "/./"}) {
    CAPTURE(path);
    CHECK_THROWS_WITH_AS(oci_group_path(path, "x"), doctest::Contains("names no group"), Failure);
  }
  CHECK_THROWS_WITH_AS(oci_group_path("user.slice:libpod:5f3a", "x"),
                       doctest::Contains("--systemd-cgroup"), Failure);
}

TEST_CASE("a scope is named by slice:prefix:name") {
  CHECK(scope_of("", "x") == "stepbox-oci-x.scope");
  CHECK(scope_of("a-b.slice:libpod:5f3a", "x") == "libpod-5f3a.scope");
  CHECK(scope_of("::5f3a", "x") == "-5f3a.scope");
  for (const char* path : {"/a/b", "a.slice:b", "a.slice:b:", "a:b:c:d"}) {
    CAPTURE(path);
    CHECK_THROWS_WITH_AS(scope_of(path, "x"), doctest::Contains("slice:prefix:name"), Failure);
  }
}

TEST_CASE("an empty path names no groups: not the base of a tree") {
  CHECK(open_oci_groups("").empty());
  remove_oci_groups("");
}

}  // namespace stepbox
