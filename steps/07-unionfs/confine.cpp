#include "07-unionfs/confine.hpp"

#include <sys/prctl.h>

#include <algorithm>

#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

void parse_value(const std::string& text, SecurityOptions& security) {
  const size_t end = std::min(text.find_first_of("=:"), text.size());  // docker takes both
  const std::string name = text.substr(0, end);
  const std::string value = end < text.size() ? text.substr(end + 1) : "";
  if (name == "no-new-privileges") {
    if (end < text.size() && value != "true" && value != "false") {
      throw Failure(join({"'", value, "' is neither true nor false"}));
    }
    security.no_new_privileges = value != "false";
  } else {
    throw Failure(join({"no security option is called '", name, "'"}), "no-new-privileges");
  }
}

void add_options(CommandLine& cli, ConfineOptions& options) {
  cli.flag("--privileged", options.privileged, "Confine nothing: root inside is root");
  cli.list("--cap-add", "CAP", options.cap_add, "Leave it this capability too; ALL: all of them");
  cli.list("--cap-drop", "CAP", options.cap_drop, "Take this capability from it; ALL: all of them");
  cli.option("--security-opt", "OPTION", options.security,
             "no-new-privileges[=false]: whether setuid programs give nothing (they do not)");
}

Confinement::Confinement(const ConfineOptions& options) : options_(options) {}

static void forbid_new_privileges() {
  explain({"setpriv --no-new-privs"});
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) throw_errno({"set no_new_privs"});
}

// LAB: confine
void Confinement::apply(const User& user) const {
  if (options_.privileged) return become(user, all_capabilities());
  const CapabilitySet missing = named(options_.cap_add) & ~own_capabilities();
  if (missing != 0) {
    throw Failure("cannot give" + names_of(missing, " "), "stepbox itself has not got it");
  }
  become(user, capabilities_for(options_.cap_add, options_.cap_drop));
  if (options_.security.no_new_privileges) forbid_new_privileges();
}

}  // namespace stepbox
