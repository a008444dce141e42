// A filter with ranges answers each call as the one that it was made from.
#include <doctest/doctest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstring>
#include <vector>

#include "07-unionfs/confinement/seccomp.hpp"

namespace stepbox {
namespace {

constexpr uint32_t kMachines[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64,
                                  AUDIT_ARCH_ARM, AUDIT_ARCH_MIPS};

std::vector<sock_filter> as_program(const CallFilter& filter) {
  std::vector<sock_filter> program(filter.size() / sizeof(sock_filter));
  ::memcpy(program.data(), filter.data(), filter.size());
  return program;
}

bool holds(const sock_filter& one, uint32_t value) {
  switch (BPF_OP(one.code)) {
    case BPF_JEQ:
      return value == one.k;
    case BPF_JGT:
      return value > one.k;
    case BPF_JGE:
      return value >= one.k;
    case BPF_JSET:
      return (value & one.k) != 0;
  }
  FAIL("an unknown comparison");
  return false;
}

// As the kernel runs it: the instructions that libseccomp uses. (bpf(4))
uint32_t answer_of(const std::vector<sock_filter>& program, const seccomp_data& call) {
  uint32_t value = 0;
  for (size_t at = 0;; ++at) {
    const sock_filter& one = program.at(at);
    if (one.code == (BPF_RET | BPF_K)) return one.k;
    if (one.code == (BPF_LD | BPF_W | BPF_ABS)) {
      ::memcpy(&value, reinterpret_cast<const char*>(&call) + one.k, sizeof value);
    } else if (one.code == (BPF_ALU | BPF_AND | BPF_K)) {
      value &= one.k;
    } else if (one.code == (BPF_JMP | BPF_JA)) {
      at += one.k;
    } else {
      REQUIRE(one.code == (BPF_JMP | BPF_K | BPF_OP(one.code)));
      at += holds(one, value) ? one.jt : one.jf;
    }
  }
}

// Compares both for all numbers of a machine, and those of x32, with arguments that rules name.
void compare(const CallFilter& filter, const CallFilter& other, uint32_t machine) {
  const auto before = as_program(filter), after = as_program(other);
  constexpr uint32_t kX32 = 0x40000000;
  for (const uint32_t base : {0U, kX32, kX32 + 0x80000000U, UINT32_MAX - 1000}) {
    for (uint32_t number = base; number <= base + 1000 && number >= base; ++number) {
      for (const uint64_t argument : {0ULL, 8ULL, 16ULL, 40ULL, 0x10000000ULL, 0xffffffffULL}) {
        seccomp_data call{static_cast<int>(number), machine, 0, {}};
        for (auto& one : call.args) one = argument;
        const uint32_t expected = answer_of(before, call);
        if (answer_of(after, call) == expected) continue;
        FAIL("call " << number << " with " << argument << ": not " << expected);
      }
    }
  }
}

}  // namespace

TEST_CASE("a filter with ranges has half of the instructions at most, and the same answers") {
  for (const CapabilitySet capabilities : {CapabilitySet{0}, all_capabilities()}) {
    const CallFilter filter = compile_profile(kDefaultProfile, capabilities);
    const CallFilter other = with_ranges(filter);
    CHECK(other.size() < filter.size() / 2);
    for (const uint32_t machine : kMachines) {
      compare(filter, other, machine);
    }
  }
}

TEST_CASE("ranges: each second call, and a call with conditions") {
  std::string names;
  for (const char* name : {"read", "open", "stat", "lstat", "lseek", "mprotect", "brk", "ioctl"}) {
    names += std::string(names.empty() ? "" : ",") + "\"" + name + "\"";
  }
  const CallFilter filter = compile_profile(
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_ERRNO", "names": [)" +
          names + R"(]}, {"action": "SCMP_ACT_TRAP", "names": ["mmap"], "args": [
          {"index": 0, "value": 16, "op": "SCMP_CMP_GE"}, {"index": 1, "value": 8, "op": "SCMP_CMP_NE"}]}]})",
      0);
  for (const uint32_t machine : kMachines) {
    compare(filter, with_ranges(filter), machine);
  }
}

TEST_CASE("ranges: nothing to gain") {
  CHECK(with_ranges("").empty());
  const sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const CallFilter filter(reinterpret_cast<const char*>(all), sizeof all);
  CHECK(with_ranges(filter) == filter);
}

}  // namespace stepbox
