#include <doctest/doctest.h>

#include "07-unionfs/registry/building.hpp"
#include "07-unionfs/registry/tool.hpp"

namespace stepbox {

TEST_CASE("the base images of a Containerfile") {
  const char* file =
      "# FROM comment\nfrom --platform=linux/amd64 alpine:3 AS a\nRUN FROM=x\n"
      "COPY --chown=1 --from=busybox /a /b\nFROM a\nFROM\n";
  CHECK(bases_in(file, {}) == std::vector<std::string>{"alpine:3", "busybox", "a"});
  const char* with_arguments = "ARG BASE=alpine\nARG TAG=3\nFROM ${BASE}:$TAG\n";
  CHECK(bases_in(with_arguments, {}) == std::vector<std::string>{"alpine:3"});
  CHECK(bases_in(with_arguments, {"TAG=4"}) == std::vector<std::string>{"alpine:4"});
}

TEST_CASE("the reason that skopeo gives") {
  CHECK(reason_of("time=\"1\" level=fatal msg=\"Error parsing \\\"docker://x\\\": reading manifest "
                  "1: manifest unknown: manifest unknown\"\n") ==
        "the registry has no image of that name");
  CHECK(reason_of("time=\"1\" level=fatal msg=\"copying: disk: No space left on device\"\n") ==
        "disk: No space left on device");
  CHECK(reason_of("") == "it says nothing");
}

}  // namespace stepbox
