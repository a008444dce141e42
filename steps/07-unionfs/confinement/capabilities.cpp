#include "07-unionfs/confinement/capabilities.hpp"

#include <sys/capability.h>
#include <sys/prctl.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/text.hpp"

namespace stepbox {

// docker's default set. It contains nothing that changes the host (SYS_ADMIN, SYS_MODULE, SYS_BOOT
// …), its network (NET_ADMIN) or processes outside of the container (SYS_PTRACE).
constexpr cap_value_t kDefaults[] = {CAP_CHOWN,   CAP_DAC_OVERRIDE,     CAP_FOWNER,  CAP_FSETID,
                                     CAP_KILL,    CAP_SETGID,           CAP_SETUID,  CAP_SETPCAP,
                                     CAP_MKNOD,   CAP_NET_BIND_SERVICE, CAP_NET_RAW, CAP_SYS_CHROOT,
                                     CAP_SETFCAP, CAP_AUDIT_WRITE};

static CapabilitySet bit(cap_value_t number) { return CapabilitySet{1} << number; }

static std::string name_of(cap_value_t number) {
  const std::unique_ptr<char, int (*)(void*)> name(::cap_to_name(number), ::cap_free);
  return name ? name.get() : "cap_" + std::to_string(number);
}

// `name` in lower case: "cap_chown". cap_from_name(3) also accepts a prefix, so it is compared
// whole.
static std::optional<cap_value_t> find_number(const std::string& name) {
  cap_value_t number = -1;
  if (::cap_from_name(name.c_str(), &number) == -1 || name_of(number) != name) return std::nullopt;
  return number;
}

void parse_value(const std::string& text, Capability& capability) {
  capability.name = in_upper_case(text);
  if (capability.name == "ALL") return;
  if (!capability.name.starts_with("CAP_")) capability.name.insert(0, "CAP_");
  if (!find_number(in_lower_case(capability.name))) {
    throw Failure(join({"unknown capability '", text, "'"}), "capabilities(7) lists them");
  }
}

CapabilitySet all_capabilities() { return bit(::cap_max_bits()) - 1; }

CapabilitySet named(const std::vector<Capability>& capabilities) {
  CapabilitySet set = 0;
  for (const Capability& capability : capabilities) {
    const auto number = find_number(in_lower_case(capability.name));
    if (number) set |= bit(*number);
  }
  return set;
}

static bool names_all(const std::vector<Capability>& capabilities) {
  return std::any_of(capabilities.begin(), capabilities.end(),
                     [](const Capability& capability) { return capability.name == "ALL"; });
}

CapabilitySet capabilities_for(const std::vector<Capability>& add,
                               const std::vector<Capability>& drop) {
  if (names_all(add)) return all_capabilities() & ~named(drop);
  if (names_all(drop)) return named(add);
  CapabilitySet defaults = 0;
  for (const cap_value_t number : kDefaults) defaults |= bit(number);
  return (defaults & ~named(drop)) | named(add);
}

bool has_capability(CapabilitySet set, const std::string& name) {
  const auto number = find_number(in_lower_case(name));
  return number && (set & bit(*number)) != 0;
}

std::string names_of(CapabilitySet set, std::string_view before) {
  std::string names;
  for (cap_value_t number = 0; number < ::cap_max_bits(); ++number) {
    if (set & bit(number)) names += join({before, name_of(number).substr(4)});
  }
  return names;
}

CapabilitySet own_capabilities() {
  CapabilitySet own = 0;
  for (cap_value_t number = 0; number < ::cap_max_bits(); ++number) {
    const int held = ::cap_get_bound(number);
    if (held == -1) throw_errno({"look for ", name_of(number)});
    if (held == 1) own |= bit(number);
  }
  return own;
}

static void set_capabilities(CapabilitySet permitted, CapabilitySet effective,
                             CapabilitySet inheritable) {
  const std::unique_ptr<_cap_struct, int (*)(void*)> state(::cap_init(), ::cap_free);
  for (cap_value_t number = 0; state && number < ::cap_max_bits(); ++number) {
    const auto set = [&](cap_flag_t flag, CapabilitySet wanted) {
      if (wanted & bit(number)) ::cap_set_flag(state.get(), flag, 1, &number, CAP_SET);
    };
    set(CAP_PERMITTED, permitted);
    set(CAP_EFFECTIVE, effective);
    set(CAP_INHERITABLE, inheritable);
  }
  if (!state || ::cap_set_proc(state.get()) == -1) throw_errno({"set capabilities"});
}

// Inheritable and ambient sets stay empty: execve(2) then grants capabilities by uid and file only.
static void keep_only(CapabilitySet set) { set_capabilities(set, set, 0); }

static void limit_bounding_set(CapabilitySet own, CapabilitySet set) {
  for (cap_value_t number = 0; number < ::cap_max_bits(); ++number) {
    if ((own & ~set & bit(number)) && ::cap_drop_bound(number) == -1) {
      throw_errno({"drop ", name_of(number)});
    }
  }
}

// LAB: capabilities
void become(const User& user, CapabilitySet set) {
  const CapabilitySet own = own_capabilities();
  explain({"setpriv --bounding-set -all", names_of(set & own, ",+"), " --inh-caps -all sh -c '…'"});
  limit_bounding_set(own, set);
  become(user);
  keep_only(user.uid == 0 ? set & own : 0);
}
// LAB: end

// setuid(2) from root to another user empties the permitted set, unless PR_SET_KEEPCAPS is set. An
// ambient capability must be permitted and inheritable, so it is raised last. buildah asks for some
// that are not: runc leaves them out, too.
void become(const User& user, const ProcessCapabilities& sets) {
  const CapabilitySet own = own_capabilities();
  limit_bounding_set(own, sets.bounding);
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1) throw_errno({"keep capabilities"});
  become(user);
  set_capabilities(sets.permitted & own, sets.effective & own, sets.inheritable & own);
  const CapabilitySet ambient = sets.ambient & sets.permitted & sets.inheritable & own;
  for (cap_value_t number = 0; number < ::cap_max_bits(); ++number) {
    if ((ambient & bit(number)) &&
        ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) == -1) {
      throw_errno({"raise ", name_of(number), " in the ambient set"});
    }
  }
}

}  // namespace stepbox
