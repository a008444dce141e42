#include "07-unionfs/confinement/confinement.hpp"

#include <limits.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>

#include "07-unionfs/confinement/masked_paths.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

void parse_value(const std::string& text, SecurityOptions& security) {
  const size_t end =
      std::min(text.find_first_of("=:"), text.size());  // docker accepts both separators
  const std::string name = text.substr(0, end);
  const std::string value = end < text.size() ? text.substr(end + 1) : "";
  if (name == "no-new-privileges") {
    if (end < text.size() && value != "true" && value != "false") {
      throw Failure(join({"'", value, "' is neither true nor false"}));
    }
    security.no_new_privileges = value != "false";
  } else if (name == "seccomp") {
    if (value.empty())
      throw Failure("--security-opt seccomp needs a value", "unconfined, or a file with a profile");
    security.seccomp = value == "unconfined" ? value : read_file(value);
    if (security.seccomp.empty())
      throw Failure("read " + value + ": the file is empty", "name a file with a seccomp profile");
    if (security.seccomp.find("SCMP_ACT_NOTIFY") != std::string::npos)
      throw Failure("seccomp profile: SCMP_ACT_NOTIFY: there is no listener");
  } else {
    throw Failure(join({"unknown security option '", name, "'"}), "no-new-privileges, seccomp");
  }
}

void add_options(CommandLine& cli, ConfineOptions& options) {
  cli.flag("--privileged", options.privileged,
           "Run without confinement: root in the container is root");
  cli.list("--cap-add", "CAP", options.cap_add, "Add a capability, or ALL");
  cli.list("--cap-drop", "CAP", options.cap_drop, "Drop a capability, or ALL");
  cli.option("--security-opt", "OPTION", options.security,
             "no-new-privileges=false: setuid programs, such as sudo, gain privileges, as they do "
             "with docker; here the default is that they do not; "
             "seccomp=unconfined or seccomp=FILE: no filter, or a profile in docker's format");
  cli.flag("--read-only", options.read_only, "Mount the root file system read-only");
}

Confinement::Confinement(const ConfineOptions& options)
    : capabilities_(options.privileged ? all_capabilities()
                                       : capabilities_for(options.cap_add, options.cap_drop)),
      asked_for_(named(options.cap_add)),
      no_new_privileges_(options.security.no_new_privileges && !options.privileged),
      read_only_(options.read_only),
      privileged_(options.privileged) {
  const std::string& profile = options.security.seccomp;
  if (options.privileged || profile == "unconfined") return;
  filter_ = filter_of(profile.empty() ? kDefaultProfile : profile, capabilities_);
}

void Confinement::restrict_mounts(const std::string& rootfs,
                                  const std::vector<std::string>& volumes,
                                  const Namespaces& namespaces) const {
  if (!privileged_) {
    mask_paths(rootfs);
    forbid_devices(rootfs, volumes);
  } else if (!namespaces.user) {
    give_devices(rootfs);
  }
}

// getcwd(2) returns a path without a leading slash if the directory is outside of the root.
void check_working_directory() {
  char path[PATH_MAX];
  if (!::getcwd(path, sizeof path) || path[0] != '/') {
    throw Failure("the working directory is not below the container's root directory",
                  "name another with -w");
  }
}

void forbid_new_privileges() {
  explain({"setpriv --no-new-privs"});
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) throw_errno({"set no_new_privs"});
}

// The filter is installed last, as it may forbid the calls before it. Without no_new_privs,
// seccomp(2) needs CAP_SYS_ADMIN: then it is installed before the capabilities are dropped, and the
// profile must allow the calls that follow.
// LAB: confine
void Confinement::apply(const User& user) const {
  if (read_only_)
    make_read_only("/");  // not earlier: the working directory may have had to be created
  check_working_directory();
  if (const CapabilitySet missing = asked_for_ & ~own_capabilities()) {
    throw Failure("cannot give" + names_of(missing, " "), "stepbox does not have it itself");
  }
  if (!no_new_privileges_) install(filter_);
  become(user, capabilities_);
  if (!no_new_privileges_) return;
  forbid_new_privileges();
  install(filter_);
}

}  // namespace stepbox
