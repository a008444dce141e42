// The claim of step 6 about the machine it comes to: forwarding on or off, br_netfilter, rp_filter.
#include "06-network/verify.hpp"

namespace stepbox {
namespace {

struct Setting {
  const char* file;  // below /proc/sys/net; those of the stage's own network namespace
  const char* value;
};

// As docker (forwarding on, br_netfilter loaded), systemd (rp_filter 2) or a hardened host leave
// them.
constexpr Setting kSettings[] = {{"ipv4/ip_forward", "0"},
                                 {"ipv4/ip_forward", "1"},
                                 {"bridge/bridge-nf-call-iptables", "0"},
                                 {"bridge/bridge-nf-call-iptables", "1"},
                                 {"ipv4/conf/all/rp_filter", "1"},
                                 {"ipv4/conf/all/rp_filter", "2"}};

// The bridge goes first: step 6 sets what it needs when it makes one.
void set_anew(const Stage& stage, const Setting& setting) {
  stage.on_host({"sh", "-c", "ip link delete stepbox0 2>&- || :; echo $1 >\"/proc/sys/net/$0\"",
                 setting.file, setting.value});
}

}  // namespace

CLAIM("ways in and out work however the host is set",
      {.step = 6,
       .hint = "ip_forward on; rules that hold with and without br_netfilter and rp_filter"}) {
  const std::string word = random_word();
  const auto outside = serve_in_internet(stage, word);
  const std::string probe = stage.rootfs() + "/bin/probe";
  for (const Setting& setting : kSettings) {
    if (!exists(std::string("/proc/sys/net/") + setting.file)) continue;  // br_netfilter not loaded
    CAPTURE(std::string(setting.file) + " = " + setting.value);
    set_anew(stage, setting);
    Running server = start_server(subject, word, "8080");
    CHECK(holds(ask_from_inside(subject, kInternetAddress, "80"), word));
    CHECK(holds(ask_from_inside(subject, kHostAddress, "8080"), word));
    CHECK(holds(ask_from_host(stage, "127.0.0.1", "8080"), word));
    CHECK(holds(stage.internet().run({probe, "ask", "tcp", kHostAddress, "8080"}), word));
    stop(server);
  }
}

}  // namespace stepbox
