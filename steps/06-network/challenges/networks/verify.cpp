// The claims of the challenge `networks`.
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

// A process with a network of its own, and nothing in it.
class Member {
 public:
  explicit Member(Stage& stage)
      : stage_(stage),
        word_(random_word()),
        background_({"unshare", "--net", stage.rootfs() + "/bin/probe", "wait", word_},
                    stage.scratch("member-" + word_), "ready"),
        pid_(std::to_string(stage.find_process(word_))) {
    stage.census_before();
  }
  const std::string& pid() const { return pid_; }

  // What a shell prints in there.
  std::string sh(const std::string& script) const {
    return stage_.on_host({"nsenter", "--net=/proc/" + pid_ + "/ns/net", "sh", "-c", script});
  }
  bool reaches(const std::string& address) const {
    const std::string ping = stage_.rootfs() + "/bin/busybox ping -c 1 -W 1 ";
    return sh(ping + address + " >/dev/null 2>&1 && echo yes || echo no") == "yes\n";
  }

 private:
  Stage& stage_;
  std::string word_;
  Background background_;
  std::string pid_;
};

bool is_link(const Stage& stage, const std::string& name) {
  return holds(stage.on_host({"ip", "-o", "link"}), " " + name + ":");
}

}  // namespace

CLAIM("members of one network reach each other and the host",
      {.step = 6,
       .points = 2,
       .hint = "a bridge, and a veth for each member",
       .challenge = "networks"}) {
  const Member one(stage);
  const Member two(stage);
  CHECK(subject.run({.command = {"up", "red", "10.71.3"}}).status == 0);
  CHECK(subject.run({.command = {"join", "red", one.pid(), "5"}}).status == 0);
  CHECK(subject.run({.command = {"join", "red", two.pid(), "77"}}).status == 0);
  CHECK(one.reaches("10.71.3.77"));
  CHECK(two.reaches("10.71.3.5"));
  CHECK(two.reaches("10.71.3.1"));
  CHECK(holds(one.sh("ip -o link"), " eth0@"));
  CHECK(holds(one.sh("ip route"), "default via 10.71.3.1 dev eth0"));
  subject.run({.command = {"down", "red"}});
}

CLAIM("members of two networks do not reach each other though the host forwards",
      {.step = 6,
       .points = 2,
       .hint = "nft(8): from one bridge to another, drop",
       .challenge = "networks"}) {
  const Member one(stage);
  const Member two(stage);
  stage.on_host({"sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"});
  subject.run({.command = {"up", "red", "10.71.3"}});
  subject.run({.command = {"up", "blue", "10.72.3"}});
  subject.run({.command = {"join", "red", one.pid(), "5"}});
  subject.run({.command = {"join", "blue", two.pid(), "5"}});
  CHECK(one.reaches("10.71.3.1"));
  CHECK(two.reaches("10.72.3.1"));
  CHECK(!one.reaches("10.72.3.5"));
  CHECK(!two.reaches("10.71.3.5"));
  subject.run({.command = {"down", "blue"}});
  CHECK(one.reaches("10.71.3.1"));
  subject.run({.command = {"down", "red"}});
}

CLAIM("a network that is down leaves no link and no rule",
      {.step = 6,
       .hint = "what is plugged into the bridge, the bridge, the table",
       .challenge = "networks"}) {
  const Member one(stage);
  const std::string before = stage.on_host({"nft", "list", "ruleset"});
  CHECK(subject.run({.command = {"up", "red", "10.71.3"}}).status == 0);
  CHECK(subject.run({.command = {"join", "red", one.pid(), "5"}}).status == 0);
  CHECK(is_link(stage, "br-red"));
  CHECK(subject.run({.command = {"down", "red"}}).status == 0);
  CHECK(!is_link(stage, "br-red"));
  CHECK(!holds(one.sh("ip -o link"), " eth0@"));
  CHECK(stage.on_host({"nft", "list", "ruleset"}) == before);
}

CLAIM("an existing network is not made twice and a missing one is refused",
      {.step = 6, .hint = "look before you make", .challenge = "networks"}) {
  const Member one(stage);
  const std::string name = random_word();  // "br-" and 7 letters: a link's name may be that long
  const auto refused = [&](const std::vector<std::string>& words, const std::string& what) {
    const Run run = subject.run({.command = words});
    CHECK(run.status != 0);
    CHECK(holds(run.err, what));
  };
  refused({"join", name, one.pid(), "5"}, name);
  refused({"down", name}, name);
  CHECK(subject.run({.command = {"up", name, "10.71.3"}}).status == 0);
  refused({"up", name, "10.73.3"}, name);
  refused({"join", name, "4194304", "5"}, "4194304");
  CHECK(!holds(stage.on_host({"ip", "-o", "address"}), "10.73.3."));
  CHECK(!holds(stage.on_host({"ip", "-o", "link"}), "veth"));
  subject.run({.command = {"down", name}});
}

}  // namespace stepbox
