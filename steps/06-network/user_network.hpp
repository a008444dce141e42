// Step 6. Rootless networking: slirp4netns(1) or pasta(1) forwards packets in user space.
//
//   container          the program: packets in, system calls out
//   eth0 ------------- 10.0.2.2 gateway ----- the user's own sockets ----- the world
//   10.0.2.100         10.0.2.3 name server
#ifndef STEPBOX_STEPS_06_NETWORK_USER_NETWORK_HPP_
#define STEPBOX_STEPS_06_NETWORK_USER_NETWORK_HPP_

#include <sys/types.h>

#include <vector>

#include "06-network/address.hpp"
#include "06-network/options.hpp"
#include "common/fd.hpp"

namespace stepbox {

constexpr Address kUserAddress{0x0a000264};     // 10.0.2.100, the container's
constexpr Address kUserGateway{0x0a000202};     // 10.0.2.2, the program
constexpr Address kUserNameServer{0x0a000203};  // 10.0.2.3, which asks the host's

bool is_user_network(NetworkMode mode);

// Throws Failure where this host has no such program, or no /dev/net/tun for us.
void check_user_network(NetworkMode mode);

// The program, as long as this object lives: it ends when our end of a pipe is closed, so it does
// not outlive us, however we die. [parent]
class UserNetwork {
 public:
  // Starts it for the network namespace of `child`, and waits until eth0 is up and the ports lead
  // there. Throws Failure: with its own words, or a port that cannot be bound.
  UserNetwork(NetworkMode mode, pid_t child, const std::vector<PublishedPort>& ports);
  UserNetwork(const UserNetwork&) = delete;

 private:
  struct Router {
    ~Router();       // tells it to end, and waits for that
    pid_t pid = -1;  // of slirp4netns; of pasta, that of the process which guards it
    Pipe exit;
  } router_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_USER_NETWORK_HPP_
