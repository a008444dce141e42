#include "07-unionfs/resources/device_rules.hpp"

#include "common/error.hpp"

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

void set_device_rules_v1(const GroupDirectory& group, const std::vector<DeviceRule>& rules) {
  group.set("devices.deny", "a");  // a new group has the rules of its parent
  for (const DeviceRule& rule : rules) {
    for (const std::string& line : lines_v1(rule)) {
      group.set(rule.allow ? "devices.allow" : "devices.deny", line);
    }
  }
}

namespace {

// Registers of the program. The context is in r1; the result is returned in r0.
constexpr int kResult = BPF_REG_0;
constexpr int kContext = BPF_REG_1;
constexpr int kType = BPF_REG_2;
constexpr int kAccess = BPF_REG_3;  // the bits of the access that no rule has allowed yet
constexpr int kMajor = BPF_REG_4;
constexpr int kMinor = BPF_REG_5;

// The fields of the context have 32 bits, and a 32-bit operation clears the upper half.
bpf_insn instruction(int code, int target, int source, size_t offset, int64_t value) {
  bpf_insn made{};
  made.code = static_cast<uint8_t>(code);
  made.dst_reg = static_cast<uint8_t>(target) & 0xf;
  made.src_reg = static_cast<uint8_t>(source) & 0xf;
  made.off = static_cast<int16_t>(offset);
  made.imm = static_cast<int32_t>(value);
  return made;
}

bpf_insn load(int target, size_t field) {
  return instruction(BPF_LDX | BPF_MEM | BPF_W, target, kContext, field, 0);
}

bpf_insn compute(int operation, int target, int64_t value) {
  return instruction(BPF_ALU | BPF_K | operation, target, 0, 0, value);
}

// Skips `count` instructions if the comparison is true.
bpf_insn skip_if(int comparison, int target, int64_t value, size_t count) {
  return instruction(BPF_JMP | BPF_K | comparison, target, 0, count, value);
}

int64_t access_bits(const DeviceRule& rule) {
  return (has_access(rule, 'm') ? BPF_DEVCG_ACC_MKNOD : 0) |
         (has_access(rule, 'r') ? BPF_DEVCG_ACC_READ : 0) |
         (has_access(rule, 'w') ? BPF_DEVCG_ACC_WRITE : 0);
}

using Program = std::vector<bpf_insn>;

void append(Program& program, const Program& more) {
  program.insert(program.end(), more.begin(), more.end());
}

Program decide(bool allowed) {
  return {compute(BPF_MOV, kResult, allowed ? 1 : 0), instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)};
}

// What the rule does with an access to one of its devices: a denied part decides, and so does the
// last part that was to be allowed.
Program effect_of(const DeviceRule& rule) {
  Program program;
  if (rule.allow) {
    program = {compute(BPF_AND, kAccess, ~access_bits(rule)), skip_if(BPF_JNE, kAccess, 0, 2)};
  } else {
    program = {skip_if(BPF_JSET, kAccess, access_bits(rule), 1),
               instruction(BPF_JMP | BPF_JA, 0, 0, 2, 0)};
  }
  append(program, decide(rule.allow));
  return program;
}

// The comparisons of a rule, each of which skips the rest of it, and its effect.
Program code_of(const DeviceRule& rule) {
  std::vector<std::pair<int, int64_t>> wanted;
  if (rule.type != 'a') {
    wanted.emplace_back(kType, rule.type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
  }
  if (rule.major != kEveryNumber) wanted.emplace_back(kMajor, rule.major);
  if (rule.minor != kEveryNumber) wanted.emplace_back(kMinor, rule.minor);
  const Program effect = effect_of(rule);
  Program program;
  for (const auto& [target, value] : wanted) {
    const size_t rest = wanted.size() - program.size() - 1 + effect.size();
    program.push_back(skip_if(BPF_JNE, target, value, rest));
  }
  append(program, effect);
  return program;
}

}  // namespace

std::vector<bpf_insn> device_program(const std::vector<DeviceRule>& rules) {
  Program program = {load(kType, offsetof(bpf_cgroup_dev_ctx, access_type)),
                     load(kAccess, offsetof(bpf_cgroup_dev_ctx, access_type)),
                     load(kMajor, offsetof(bpf_cgroup_dev_ctx, major)),
                     load(kMinor, offsetof(bpf_cgroup_dev_ctx, minor)),
                     // The upper half is the access, the lower one the type.
                     compute(BPF_AND, kType, 0xffff), compute(BPF_RSH, kAccess, 16)};
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    if (is_for_all(*rule)) {
      // The kernel refuses a program with instructions that are never reached.
      append(program, decide(rule->allow));
      return program;
    }
    append(program, code_of(*rule));
  }
  append(program, decide(false));
  return program;
}

}  // namespace stepbox
