// Step 7. Properties of a container as docker prints them, for ps, inspect and info.
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_TEXT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_TEXT_HPP_

#include <cstdint>
#include <string>

#include "07-unionfs/containers/record.hpp"

namespace stepbox {

// Whether it is running, paused, or waiting for its next start: what `ps` lists without -a.
bool is_alive(const Record& record);

// "Up 5 minutes", "Up 5 minutes (Paused)", "Restarting (1) 3 seconds ago", "Created",
// "Exited (0) 2 minutes ago". `now` in seconds since 1970.
std::string status_text(const Record& record, int64_t now);

// "0.0.0.0:8080->80/tcp, 127.0.0.1:53->53/udp"; empty if it is not running:
// then no port is bound.
std::string ports_text(const Record& record);

// Its labels with those of the image: "KEY=VALUE,…".
std::string labels_text(const Record& record);

// Its volumes by name, else their paths on the host: "data,/srv/www".
std::string mounts_text(const Record& record);

// The first address in the text of /proc/PID/net/fib_trie that is not the loopback's; empty if
// there is none.
std::string own_address(const std::string& fib_trie);

// "bridge", "none", "host", "shop,backup".
std::string network_text(const Record& record);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_TEXT_HPP_
