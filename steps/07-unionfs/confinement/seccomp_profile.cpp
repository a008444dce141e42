// Compiles a profile, JSON in docker's format, to a BPF program with libseccomp.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "07-unionfs/confinement/seccomp.hpp"
#include "07-unionfs/confinement/seccomp_words.hpp"
#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"

namespace stepbox {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

// docker's and libseccomp's names of this machine's architecture.
#if defined(__x86_64__)
constexpr char kMachine[] = "amd64", kArchitecture[] = "SCMP_ARCH_X86_64";
#elif defined(__aarch64__)
constexpr char kMachine[] = "arm64", kArchitecture[] = "SCMP_ARCH_AARCH64";
#elif defined(__riscv)
constexpr char kMachine[] = "riscv64", kArchitecture[] = "SCMP_ARCH_RISCV64";
#elif defined(__s390x__)
constexpr char kMachine[] = "s390x", kArchitecture[] = "SCMP_ARCH_S390X";
#endif

// An optional member: missing and null give T().
template <class Value>
Value optional(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? Value() : found->get<Value>();
}

// libseccomp compares 64 bits, but the kernel uses only the lower half of some arguments, such as
// the request of ioctl(2): a value with another upper half would pass as "not equal". "bits": 32,
// which is an extension of ours, compares the lower half only.
void add_condition(const json& condition, std::vector<scmp_arg_cmp>& all) {
  const unsigned argument = condition.at("index");
  const scmp_compare comparison = comparison_of(condition.at("op"));
  const uint64_t value = condition.at("value");
  if (comparison != SCMP_CMP_NE || condition.value("bits", 64) != 32) {
    all.push_back({argument, comparison, value, condition.value("valueTwo", 0UL)});
    return;
  }
  for (uint64_t bit = 1; bit <= UINT32_MAX; bit <<= 1) {
    all.push_back({argument, SCMP_CMP_MASKED_EQ, bit, ~value & bit});
  }
}

// In docker's format conditions on different arguments must all hold; those on the same argument
// are alternatives.
bool repeats_an_argument(const std::vector<scmp_arg_cmp>& conditions) {
  unsigned seen = 0;
  for (const scmp_arg_cmp& condition : conditions) {
    if (seen & 1U << condition.arg % 8) return true;
    seen |= 1U << condition.arg % 8;
  }
  return false;
}

// Owns libseccomp's context: a profile that is refused half-way leaks nothing.
struct Release {
  void operator()(void* context) const { ::seccomp_release(context); }
};
using Context = std::unique_ptr<void, Release>;

// Compiles one profile.
class Compiler {
 public:
  Compiler(const json& profile, CapabilitySet capabilities);
  CallFilter program() const;
  const std::string& unknown_calls() const { return unknown_; }

 private:
  void add_architectures(const json& profile);
  void add_rule(const json& rule);
  void add_call(const std::string& name, uint32_t action, const std::vector<scmp_arg_cmp>& all);
  void check(int result, Words what) const {
    if (result < 0 && result != -EEXIST) throw_errno(what, -result);
  }
  bool applies(const json& rule) const;
  CallFilter for_newer_calls() const;

  CapabilitySet capabilities_;
  uint32_t default_error_;
  uint32_t default_action_;
  Context context_;
  int newest_ = 0;       // the highest system call number in the profile
  std::string unknown_;  // names that libseccomp does not know: too new, or misspelled
};

Compiler::Compiler(const json& profile, CapabilitySet capabilities)
    : capabilities_(capabilities),
      default_error_(profile.value("defaultErrnoRet", static_cast<uint32_t>(EPERM))),
      default_action_(action_of(profile.at("defaultAction"), default_error_)),
      context_(::seccomp_init(default_action_)) {
  if (!context_) throw Failure("seccomp_init failed");
  // A binary tree: about 10 comparisons a system call instead of 300 for a list.
  check(::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2), {"optimize"});
  add_architectures(profile);
  for (const json& rule : optional<json>(profile, "syscalls")) add_rule(rule);
}

// This architecture and those whose programs this kernel runs too: otherwise a 32-bit program could
// make a call that is forbidden to a 64-bit one.
void Compiler::add_architectures(const json& profile) {
  Names names = optional<Names>(profile, "architectures");
  for (const json& entry : optional<json>(profile, "archMap")) {
    if (entry.at("architecture") != kArchitecture) continue;
    for (std::string& name : optional<Names>(entry, "subArchitectures")) names.push_back(name);
  }
  for (const std::string& name : names) {
    check(::seccomp_arch_add(context_.get(), architecture_of(name)), {"add ", name});
  }
}

