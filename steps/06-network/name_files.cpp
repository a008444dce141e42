#include "06-network/name_files.hpp"

#include <sys/mount.h>

#include <sstream>

#include "03-mount/mount.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

static std::string read_if_there(const std::string& path) {
  return exists(path) ? read_file(path) : "";
}

static std::string resolv_conf(const NetworkOptions& options) {
  std::string text;
  for (const Address& server : options.dns) text += "nameserver " + server.text() + "\n";
  for (const std::string& line : split(read_if_there("/etc/resolv.conf"), '\n')) {
    std::istringstream words(line);  // cut at blanks and tabs (resolv.conf(5))
    std::string word, value;
    words >> word >> value;
    const bool server = word == "nameserver";
    const bool loopback = server && (value.starts_with("127.") || value == "::1");
    const bool reachable = !loopback || options.mode == NetworkMode::kHost;
    if (!line.empty() && !(server && (!options.dns.empty() || !reachable))) text += line + "\n";
  }
  return text.empty() ? "# the host has no name server that could be reached from here\n" : text;
}

NameFiles make_name_files(const NetworkOptions& options, const std::string& hostname,
                          const std::optional<Address>& address) {
  NameFiles files{resolv_conf(options), "", hostname.empty() ? "" : hostname + "\n"};
  if (options.mode == NetworkMode::kHost) {
    files.hosts = read_if_there("/etc/hosts");
  } else {
    files.hosts = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n";
  }
  if (!hostname.empty()) {
    files.hosts += (address ? address->text() : "127.0.1.1") + "\t" + hostname + "\n";
  }
  for (const HostEntry& entry : options.hosts) {
    files.hosts += entry.address.text() + "\t" + entry.name + "\n";
  }
  return files;
}

void mount_name_files(const NameFiles& files) {
  // A tmpfs to hold them, mounted for a moment: the bound files keep it alive.
  mount_new("tmpfs", MountPoint("/", "/dev/shm"), MS_NOSUID | MS_NODEV | MS_NOEXEC,
            "mode=755,size=1m");
  Mounts staging;
  staging.add(MountPoint("/", "/dev/shm"));
  const std::pair<const char*, const std::string&> kFiles[] = {
      {"resolv.conf", files.resolv_conf}, {"hosts", files.hosts}, {"hostname", files.hostname}};
  for (const auto& [name, text] : kFiles) {
    const std::string path = join({"/etc/", name});
    if (text.empty() || !exists(path)) continue;
    const std::string source = join({"/dev/shm/", name});
    explain({"echo … > ", source});
    create_file(source, text);
    bind(source, MountPoint("/", path), false);
  }
}

}  // namespace stepbox
