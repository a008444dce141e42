// Step 7. A container in docker's words, for lists and reports.
#ifndef STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_TEXT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_TEXT_HPP_

#include <cstdint>
#include <string>

#include "07-unionfs/containers/record.hpp"

namespace stepbox {

// Whether it runs, is paused, or is about to run again: what `ps` lists without -a.
bool is_alive(const Record& record);

// "Up 5 minutes", "Up 5 minutes (Paused)", "Restarting (1) 3 seconds ago", "Created",
// "Exited (0) 2 minutes ago". `now` in seconds since 1970.
std::string status_text(const Record& record, int64_t now);

// "0.0.0.0:8080->80/tcp, 127.0.0.1:53->53/udp"; empty if it does not run: then nothing leads to it.
std::string ports_text(const Record& record);

// Its labels, its image's among them: "KEY=VALUE,…".
std::string labels_text(const Record& record);

// The host's side of its volumes: "/srv/data,/tmp".
std::string mounts_text(const Record& record);

// Its address, in the text of its /proc/PID/net/fib_trie; empty if it has only the loopback's.
std::string own_address(const std::string& fib_trie);

// "bridge", "none", "host".
std::string network_text(const Record& record);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FORMATS_CONTAINER_TEXT_HPP_
