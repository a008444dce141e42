// The gate opens only after open(), not at end of file.
#include <doctest/doctest.h>
#include <signal.h>

#include <optional>

#include "06-network/gate.hpp"
#include "common/error.hpp"
#include "common/testing/stage/forked.hpp"

namespace stepbox {

// 0: the gate opened, 1: it threw.
static int status_of_wait(Gate& gate) {
  try {
    gate.wait();
    return 0;
  } catch (const Failure&) {
    return 1;
  }
}

TEST_CASE("the gate opens for a child that waits") {
  Gate gate;
  const pid_t child = start_forked([&] { return status_of_wait(gate); });
  gate.open();
  CHECK(wait_for(child) == 0);
}

TEST_CASE("wait returns at once if the gate is already open") {
  Gate gate;
  gate.open();
  gate.wait();
}

TEST_CASE("at end of file wait throws") {
  Gate gate;  // wait() closes this process's copy of the writer, the only one
  CHECK_THROWS_WITH_AS(gate.wait(), "the parent is gone", Failure);
}

TEST_CASE("wait throws in the child when the parent is gone") {
  std::optional<Gate> gate(std::in_place);
  const pid_t child = start_forked([&] { return status_of_wait(*gate); });
  gate.reset();
  CHECK(wait_for(child) == 1);
}

}  // namespace stepbox