bool Compiler::applies(const json& rule) const {
  const auto has = [&](const std::string& name) { return has_capability(capabilities_, name); };
  const json with = optional<json>(rule, "includes"), without = optional<json>(rule, "excludes");
  const Names machines = optional<Names>(with, "arches"),
              others = optional<Names>(without, "arches");
  const Names wanted = optional<Names>(with, "caps"), unwanted = optional<Names>(without, "caps");
  const std::string from = optional<std::string>(with, "minKernel");
  const std::string until = optional<std::string>(without, "minKernel");
  return (machines.empty() ||
          std::find(machines.begin(), machines.end(), kMachine) != machines.end()) &&
         std::find(others.begin(), others.end(), kMachine) == others.end() &&
         std::all_of(wanted.begin(), wanted.end(), has) &&
         std::none_of(unwanted.begin(), unwanted.end(), has) &&
         (from.empty() || kernel_is_at_least(from)) &&
         (until.empty() || !kernel_is_at_least(until));
}

void Compiler::add_rule(const json& rule) {
  Names names = optional<Names>(rule, "names");
  if (rule.contains("name")) names.push_back(rule.at("name"));
  for (const std::string& name : names) {
    newest_ = std::max(newest_, ::seccomp_syscall_resolve_name(name.c_str()));
  }
  const uint32_t action =
      action_of(rule.at("action"), rule.value("errnoRet", static_cast<uint32_t>(EPERM)));
  if (action == default_action_ || !applies(rule)) return;
  std::vector<scmp_arg_cmp> conditions;
  for (const json& condition : optional<json>(rule, "args")) add_condition(condition, conditions);
  for (const std::string& name : names) {
    if (!repeats_an_argument(conditions)) {
      add_call(name, action, conditions);
    } else {
      for (const scmp_arg_cmp& condition : conditions) add_call(name, action, {condition});
    }
  }
}

void Compiler::add_call(const std::string& name, uint32_t action,
                        const std::vector<scmp_arg_cmp>& all) {
  const int number = ::seccomp_syscall_resolve_name(name.c_str());
  if (number == __NR_SCMP_ERROR) {
    // An unknown name in a denying rule would silently allow it.
    if (action != SCMP_ACT_ALLOW && default_action_ == SCMP_ACT_ALLOW) {
      throw Failure(join({"unknown system call '", name, "'"}), "or libseccomp is too old");
    }
    unknown_ += " " + name;
    return;
  }
  check(::seccomp_rule_add_array(context_.get(), action, number, static_cast<unsigned>(all.size()),
                                 all.data()),
        {"add a rule for ", name});
}

CallFilter as_bytes(std::initializer_list<sock_filter> program) {
  return {reinterpret_cast<const char*>(program.begin()), program.size() * sizeof(sock_filter)};
}

// Calls newer than the profile fail with ENOSYS, as on an older kernel, so that libc falls back to
// older ones; it does not on EPERM. These instructions precede the program and check this
// architecture only.
CallFilter Compiler::for_newer_calls() const {
  if (default_action_ != SCMP_ACT_ERRNO(default_error_)) return "";
  constexpr uint32_t kX32 = 0x40000000;  // bit that marks the system calls of the x32 ABI
  return as_bytes({BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
                   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ::seccomp_arch_native(), 0, 4),
                   BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                   BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kX32, 2, 0),
                   BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, static_cast<uint32_t>(newest_), 0, 1),
                   BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)});
}

CallFilter Compiler::program() const {
  const Fd file = open_memfd("filter");
  check(::seccomp_export_bpf(context_.get(), file.get()), {"compile the filter"});
  return for_newer_calls() + read_file(proc_path(file));
}

}  // namespace

CallFilter compile_profile(const std::string& profile, CapabilitySet capabilities) {
  try {
    const Compiler compiler(json::parse(profile), capabilities);
    if (!compiler.unknown_calls().empty() && profile != kDefaultProfile) {
      warn({"seccomp profile: unknown to libseccomp, so not allowed:", compiler.unknown_calls()});
    }
    return compiler.program();
  } catch (const json::exception&) {
    throw Failure("seccomp profile: not in docker's format",
                  "docs.docker.com/engine/security/seccomp describes it");
  } catch (const std::exception& error) {
    throw Failure(join({"seccomp profile: ", error.what()}));
  }
}

}  // namespace stepbox
