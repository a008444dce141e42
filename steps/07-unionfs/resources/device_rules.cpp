#include "07-unionfs/resources/device_rules.hpp"

#include <fcntl.h>

#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

std::vector<DeviceRule> with_default_devices(std::vector<DeviceRule> rules) {
  const DeviceRule always[] = {
      {true, 'c', kEveryNumber, kEveryNumber, "m"},
      {true, 'b', kEveryNumber, kEveryNumber, "m"},
      {true, 'c', 1, 3, "rwm"},               // null
      {true, 'c', 1, 5, "rwm"},               // zero
      {true, 'c', 1, 7, "rwm"},               // full
      {true, 'c', 1, 8, "rwm"},               // random
      {true, 'c', 1, 9, "rwm"},               // urandom
      {true, 'c', 5, 0, "rwm"},               // tty
      {true, 'c', 5, 1, "rwm"},               // console
      {true, 'c', 5, 2, "rwm"},               // ptmx
      {true, 'c', 136, kEveryNumber, "rwm"},  // pts/*
  };
  rules.insert(rules.end(), std::begin(always), std::end(always));
  return rules;
}

static std::string as_pattern(int64_t number) {
  return number == kEveryNumber ? "*" : std::to_string(number);
}

static bool has_access(const DeviceRule& rule, char kind) {
  return rule.access.find(kind) != std::string::npos;
}

// Whether the rule is about everything, so that none before it counts.
static bool is_for_all(const DeviceRule& rule) {
  return rule.type == 'a' && rule.major == kEveryNumber && rule.minor == kEveryNumber &&
         has_access(rule, 'r') && has_access(rule, 'w') && has_access(rule, 'm');
}

std::vector<std::string> lines_v1(const DeviceRule& rule) {
  if (is_for_all(rule)) return {"a"};
  std::vector<std::string> lines;
  for (const char* type : {"c", "b"}) {
    if (rule.type != 'a' && rule.type != *type) continue;
    lines.push_back(
        join({type, " ", as_pattern(rule.major), ":", as_pattern(rule.minor), " ", rule.access}));
  }
  return lines;  // the kernel takes an "a" line for everything, whatever follows
}

// A file that takes a rule with each write(2).
struct RuleFile {
  explicit RuleFile(const std::string& name)
      : path(name), file(::open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
    if (!file) throw_errno({"write ", path});
  }
  std::string path;
  Fd file;
};

void set_device_rules_v1(const GroupDirectory& group, const std::vector<DeviceRule>& rules) {
  const RuleFile deny(group.path() + "/devices.deny"), allow(group.path() + "/devices.allow");
  write_whole(deny.file, deny.path, "a");  // a new group has the rules of its parent
  for (const DeviceRule& rule : rules) {
    const RuleFile& file = rule.allow ? allow : deny;
    for (const std::string& line : lines_v1(rule)) write_whole(file.file, file.path, line);
  }
}

namespace {

using Program = std::vector<bpf_insn>;

// Registers of the program. The context is in r1; the result is returned in r0.
constexpr int kResult = BPF_REG_0;
constexpr int kContext = BPF_REG_1;
constexpr int kType = BPF_REG_2;
constexpr int kAccess = BPF_REG_3;  // the bits of the access that no rule has allowed yet
constexpr int kMajor = BPF_REG_4;
constexpr int kMinor = BPF_REG_5;

// The fields of the context have 32 bits, and a 32-bit operation clears the upper half.
constexpr int kLoad = BPF_LDX | BPF_MEM | BPF_W;
constexpr int kCompute = BPF_ALU | BPF_K;
constexpr int kJump = BPF_JMP | BPF_K;

// `offset`: of the field to load, or how many instructions a jump skips.
void add(Program& program, int code, int target, int64_t value, size_t offset = 0) {
  bpf_insn made{};
  made.code = static_cast<uint8_t>(code);
  made.dst_reg = static_cast<uint8_t>(target) & 0xf;
  made.src_reg = code == kLoad ? kContext : 0;
  made.off = static_cast<int16_t>(offset);
  made.imm = static_cast<int32_t>(value);
  program.push_back(made);
}

int64_t access_bits(const DeviceRule& rule) {
  return (has_access(rule, 'm') ? BPF_DEVCG_ACC_MKNOD : 0) |
         (has_access(rule, 'r') ? BPF_DEVCG_ACC_READ : 0) |
         (has_access(rule, 'w') ? BPF_DEVCG_ACC_WRITE : 0);
}

void add_decision(Program& program, bool allowed) {
  add(program, kCompute | BPF_MOV, kResult, allowed ? 1 : 0);
  add(program, BPF_JMP | BPF_EXIT, 0, 0);
}

// Comparisons, each of which skips the rest of the rule. Then a denied part of the access decides,
// and so does the last part that was to be allowed.
void add_rule(Program& program, const DeviceRule& rule) {
  int64_t type = kEveryNumber;
  if (rule.type == 'b') type = BPF_DEVCG_DEV_BLOCK;
  if (rule.type == 'c') type = BPF_DEVCG_DEV_CHAR;
  std::vector<size_t> comparisons;
  for (const auto& [target, wanted] :
       {std::pair(kType, type), std::pair(kMajor, rule.major), std::pair(kMinor, rule.minor)}) {
    if (wanted == kEveryNumber) continue;
    comparisons.push_back(program.size());
    add(program, kJump | BPF_JNE, target, wanted);
  }
  if (rule.allow) {
    add(program, kCompute | BPF_AND, kAccess, ~access_bits(rule));
    add(program, kJump | BPF_JNE, kAccess, 0, 2);
  } else {
    add(program, kJump | BPF_JSET, kAccess, access_bits(rule), 1);
    add(program, kJump | BPF_JA, 0, 0, 2);
  }
  add_decision(program, rule.allow);
  for (const size_t at : comparisons)
    program[at].off = static_cast<int16_t>(program.size() - at - 1);
}

}  // namespace

std::vector<bpf_insn> device_program(const std::vector<DeviceRule>& rules) {
  Program program;
  add(program, kLoad, kType, 0, offsetof(bpf_cgroup_dev_ctx, access_type));
  add(program, kLoad, kAccess, 0, offsetof(bpf_cgroup_dev_ctx, access_type));
  add(program, kLoad, kMajor, 0, offsetof(bpf_cgroup_dev_ctx, major));
  add(program, kLoad, kMinor, 0, offsetof(bpf_cgroup_dev_ctx, minor));
  // The upper half is the access, the lower one the type.
  add(program, kCompute | BPF_AND, kType, 0xffff);
  add(program, kCompute | BPF_RSH, kAccess, 16);
  auto rule = rules.rbegin();
  for (; rule != rules.rend() && !is_for_all(*rule); ++rule) add_rule(program, *rule);
  // The kernel refuses a program with instructions that are never reached.
  add_decision(program, rule != rules.rend() && rule->allow);
  return program;
}

}  // namespace stepbox
