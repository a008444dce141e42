// Parsing of --tmpfs.
#include <doctest/doctest.h>

#include "07-unionfs/storage/volumes.hpp"
#include "common/error.hpp"

namespace stepbox {

static Tmpfs parsed(const std::string& text) {
  Tmpfs value;
  parse_value(text, value);
  return value;
}

TEST_CASE("a tmpfs has safe defaults, and never devices") {
  CHECK(parsed("/tmp").data == "mode=1777");
  const Tmpfs plain = parsed("/tmp");
  const Tmpfs other = parsed("/run/x:exec,suid,ro,size=64m,mode=700");
  CHECK(other.destination == "/run/x");
  CHECK(other.data == "mode=1777,size=64m,mode=700");
  CHECK(plain.flags == 0b1110);
  CHECK(other.flags == 0b0101);
  for (const char* text : {"", "tmp", "/", "//", ":/x", "/x:", "/x:dev", "/x:size", "/x:ro,,rw"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(parsed(text), Failure);
  }
}

}  // namespace stepbox
