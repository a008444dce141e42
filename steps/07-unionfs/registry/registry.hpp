// Step 7. Registries, by skopeo(1). It reads credentials where podman, else docker keeps them
// (containers-auth.json(5)).
#ifndef STEPBOX_STEPS_07_UNIONFS_REGISTRY_REGISTRY_HPP_
#define STEPBOX_STEPS_07_UNIONFS_REGISTRY_REGISTRY_HPP_

#include <string>
#include <vector>

#include "07-unionfs/images/image_reference.hpp"
#include "common/cli.hpp"

namespace stepbox {

// Whether the registry must speak https and have a trusted certificate. One on loopback need not,
// as with docker.
struct TlsVerify {
  bool wanted = true;
};
void parse_value(const std::string& text, TlsVerify& tls);  // throws Failure
void add_option(CommandLine& cli, TlsVerify& tls);

// How a registry is reached.
struct Remote {
  bool quiet = false;  // no progress
  TlsVerify tls = {};
  std::string platform = {};  // OS/ARCH[/VARIANT]; empty: this machine's
};

// --quiet, --tls-verify
void add_options(CommandLine& cli, Remote& remote);

struct Pulled {
  std::string digest;   // sha256:…, of the manifest or the list of manifests
  bool is_new = false;  // false: the store had the image
};

// Takes an image from its registry into the store, under that name; one that the store has is not
// fetched again. Progress goes to stderr. Throws Failure: no skopeo, no such image, access denied,
// no manifest in 15 s, …; then the store is as before.
Pulled pull_image(const Reference& reference, const Remote& remote);

// Writes an image of the store to `archive`, as docker does. Throws Failure.
void save_image(const Reference& reference, const std::string& archive);

// Copies an image of the store to its registry. Returns the digest. Throws Failure.
std::string push_image(const Reference& reference, const Remote& remote);

// Skopeo's verbs login and logout. An empty password: skopeo asks at the terminal.
struct Login {
  std::string registry = "docker.io";
  std::string user;
  std::string password;
  TlsVerify tls = {};
};
void log_in(const Login& login);
void log_out(const std::string& registry);

// When run and create pull.
enum class PullWhen { kMissing, kAlways, kNever };
void parse_value(const std::string& text, PullWhen& when);  // throws Failure

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_REGISTRY_REGISTRY_HPP_
