// The gate opens only after open(), not at end of file.
#include <doctest/doctest.h>
#include <signal.h>

#include <optional>

#include "06-network/gate.hpp"
#include "common/error.hpp"
#include "common/testing/stage/forked.hpp"

namespace stepbox {

// 0: the gate opened, 1: it threw.
static int what_the_gate_says(Gate& gate) {
  try {
    gate.wait();
    return 0;
  } catch (const Failure&) {
    return 1;
  }
}

TEST_CASE("the gate opens for a child that waits") {
  Gate gate;
  const pid_t child = start_forked([&] { return what_the_gate_says(gate); });
  gate.open();
  CHECK(wait_for(child) == 0);
}

TEST_CASE("a gate that was opened before stays open") {
  Gate gate;
  gate.open();
  gate.wait();
}

TEST_CASE("a closed writer does not open the gate: it is a failure") {
  Gate gate;  // wait() closes our copy of the writer, and there is no other
  CHECK_THROWS_WITH_AS(gate.wait(), "the parent is gone", Failure);
}

TEST_CASE("a child learns at the gate that its parent is gone") {
  std::optional<Gate> gate(std::in_place);
  const pid_t child = start_forked([&] { return what_the_gate_says(*gate); });
  gate.reset();
  CHECK(wait_for(child) == 1);
}

}  // namespace stepbox
