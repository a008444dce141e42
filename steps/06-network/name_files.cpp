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
  std::string servers, others;
  bool hidden = false;
  for (const Address& server : options.dns) servers += "nameserver " + server.text() + "\n";
  // Where systemd-resolved(8) is the host's name server, the first file names only 127.0.0.53, and
  // the second one the servers that it asks.
  for (const char* path : {"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"}) {
    for (const std::string& line : split(read_if_there(path), '\n')) {
      std::istringstream words(line);  // cut at blanks and tabs (resolv.conf(5))
      std::string word, value;
      words >> word >> value;
      const bool server = word == "nameserver";
      const bool loopback = server && (value.starts_with("127.") || value == "::1");
      const bool reachable = !loopback || options.mode == NetworkMode::kHost;
      hidden |= !reachable;
      if (server && options.dns.empty() && reachable) servers += line + "\n";
      if (!server && !word.empty()) others += line + "\n";
    }
    if (!hidden || !servers.empty()) break;
  }
  const bool lost = servers.empty() && hidden && options.mode == NetworkMode::kBridge;
  if (lost)
    warn({"the host's name servers are on its loopback: using 8.8.8.8; --dns names others"});
  if (servers.empty()) servers = lost ? "nameserver 8.8.8.8\n" : "# no name server is reachable\n";
  return servers + others;
}

NameFiles make_name_files(const NetworkOptions& options, const std::string& hostname,
                          const std::optional<Address>& address) {
  NameFiles files{resolv_conf(options), "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n",
                  hostname.empty() ? "" : hostname + "\n"};
  if (options.mode == NetworkMode::kHost) files.hosts = read_if_there("/etc/hosts");
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
    if (!text.empty() && !exists(path)) warn({"no ", path, " in the root file system: left out"});
    if (text.empty() || !exists(path)) continue;
    const std::string source = join({"/dev/shm/", name});
    explain({"echo … > ", source});
    create_file(source, text);
    bind(source, MountPoint("/", path), false);
  }
}

}  // namespace stepbox
