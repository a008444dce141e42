#include <doctest/doctest.h>
#include <signal.h>

#include "common/process/stat_fields.hpp"

namespace stepbox {

TEST_CASE("the fields of /proc/PID/stat are counted from behind the program's name") {
  const auto fields = fields_in_stat("12 (a ) b) S 7 9");
  CHECK(fields.at(3) == "S");
  CHECK(fields.at(4) == "7");
}

TEST_CASE("a signal is looked for in the mask of that name") {
  const std::string status = "ShdPnd:\t0000000000000002\nSigCgt:\t8000000000000000\n";
  CHECK(in_status_mask(status, "ShdPnd:", SIGINT));
  CHECK_FALSE(in_status_mask(status, "ShdPnd:", SIGQUIT));
  CHECK_FALSE(in_status_mask(status, "SigCgt:", SIGINT));
  CHECK(in_status_mask(status, "SigCgt:", 64));
  CHECK_FALSE(in_status_mask(status, "SigBlk:", SIGINT));
}

}  // namespace stepbox
