// To be filled in. network.hpp is the contract of each function.
#include "06-network/network.hpp"

namespace stepbox {

Network::Network([[maybe_unused]] const std::string& id,
                 [[maybe_unused]] const NetworkOptions& options, const Namespaces& namespaces)
    : flags_(namespaces.for_clone()) {}

Network::~Network() {}

void Network::connect([[maybe_unused]] pid_t child) {}

void Network::configure_inside() const {}

}  // namespace stepbox
