// spec.json and features.json agree with the code that they are about.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "07-unionfs/confinement/capabilities.hpp"
#include "07-unionfs/confinement/masked_paths.hpp"
#include "07-unionfs/oci/config.hpp"
#include "07-unionfs/oci/default_spec.hpp"
#include "07-unionfs/storage/mount_options.hpp"

namespace stepbox {
namespace {

TEST_CASE("spec.json confines as step7 does") {
  const OciConfig config = parse_config(default_spec(false), "/bundle");
  CHECK(config.masked_paths == hidden_paths());
  CHECK(config.read_only_paths == protected_paths());
  const CapabilitySet defaults = capabilities_for({}, {});
  CHECK(config.process->capabilities->bounding == defaults);
  CHECK(config.process->capabilities->effective == defaults);
  CHECK(config.process->capabilities->permitted == defaults);
}

TEST_CASE("the rootless spec asks for what an ordinary user has") {
  const OciConfig config = parse_config(default_spec(true), "/bundle");
  CHECK(config.find_namespace(CLONE_NEWUSER));
  CHECK_FALSE(config.find_namespace(CLONE_NEWNET));
  CHECK(config.uid_maps.size() == 1);
  CHECK(config.resources.empty());
  CHECK(default_spec(true).find("gid=5") == std::string::npos);
}

TEST_CASE("features.json names what is understood") {
  const nlohmann::json features = nlohmann::json::parse(kFeatures);
  CHECK(features.at("mountOptions") == mount_option_names());
  for (const std::string name : features.at("linux").at("capabilities")) {
    Capability capability;
    CHECK_NOTHROW(parse_value(name, capability));
  }
}

}  // namespace
}  // namespace stepbox
