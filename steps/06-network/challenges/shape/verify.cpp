// The claims of the challenge `shape`.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "common/fd.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

// A process with a network of its own, behind the host's device `sb-test`.
class Cable {
 public:
  explicit Cable(Stage& stage)
      : stage_(stage),
        name_(random_word()),
        holder_({"unshare", "--net", stage.rootfs() + "/bin/probe", "wait", name_},
                stage.scratch(name_), "ready"),
        pid_(std::to_string(stage.find_process(name_))) {
    stage.on_host({"ip", "link", "add", "sb-test", "type", "veth", "peer", "eth0", "netns", pid_});
    stage.on_host({"ip", "address", "add", "10.91.3.1/24", "dev", "sb-test"});
    stage.on_host({"ip", "link", "set", "sb-test", "up"});
    stage.on_host({"nsenter", "--net=/proc/" + pid_ + "/ns/net", "sh", "-c",
                   "ip address add 10.91.3.2/24 dev eth0 && ip link set eth0 up"});
    stage.census_before();
  }

  // How long the host needs to send so many bytes to the other end, in seconds.
  double time_to_send(int bytes) const {
    const Fd listener = listen_in_there();
    std::thread receiver([&] {
      const Fd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      char block[4096];
      while (::read(client.get(), block, sizeof block) > 0) continue;
    });
    const auto begin = std::chrono::steady_clock::now();
    const Fd sender(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = address_of("10.91.3.2");
    CHECK(::connect(sender.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
          0);
    const std::string text(static_cast<size_t>(bytes), 'x');
    CHECK(::send(sender.get(), text.data(), text.size(), 0) == bytes);
    ::shutdown(sender.get(), SHUT_WR);
    receiver.join();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  std::string queue() const { return stage_.on_host({"tc", "qdisc", "show", "dev", "sb-test"}); }

 private:
  static sockaddr_in address_of(const char* text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(9);
    ::inet_pton(AF_INET, text, &address.sin_addr);
    return address;
  }
  // A socket stays in the network where it was made; and setns(2) moves only one thread.
  Fd listen_in_there() const {
    Fd made;
    std::thread([&] {
      const Fd network(::open(("/proc/" + pid_ + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC));
      if (::setns(network.get(), CLONE_NEWNET) == -1) return;
      made = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    }).join();
    const int yes = 1;
    ::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const sockaddr_in address = address_of("0.0.0.0");
    REQUIRE(::bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(made.get(), 1) == 0);
    return made;
  }

  Stage& stage_;
  std::string name_;
  Background holder_;
  std::string pid_;
};

// 100,000 bytes, less a burst of up to 40,000, take this long at that rate.
double least_seconds(int kilobits) { return 60'000.0 * 8 / (kilobits * 1000.0); }

}  // namespace

CLAIM("a shaped device sends no faster than its rate",
      {.step = 6, .points = 2, .hint = "tc qdisc replace … root tbf", .challenge = "shape"}) {
  const Cable cable(stage);
  const int rate = 400 + random_word()[1] % 26 * 20;  // 400 to 900 kbit
  CHECK(subject.run({.command = {"sb-test", std::to_string(rate) + "kbit"}}).status == 0);
  CHECK(cable.time_to_send(100'000) >= least_seconds(rate));
}

CLAIM("a new rate replaces the old one",
      {.step = 6, .hint = "replace, not add", .challenge = "shape"}) {
  const Cable cable(stage);
  CHECK(subject.run({.command = {"sb-test", "900mbit"}}).status == 0);
  CHECK(subject.run({.command = {"sb-test", "500kbit"}}).status == 0);
  CHECK(cable.time_to_send(100'000) >= least_seconds(500));
}

CLAIM("a device that is no longer shaped has its old queue",
      {.step = 6, .hint = "tc qdisc delete", .challenge = "shape"}) {
  const Cable cable(stage);
  const std::string before = cable.queue();
  CHECK(subject.run({.command = {"sb-test", "500kbit"}}).status == 0);
  CHECK(cable.queue() != before);
  CHECK(subject.run({.command = {"sb-test", "off"}}).status == 0);
  CHECK(subject.run({.command = {"sb-test", "off"}}).status == 0);  // it is: no error
  CHECK(cable.queue() == before);
}

CLAIM("a rate that is not valid leaves the old one in force",
      {.step = 6, .hint = "tc(8) refuses it: pass its status on", .challenge = "shape"}) {
  const Cable cable(stage);
  CHECK(subject.run({.command = {"sb-test", "500kbit"}}).status == 0);
  const std::string before = cable.queue();
  const std::string missing = random_word();
  for (const char* rate : {"fast", "", "-1kbit", "0"}) {
    const Run run = subject.run({.command = {"sb-test", rate}});
    CHECK(run.status != 0);
    CHECK(run.err != "");
  }
  CHECK(cable.queue() == before);
  CHECK(holds(subject.run({.command = {missing, "1mbit"}}).err, missing));
}

}  // namespace stepbox
