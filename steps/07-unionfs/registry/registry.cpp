#include "07-unionfs/registry/registry.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>

#include "07-unionfs/files/digest.hpp"
#include "07-unionfs/files/output_file.hpp"
#include "07-unionfs/images/archive_writer.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/registry/image_loading.hpp"
#include "07-unionfs/registry/tool.hpp"
#include "common/error.hpp"
#include "common/openers.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

using Strings = std::vector<std::string>;

bool is_loopback(const std::string& registry) {
  const std::string host = registry.substr(0, registry.find(':'));
  in_addr address;
  return host == "localhost" || (::inet_pton(AF_INET, host.c_str(), &address) == 1 &&
                                 ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET);
}

std::string tls_option(const std::string& option, const std::string& registry, TlsVerify tls) {
  return join({option, tls.wanted && !is_loopback(registry) ? "=true" : "=false"});
}

// The words of skopeo before its verb. Without a policy file, skopeo trusts no image at all.
Strings skopeo(const Remote& remote) {
  Strings words{"skopeo"};
  if (!exists("/etc/containers/policy.json")) words.push_back("--insecure-policy");
  if (remote.platform.empty()) return words;
  const Strings parts = split(remote.platform, '/');
  constexpr const char* kOptions[] = {"--override-os", "--override-arch", "--override-variant"};
  if (parts.size() < 2 || parts.size() > std::size(kOptions)) {
    throw Failure(join({"'", remote.platform, "' is no platform"}), "linux/amd64, linux/arm/v7");
  }
  for (size_t i = 0; i < parts.size(); ++i) words.insert(words.end(), {kOptions[i], parts[i]});
  return words;
}

// What skopeo says of an image in a registry: its manifest, or with --config its config file.
std::string inspect(const Reference& reference, const Remote& remote, const Strings& options) {
  Strings words = skopeo(remote);
  words.insert(words.end(), {"--command-timeout", "15s", "inspect", "--raw"});
  words.push_back(tls_option("--tls-verify", reference.registry(), remote.tls));
  words.insert(words.end(), options.begin(), options.end());
  words.push_back("docker://" + reference.full_text());
  return run_tool(words);
}

// Progress of a copy goes to stderr.
ToolFiles files_of_copy(const Remote& remote) {
  return {.output = remote.quiet ? -1 : STDERR_FILENO};
}

Pulled pull(const Reference& reference, const Remote& remote) {
  const std::string manifest = inspect(reference, remote, {});
  const std::string id = sha256(inspect(reference, remote, {"--config"}));
  Pulled pulled{.digest = "sha256:" + sha256(manifest)};
  const std::vector<std::string> known = image_ids();
  if (std::find(known.begin(), known.end(), id) != known.end()) {
    if (id_of_tag(reference.text()) != id) tag_image(id, reference.text());
    return pulled;
  }
  const Staging staging;
  const std::string folder = staging.path() + "/pulled";
  Strings words = skopeo(remote);
  // By digest: the tag may have moved since.
  const std::string name = reference.full_text();
  const std::string source = name.substr(0, name.rfind(':')) + "@" + pulled.digest;
  words.insert(words.end(), {"copy", "docker://" + source, "dir:" + folder});
  words.push_back(tls_option("--src-tls-verify", reference.registry(), remote.tls));
  run_tool(words, files_of_copy(remote));
  if (load_folder(folder, {reference.text()}, staging) != id) {
    throw Failure("the registry has sent another image than it said", "pull it once more");
  }
  pulled.is_new = true;
  return pulled;
}

std::string push(const Reference& reference, const Remote& remote) {
  const Staging staging;
  const std::string archive = staging.path() + "/pushed.tar", digest = staging.path() + "/digest";
  save_image(reference, archive);
  Strings words = skopeo(remote);
  words.insert(words.end(), {"copy", "--digestfile", digest, "docker-archive:" + archive,
                             "docker://" + reference.full_text()});
  words.push_back(tls_option("--dest-tls-verify", reference.registry(), remote.tls));
  run_tool(words, files_of_copy(remote));
  return read_file(digest);
}

// Adds the name to the reason of a failure.
template <class Call>
auto told(const std::string& what, Call call) {
  try {
    return call();
  } catch (const std::exception& error) {
    throw Failure(join({what, ": ", message_of(error)}), "", status_of(error));
  }
}

}  // namespace

void parse_value(const std::string& text, TlsVerify& tls) {
  tls.wanted = text == "true";
  if (text != "true" && text != "false") throw Failure(join({"'", text, "' is not true or false"}));
}

void add_option(CommandLine& cli, TlsVerify& tls) {
  cli.option("--tls-verify", "BOOL", tls,
             "false: take a registry that speaks http or has an untrusted certificate (true)");
}

void add_options(CommandLine& cli, Remote& remote) {
  cli.flag("-q,--quiet", remote.quiet, "Do not print the progress of pulling");
  add_option(cli, remote.tls);
}

Pulled pull_image(const Reference& reference, const Remote& remote) {
  return told("pull " + reference.full_text(), [&] { return pull(reference, remote); });
}

void save_image(const Reference& reference, const std::string& archive) {
  const Image image = find_image(id_of_tag(reference.text()));
  const Fd held = use_image(image);
  Output output(archive);
  write_images(output, {{.name = reference.text(),
                         .config = read_config_text(image.id),
                         .names = {reference.text()},
                         .layers = read_config_file(image.id).diff_ids}});
  output.commit();
}

std::string push_image(const Reference& reference, const Remote& remote) {
  return told("push " + reference.full_text(), [&] { return push(reference, remote); });
}

void log_in(const Login& login) {
  Strings words{"skopeo", "login", tls_option("--tls-verify", login.registry, login.tls)};
  if (!login.user.empty()) words.insert(words.end(), {"--username", login.user});
  if (!login.password.empty()) words.push_back("--password-stdin");
  words.push_back(login.registry);
  told("log in to " + login.registry,
       [&] { return run_tool(words, {.input = login.password, .output = STDOUT_FILENO}); });
}

void log_out(const std::string& registry) {
  told("log out of " + registry, [&] {
    return run_tool({"skopeo", "logout", registry}, {.output = STDOUT_FILENO});
  });
}

void parse_value(const std::string& text, PullWhen& when) {
  if (text == "missing") return void(when = PullWhen::kMissing);
  if (text == "always") return void(when = PullWhen::kAlways);
  if (text == "never") return void(when = PullWhen::kNever);
  throw Failure(join({"unknown pull policy '", text, "'"}), "missing, always, never");
}

}  // namespace stepbox
