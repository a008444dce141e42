// The claims of the challenge `firewall`.
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

// A process with a network of its own, one cable from the host, which forwards. It serves two
// ports.
class Member {
 public:
  // `network`: "10.81.3"; the host is .1 there, the member .2.
  Member(Stage& stage, const std::string& network)
      : stage_(stage),
        network_(network),
        name_(random_word()),
        holder_({"unshare", "--net", stage.rootfs() + "/bin/probe", "wait", name_},
                stage.scratch(name_), "ready"),
        pid_(std::to_string(stage.find_process(name_))) {
    stage.on_host({"ip", "link", "add", name_, "type", "veth", "peer", "eth0", "netns", pid_});
    stage.on_host({"ip", "address", "add", network + ".1/24", "dev", name_});
    stage.on_host({"ip", "link", "set", name_, "up"});
    const std::string inside = "ip link set lo up && ip address add " + address() +
                               "/24 dev eth0 && ip link set eth0 up && ip route add default via " +
                               network + ".1 && echo done";
    stage.on_host(in_there({"sh", "-c", inside}));
    for (const char* port : {"80", "81"}) {
      servers_.push_back(std::make_unique<Background>(
          in_there({stage.rootfs() + "/bin/probe", "serve", "tcp", port, name_}),
          stage.scratch(name_ + port), "ready"));
    }
    stage.on_host({"sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"});
    stage.census_before();
  }
  std::string address() const { return network_ + ".2"; }

  // Whether a connection to that port of the other gets an answer from there.
  bool reaches(const Member& other, const std::string& port) const {
    const std::string ask =
        stage_.rootfs() + "/bin/probe ask tcp " + other.address() + " " + port + " 2>&1 || true";
    return holds(stage_.on_host(in_there({"sh", "-c", ask})), other.name_);
  }

 private:
  std::vector<std::string> in_there(std::vector<std::string> words) const {
    words.insert(words.begin(), {"nsenter", "--net=/proc/" + pid_ + "/ns/net"});
    return words;
  }

  Stage& stage_;
  std::string network_;
  std::string name_;
  Background holder_;
  std::string pid_;
  std::vector<std::unique_ptr<Background>> servers_;
};

// A file of rules.
std::string written(const Stage& stage, const std::string& rules) {
  std::string path = stage.scratch(random_word());
  create_file(path, rules);
  return path;
}

}  // namespace

CLAIM("the firewall passes connections that its file allows and their answers",
      {.step = 6,
       .points = 2,
       .hint = "the forward hook, policy drop; ct state established",
       .challenge = "firewall"}) {
  const Member one(stage, "10.81.3");
  const Member two(stage, "10.82.3");
  REQUIRE(one.reaches(two, "80"));
  const std::string rules = "# web\n\n" + one.address() + " " + two.address() + " 80\n";
  CHECK(subject.run({.command = {"up", written(stage, rules)}}).status == 0);
  CHECK(one.reaches(two, "80"));
  CHECK(!one.reaches(two, "81"));
  CHECK(!two.reaches(one, "80"));
  subject.run({.command = {"down"}});
}

CLAIM("another file's rules replace the first",
      {.step = 6, .hint = "one nft -f: declare, delete, declare anew", .challenge = "firewall"}) {
  const Member one(stage, "10.81.3");
  const Member two(stage, "10.82.3");
  const auto rule = [](const Member& from, const Member& to, const std::string& port) {
    return from.address() + " " + to.address() + " " + port + "\n";
  };
  CHECK(subject.run({.command = {"up", written(stage, rule(one, two, "80"))}}).status == 0);
  CHECK(subject.run({.command = {"up", written(stage, rule(two, one, "81"))}}).status == 0);
  CHECK(!one.reaches(two, "80"));
  CHECK(two.reaches(one, "81"));
  CHECK(subject.run({.command = {"up", written(stage, "# nothing\n")}}).status == 0);
  CHECK(!two.reaches(one, "81"));
  subject.run({.command = {"down"}});
}

CLAIM("a wrong line changes nothing and is named by its number",
      {.step = 6, .hint = "look at all lines before you call nft(8)", .challenge = "firewall"}) {
  const Member one(stage, "10.81.3");
  const Member two(stage, "10.82.3");
  const std::string rules = one.address() + " " + two.address() + " 80\n";
  CHECK(subject.run({.command = {"up", written(stage, rules)}}).status == 0);
  for (const char* wrong : {"10.81.3.2 10.82.3.2", "10.81.3 10.82.3.2 80",
                            "10.81.3.2 10.82.3.2 web", "10.81.3.2 10.82.3.2 80 } }"}) {
    const Run run = subject.run({.command = {"up", written(stage, "#\n" + rules + wrong + "\n")}});
    CHECK(run.status != 0);
    CHECK(holds(run.err, "3"));
  }
  CHECK(one.reaches(two, "80"));
  subject.run({.command = {"down"}});
}

CLAIM("a firewall that is down leaves no rule",
      {.step = 6, .hint = "delete the table", .challenge = "firewall"}) {
  const Member one(stage, "10.81.3");
  const Member two(stage, "10.82.3");
  const std::string before = stage.on_host({"nft", "list", "ruleset"});
  CHECK(subject.run({.command = {"up", written(stage, "")}}).status == 0);
  CHECK(!one.reaches(two, "81"));
  CHECK(subject.run({.command = {"down"}}).status == 0);
  CHECK(one.reaches(two, "81"));
  CHECK(stage.on_host({"nft", "list", "ruleset"}) == before);
}

}  // namespace stepbox
