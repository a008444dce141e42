#include "07-unionfs/oci/config.hpp"

#include <limits.h>
#include <sched.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "07-unionfs/oci/config_parts.hpp"
#include "common/files.hpp"

namespace stepbox {

namespace {

std::string version_in(const ConfigNode& node) {
  const std::string version = node.needed().text();
  const bool known = version.starts_with("1.") && version.find_first_of("0123456789", 2) == 2;
  if (!known) node.refuse({"version '", version, "' is unknown, 1.x is needed"});
  return version;
}

std::string below(const std::string& directory, const std::string& path) {
  return path.starts_with('/') ? path : join({directory, "/", path});
}

// Without links, if it exists.
std::string canonical(const std::string& path) {
  char absolute[PATH_MAX];
  return ::realpath(path.c_str(), absolute) ? absolute : path;
}

void check_maps(const ConfigNode& node, const OciMount& mount, const OciConfig& config) {
  if (mount.uid_maps.empty() != mount.gid_maps.empty()) {
    node.refuse({"uidMappings and gidMappings need each other"});
  }
  if (!mount.options.map_ids) return;
  if (!mount.is_bind()) node.refuse({"only the ids of a bind mount can be mapped"});
  if (mount.uid_maps.empty() && !config.find_namespace(CLONE_NEWUSER)) {
    node.at("options").refuse({"idmap needs uidMappings, or a user namespace"});
  }
}

// The kernel takes "//" and "..", the rules for /dev and /proc do not.
std::string clean(const std::string& path) {
  const std::string normal = std::filesystem::path("/" + path).lexically_normal().string();
  return normal.size() > 1 && normal.ends_with('/') ? normal.substr(0, normal.size() - 1) : normal;
}

OciMount mount_in(const ConfigNode& node, const OciConfig& config) {
  OciMount mount;
  // Version 1.0 allowed relative ones.
  mount.destination = clean(node.at("destination").needed().text());
  mount.type = node.at("type").text();
  mount.source = node.at("source").text();
  mount.options = parse_mount_options(node.at("options").texts());
  if (mount.type == "bind") mount.options.flags |= MS_BIND;
  if (mount.is_bind()) mount.source = below(config.bundle, node.at("source").needed().text());
  mount.uid_maps = id_ranges_in(node.at("uidMappings"));
  mount.gid_maps = id_ranges_in(node.at("gidMappings"));
  mount.options.map_ids |= !mount.uid_maps.empty();
  check_maps(node, mount, config);
  return mount;
}

Hook hook_in(const ConfigNode& node) {
  Hook hook;
  hook.path = node.at("path").needed().absolute_path();
  hook.args = node.at("args").texts();
  hook.env = node.at("env").environment();
  const ConfigNode timeout = node.at("timeout");
  if (timeout.given()) hook.timeout = timeout.number<int>(1, INT_MAX / 1000);
  return hook;
}

std::vector<Hook> hooks_in(const ConfigNode& node) {
  std::vector<Hook> hooks;
  for (const ConfigNode& item : node.items()) hooks.push_back(hook_in(item));
  return hooks;
}

OciHooks all_hooks_in(const ConfigNode& node) {
  return {.prestart = hooks_in(node.at("prestart")),
          .create_runtime = hooks_in(node.at("createRuntime")),
          .create_container = hooks_in(node.at("createContainer")),
          .start_container = hooks_in(node.at("startContainer")),
          .poststart = hooks_in(node.at("poststart")),
          .poststop = hooks_in(node.at("poststop"))};
}

std::string name_in(const ConfigNode& node, const OciConfig& config) {
  if (node.given()) need_own(node, config, CLONE_NEWUTS);
  return node.text();
}

}  // namespace

const OciNamespace* OciConfig::find_namespace(int flag) const {
  const auto found = std::find_if(namespaces.begin(), namespaces.end(),
                                  [&](const OciNamespace& one) { return one.flag == flag; });
  return found == namespaces.end() ? nullptr : &*found;
}

void refuse_unsupported(const ConfigNode& node) {
  if (node.given()) node.refuse({"it is not supported"});
}

OciConfig parse_config(const std::string& text, const std::string& bundle) {
  const Json json = parse_document(text, "config.json");
  const ConfigNode node(json, "config.json");
  const ConfigNode root = node.at("root"), process = node.at("process");
  OciConfig config;
  config.version = version_in(node.at("ociVersion"));
  config.bundle = bundle;
  config.root = canonical(below(bundle, root.at("path").needed().text()));
  config.read_only_root = root.at("readonly").flag();
  if (process.given()) config.process = process_in(process);
  config.process_text = process.json();
  config.hooks = all_hooks_in(node.at("hooks"));
  config.annotations = node.at("annotations").text_map();
  read_linux(node.at("linux"), config);
  for (const ConfigNode& item : node.at("mounts").items()) {
    config.mounts.push_back(mount_in(item, config));
  }
  if (config.read_only_root) need_own(root.at("readonly"), config, CLONE_NEWNS);
  if (!config.mounts.empty() && !config.has_own(CLONE_NEWNS)) {  // they would be the host's
    warn({"config.json: mounts: none is made, for want of a mount namespace"});
    config.mounts.clear();
  }
  config.hostname = name_in(node.at("hostname"), config);
  config.domainname = name_in(node.at("domainname"), config);
  return config;
}

OciConfig read_config(const std::string& bundle) {
  char absolute[PATH_MAX];
  if (!::realpath(bundle.c_str(), absolute)) throw_errno({"open the bundle ", bundle});
  return parse_config(read_file(below(absolute, "config.json")), absolute);
}

}  // namespace stepbox
