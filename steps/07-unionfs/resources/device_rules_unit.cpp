// Rules about devices become lines for v1, and a BPF program for v2. The program is run here by an
// interpreter of the instructions that it has.
#include <doctest/doctest.h>

#include <array>

#include "07-unionfs/resources/device_rules.hpp"

namespace stepbox {
namespace {

using Rules = std::vector<DeviceRule>;

bool jumps(const bpf_insn& step, uint64_t value) {
  const auto number = static_cast<uint64_t>(int64_t{step.imm});
  switch (BPF_OP(step.code)) {
    case BPF_JA:
      return true;
    case BPF_JNE:
      return value != number;
    default:
      REQUIRE(BPF_OP(step.code) == BPF_JSET);
      return (value & number) != 0;
  }
}

uint32_t computed(const bpf_insn& step, uint64_t value) {
  const auto number = static_cast<uint32_t>(step.imm), low = static_cast<uint32_t>(value);
  switch (BPF_OP(step.code)) {
    case BPF_MOV:
      return number;
    case BPF_AND:
      return low & number;
    default:
      REQUIRE(BPF_OP(step.code) == BPF_RSH);
      return low >> number;
  }
}

uint64_t run(const std::vector<bpf_insn>& program, const bpf_cgroup_dev_ctx& context) {
  const std::array<uint32_t, 3> fields{context.access_type, context.major, context.minor};
  std::array<uint64_t, 11> registers{};
  for (size_t at = 0;; ++at) {
    REQUIRE(at < program.size());
    const bpf_insn& step = program[at];
    uint64_t& target = registers.at(step.dst_reg);
    if (step.code == (BPF_JMP | BPF_EXIT)) return registers[0];
    if (BPF_CLASS(step.code) == BPF_LDX) {
      target = fields.at(static_cast<size_t>(step.off) / 4);
    } else if (BPF_CLASS(step.code) == BPF_ALU) {
      target = computed(step, target);
    } else if (jumps(step, target)) {
      REQUIRE(step.off >= 0);
      at += static_cast<size_t>(step.off);
    }
  }
}

// Whether the rules let a process access the device: "rw" asks for both at once.
bool allows(const Rules& rules, char type, uint32_t major, uint32_t minor,
            const std::string& access) {
  uint32_t bits = 0;
  for (const char kind : access) {
    bits |= static_cast<uint32_t>(kind == 'r'   ? BPF_DEVCG_ACC_READ
                                  : kind == 'w' ? BPF_DEVCG_ACC_WRITE
                                                : BPF_DEVCG_ACC_MKNOD);
  }
  const auto kind = static_cast<uint32_t>(type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
  return run(device_program(rules), {bits << 16 | kind, major, minor}) == 1;
}

}  // namespace

TEST_CASE("a device that no rule names is denied") {
  CHECK_FALSE(allows({}, 'c', 1, 3, "r"));
  CHECK_FALSE(allows({{true, 'c', 1, 3}}, 'c', 1, 5, "r"));
  CHECK_FALSE(allows({{true, 'c', 1, 3}}, 'c', 2, 3, "r"));
  CHECK_FALSE(allows({{true, 'c', 1, 3}}, 'b', 1, 3, "r"));
  CHECK(allows({{true, 'c', 1, 3}}, 'c', 1, 3, "r"));
  CHECK(allows({{true}}, 'b', 8, 0, "rwm"));
}

TEST_CASE("the last rule about an access counts") {
  CHECK(allows({{false}, {true, 'b', 8}}, 'b', 8, 1, "w"));
  CHECK_FALSE(allows({{true, 'b', 8}, {false}}, 'b', 8, 1, "w"));
  CHECK_FALSE(allows({{true}, {false, 'b', 8, 1, "w"}}, 'b', 8, 1, "w"));
  CHECK(allows({{true}, {false, 'b', 8, 1, "w"}}, 'b', 8, 1, "r"));
}

TEST_CASE("an access of two kinds needs both, by one rule or two") {
  CHECK_FALSE(allows({{true, 'c', 1, 11, "r"}}, 'c', 1, 11, "rw"));
  CHECK(allows({{true, 'c', 1, 11, "r"}, {true, 'c', 1, 11, "w"}}, 'c', 1, 11, "rw"));
  CHECK_FALSE(allows({{true}, {false, 'c', 1, 11, "w"}}, 'c', 1, 11, "rw"));
}

TEST_CASE("the default devices stay, and nodes can be made") {
  const Rules rules = with_default_devices({{false}});
  CHECK(allows(rules, 'c', 1, 3, "rw"));
  CHECK(allows(rules, 'c', 136, 7, "rw"));
  CHECK(allows(rules, 'b', 8, 0, "m"));
  CHECK_FALSE(allows(rules, 'b', 8, 0, "r"));
  CHECK_FALSE(allows(rules, 'c', 10, 200, "rw"));
}

TEST_CASE("instructions that are never reached are left out") {
  CHECK(device_program({{true, 'c', 1, 3}, {false}}).size() == device_program({}).size());
}

TEST_CASE("v1 takes lines, and 'a' for everything only") {
  using Lines = std::vector<std::string>;
  CHECK(lines_v1({false}) == Lines{"a"});
  CHECK(lines_v1({true, 'c', 1, 3, "rw"}) == Lines{"c 1:3 rw"});
  CHECK(lines_v1({true, 'b', 8}) == Lines{"b 8:* rwm"});
  CHECK(lines_v1({false, 'a', kEveryNumber, kEveryNumber, "m"}) == Lines{"c *:* m", "b *:* m"});
}

}  // namespace stepbox
