#include "06-network/leases.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

static std::string path_of(Address address) { return join({kLeaseDirectory, "/", address.text()}); }

// The address that was leased last in this subnet; before the first lease, its gateway.
static Address last_address(const Subnet& subnet) {
  Address last = subnet.gateway();
  if (!exists(kLastAddress)) return last;
  const auto number = parse_number(read_file(kLastAddress));
  const uint32_t offset = static_cast<uint32_t>(number.value_or(0)) - subnet.network;
  if (number && offset > 1 && offset < subnet.size()) last.number = subnet.network + offset;
  return last;
}

// LAB: lease
Lease::Lease(const Subnet& subnet) {
  make_directories(kLeaseDirectory, 0700);
  const uint32_t end = subnet.broadcast().number - subnet.network;
  uint32_t offset = last_address(subnet).number - subnet.network;
  for (uint32_t tries = 2; tries < end; ++tries) {
    offset = offset + 1 < end ? offset + 1 : 2;  // 0 and 1 are the network and the gateway
    address_.number = subnet.network + offset;
    const std::string path = path_of(address_);
    if (exists(path)) continue;
    create_file(kLastAddress, std::to_string(address_.number));
    explain({"set -C; exec 9> ", path, "; flock 9"});
    file_ = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file_ || !try_lock(file_, path)) throw_errno({"create ", path});
    return;
  }
  throw Failure(join({"no free address in ", subnet.text()}),
                "end a container, or give STEPBOX_SUBNET a larger one");
}

// The address may be another's by now: step 7 can take it from a running container.
Lease::~Lease() {
  explain({"rm ", path_of(address_)});
  if (!try_lock(file_, path_of(address_)) || ::unlink(path_of(address_).c_str()) == 0) return;
  warn({"rm ", path_of(address_), ": ", std::generic_category().message(errno)});
}

void Lease::keep(const std::string& note) const { create_file(path_of(address_), note); }

void remove_dead_leases(void (*settle)(const std::string& note)) {
  DIR* leases = ::opendir(kLeaseDirectory);
  if (!leases) return;
  while (const dirent* entry = ::readdir(leases)) {
    if (entry->d_name[0] == '.') continue;
    const std::string path = join({kLeaseDirectory, "/", entry->d_name});
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || !try_lock(file, path)) continue;
    settle(read_file(path));
    explain({"rm ", path});
    ::unlink(path.c_str());
  }
  ::closedir(leases);
}

}  // namespace stepbox
