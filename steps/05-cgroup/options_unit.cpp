// Parsing of limits and their units.
#include <doctest/doctest.h>

#include "05-cgroup/options.hpp"
#include "common/error.hpp"

namespace stepbox {

static int64_t microseconds_of(const std::string& text) {
  CpuQuota quota{-1};
  parse_value(text, quota);
  return quota.microseconds;
}

static int64_t bytes_of(const std::string& text) {
  Bytes bytes{-1};
  parse_value(text, bytes);
  return bytes.count;
}

static int64_t number_of(const std::string& text) {
  Count count{-1};
  parse_value(text, count);
  return count.number;
}

TEST_CASE("CPUs become microseconds in each period of 100 ms") {
  CHECK(microseconds_of("1") == 100'000);
  CHECK(microseconds_of("0.2") == 20'000);
  CHECK(microseconds_of("1.5") == 150'000);
  CHECK(microseconds_of(".5") == 50'000);
  CHECK(microseconds_of("0.01") == 1'000);  // the kernel's minimum
  CHECK(microseconds_of("0") == 0);         // no limit
  CHECK(microseconds_of("0.0") == 0);
}

TEST_CASE("an invalid number of CPUs is refused with its text") {
  for (const char* text : {"", ".", "-1", "x", "1x", "1 ", " 1", "1.2.3", "1,5", "0.001", "1e2",
                           "0x1", "nan", "inf", "10001", "99999999999999999999999"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(microseconds_of(text), doctest::Contains("is no number of CPUs"), Failure);
  }
}

TEST_CASE("sizes are powers of 1024, in either case, and may have a fraction") {
  CHECK(bytes_of("134217728") == 134'217'728);
  CHECK(bytes_of("2097152b") == 2 << 20);
  CHECK(bytes_of("2048k") == 2 << 20);
  CHECK(bytes_of("64m") == 64 << 20);
  CHECK(bytes_of("64M") == 64 << 20);
  CHECK(bytes_of("64mb") == 64 << 20);
  CHECK(bytes_of("64MiB") == 64 << 20);
  CHECK(bytes_of("0.5g") == 512 << 20);
  CHECK(bytes_of("3G") == int64_t{3} << 30);
  CHECK(bytes_of("0") == 0);  // no limit
}

TEST_CASE("an invalid size is refused with its text") {
  for (const char* text :
       {"", "m", ".", "-1", "64x", "64 m", "m64", "64mm", "64mg", "64kmg", "64kb2", "64mibb", "ib",
        "1.2.3m", "1e3", "0x10", "inf", "nan", "99999999999g"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(bytes_of(text), doctest::Contains("is no size"), Failure);
  }
}

TEST_CASE("a size in which no program can start is refused") {
  for (const char* text : {"1", "512b", "2k", "0.5m", "0.4"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(bytes_of(text), doctest::Contains("is too little"), Failure);
  }
}

TEST_CASE("a count is a whole number, not below zero") {
  CHECK(number_of("64") == 64);
  CHECK(number_of("0") == 0);
  CHECK_MESSAGE(number_of("-1") == 0, "docker's word for no limit");
  for (const char* text : {"", "-2", "1.5", "64k", "x", " 1", "99999999999999999999"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(number_of(text), doctest::Contains("is no count"), Failure);
  }
}

}  // namespace stepbox
