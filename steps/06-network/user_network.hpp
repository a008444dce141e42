// Step 6. Rootless networking: slirp4netns(1) or pasta(1) forwards packets in user space.
//
//   container          the program: packets become system calls
//   eth0 ------------- 10.0.2.2 gateway ----- the user's own sockets ----- Internet
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
constexpr Address kUserNameServer{0x0a000203};  // 10.0.2.3, forwards to the host's

bool is_user_network(NetworkMode mode);

// Throws Failure if this host has no such program, or the caller may not open /dev/net/tun.
void check_user_network(NetworkMode mode);

// [parent] The running program. It ends when stepbox's end of a pipe is closed: with this object,
// or when stepbox is killed.
class UserNetwork {
 public:
  // Starts it for the network namespace of `child`, and waits until eth0 is up and the ports lead
  // there. Throws Failure with the program's own message, or if a port cannot be bound.
  UserNetwork(NetworkMode mode, pid_t child, const std::vector<PublishedPort>& ports);
  UserNetwork(const UserNetwork&) = delete;

 private:
  struct Router {
    ~Router();       // ends the program, and reaps it
    pid_t pid = -1;  // of slirp4netns; for pasta, of the process that ends it
    Pipe exit;
  } router_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_06_NETWORK_USER_NETWORK_HPP_
