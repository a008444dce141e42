// The claims of step 7 about command lines that docker's users are used to.
#include "07-unionfs/claims/verify.hpp"
#include "common/files.hpp"
#include "common/testing/harness/test_images.hpp"
#include "common/testing/stage/tarball.hpp"

namespace stepbox {

// --- Options ------------------------------------------------------------------------------

CLAIM("options may follow the container name", {.step = 7, .points = 2}) {
  const std::string name = random_word();
  Running running = start_named(subject, name);
  CHECK(tell(subject, "ps", {"-a", "-q", "--no-trunc"}).out.size() == 65);
  CHECK(tell(subject, "inspect", {name, "--format", "json"}).out.starts_with("{\"Id\":"));
  CHECK(tell(subject, "port", {name, "--bogus"}, true).status == 125);
  CHECK(holds(tell(subject, "pause", {"--bogus"}, true).err, " pause --help lists"));
  check_failed(subject, "rm", {"--", "-f"}, "no such container: -f");
  const Run run = tell(subject, "rm", {name, "-f"});
  CHECK(run.out == name + "\n");
  CHECK(run.status == 0);
  CHECK(running.wait().status == 137);
}

CLAIM("an option with an empty value after = takes no word of the command", {.step = 7}) {
  const Run run =
      subject.run({.options = {"--entrypoint=", "-e", "A=1"}, .command = shell("echo --env= $A")});
  CHECK(run.out == "--env= 1\n");
  CHECK(run.status == 0);
  check_refused(subject, {"--cpus="}, "'' is no number of CPUs");
}

CLAIM("run -h sets the host name and --net the network", {.step = 7}) {
  CHECK(subject.run({.options = {"-h", "friend"}, .command = {"/bin/hostname"}}).out == "friend\n");
  const Run run =
      subject.run({.options = {"--net", "none"}, .command = {"/bin/ls", "/sys/class/net"}});
  CHECK(run.out == "lo\n");
  check_refused(subject, {"-h", "a b"}, "'a b' is no host name");
}

// --- Help ---------------------------------------------------------------------------------

CLAIM("help VERB prints the same as VERB --help", {.step = 7}) {
  const Run help = tell(subject, "help", {"rm"});
  CHECK(help.status == 0);
  CHECK(help.out == tell(subject, "rm", {"--help"}).out);
  CHECK(holds(tell(subject, "help", {"strat"}, true).err, "no such verb: strat"));
  CHECK(subject.run({.verb = "--version"}).out == subject.run({.verb = "version"}).out);
}

CLAIM("a near name is offered for what was mistyped and none that is not likely",
      {.step = 7, .points = 2, .hint = "one mistake in a short word, two in a long one"}) {
  const std::string path = stage.scratch("tree");
  stage.on_host({"sh", "-c", "mkdir " + path + "; touch " + path + "/x"});
  tell(subject, "import", {path, "website:1"});
  tell(subject, "create", {"--name", "front", stage.rootfs(), "/bin/true"});
  const auto error = [&](const std::string& verb, std::vector<std::string> words) {
    return tell(subject, verb, words, true).err;
  };
  CHECK(holds(error("imgaes", {"-q"}), "did you mean images?"));
  CHECK(holds(error("ps", {"--fliter", "x"}), "did you mean --filter? "));
  CHECK(holds(error("rm", {"fornt"}), "no such container: fornt: did you mean front?"));
  CHECK(holds(error("rmi", {"webste:1"}), "did you mean website:1?"));
  const RunSpec mistyped{
      .command = {"x"}, .rootfs = "websiet:1", .verb = "run", .may_refuse = true};
  CHECK(holds(subject.run(mistyped).err, "no such image: websiet:1: did you mean website:1?"));
  CHECK_FALSE(holds(error("pull", {"x"}), "did you mean"));
  CHECK_FALSE(holds(error("rm", {"garage"}), "did you mean"));
  CHECK_FALSE(holds(error("ps", {"--colour"}), "did you mean"));
  remove(subject, "front");
  remove_image(subject, "website:1");
}

CLAIM("an image that is not here is named as such with the way to fetch it", {.step = 7}) {
  const Run run = subject.run({.options = {"--pull", "never"},
                               .command = {"/bin/true"},
                               .rootfs = "debain:13",
                               .verb = "run",
                               .may_refuse = true});
  CHECK(run.status == 125);
  CHECK(holds(run.err, "no such image: debain:13"));
  CHECK(holds(run.err, "`pull debain:13` fetches it"));
  CHECK_FALSE(holds(run.err, "verb"));
  CHECK(holds(tell(subject, "debain", {"/bin/true"}, true).err, "no such verb, image or rootfs"));
}

// --- Lists --------------------------------------------------------------------------------

CLAIM("ps lists the newest container first", {.step = 7}) {
  std::string ids;
  for (int i = 0; i < 8; ++i) {
    ids.insert(0, tell(subject, "create", {stage.rootfs(), "/bin/true"}).out);
  }
  CHECK(ids.size() == 8 * 65);
  CHECK(tell(subject, "ps", {"-aq", "--no-trunc"}).out == ids);
  CHECK(tell(subject, "ps", {"-lq", "--no-trunc"}).out == ids.substr(0, 65));
  for (const std::string& id : split(ids, '\n')) {
    if (!id.empty()) remove(subject, id);
  }
}

CLAIM("images lists the newest image first", {.step = 7}) {
  std::vector<std::string> tags;
  for (const char* tag : {"1", "2", "3", "4", "5", "6"}) {
    const std::string path = stage.scratch(tag);
    { Tarball(path).file("name", tag); }
    CHECK(tell(subject, "import", {path, std::string("made:") + tag}).status == 0);
  }
  for (const auto& line : lines_of(tell(subject, "images", {}).out)) tags.push_back(line.at(1));
  CHECK(tags == std::vector<std::string>{"TAG", "6", "5", "4", "3", "2", "1"});
  for (const char* tag : {"1", "2", "3", "4", "5", "6"}) {
    remove_image(subject, std::string("made:") + tag);
  }
}

CLAIM("-p publishes a range of ports and ps and port list them in order", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(
      subject, name,
      {"--rm", "-p", "9083:83", "-p", "8080-8081:8080-8081", "-p", "127.0.0.1:8000-8001:80-81"});
  CHECK(tell(subject, "port", {name}).out ==
        "80/tcp -> 127.0.0.1:8000\n81/tcp -> 127.0.0.1:8001\n83/tcp -> 0.0.0.0:9083\n"
        "8080/tcp -> 0.0.0.0:8080\n8081/tcp -> 0.0.0.0:8081\n");
  CHECK(holds(tell(subject, "ps", {}).out,
              "127.0.0.1:8000->80/tcp, 127.0.0.1:8001->81/tcp, 0.0.0.0:9083->83/tcp, "
              "0.0.0.0:8080-8081->8080-8081/tcp"));
  stop(running);
  check_refused(subject, {"-p", "8000-8002:80-81"}, "more ports on one side");
}

CLAIM("-p takes a free port of the host where none is named",
      {.step = 7, .hint = "bind(2) port 0, then ask getsockname(2); anew at each start"}) {
  const std::string name = random_word(), word = random_word();
  stage.expect_orphans();
  const std::string asks = "until \"$0\" ask tcp 127.0.0.1 $1 | grep $2; do sleep 0.05; done";
  CHECK(subject
            .run({.options = {"-d", "--name", name, "-p", "127.0.0.1::80"},
                  .command = {"/bin/probe", "serve", "tcp", "80", word}})
            .status == 0);
  for (int start = 0; start < 2; ++start) {
    const std::string leads = split(tell(subject, "port", {name, "80"}).out, '\n')[0];
    REQUIRE(leads.starts_with("127.0.0.1:"));
    CHECK(holds(tell(subject, "ps", {}).out, leads + "->80/tcp"));
    stage.on_host({"timeout", "20", "sh", "-c", asks, stage.rootfs() + "/bin/probe",
                   leads.substr(leads.find(':') + 1), word});
    CHECK(tell(subject, "restart", {"-t", "0", name}).status == 0);
  }
  CHECK(tell(subject, "rm", {"-f", name}).status == 0);
}

CLAIM("top has columns of 20 characters like docker's", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name, {"--rm"});
  const std::string text = tell(subject, "top", {name, "-o", "pid,args"}).out;
  CHECK(text.starts_with("PID                 COMMAND\n"));
  stop(running);
}

CLAIM("every user inside may bind a low port and ping",
      {.step = 7,
       .points = 2,
       .hint = "ip_unprivileged_port_start and ping_group_range of its network namespace"}) {
  const std::string settings =
      "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/ping_group_range";
  const std::string before = stage.on_host({"/bin/sh", "-c", settings});
  for (const char* option : {"--network=bridge", "--network=none", "--userns"}) {
    const auto as_user = [&](const std::vector<std::string>& command) {
      return subject.run({.options = {option, "-u", "1000:1000"}, .command = command}).out;
    };
    CHECK(as_user({"/bin/probe", "ping", "127.0.0.1"}) == "answered\n");
    CHECK(as_user(shell("timeout 0.3 /bin/probe serve tcp 80 x; :")) == "ready\n");
  }
  subject.run({.options = {"--network", "host"}, .command = {"/bin/true"}});
  CHECK(stage.on_host({"/bin/sh", "-c", settings}) == before);
}

CLAIM("resolv.conf and hosts and hostname are made where the image has none",
      {.step = 7,
       .points = 2,
       .hint = "in the upper layer; many images have dangling links there"}) {
  const std::string folder = stage.make_another_rootfs("bare");
  const std::string link = "ln -sf ../run/systemd/resolve/stub-resolv.conf ";
  stage.on_host({"sh", "-c", "cd " + folder + "/etc; rm hosts hostname; " + link + "resolv.conf"});
  const Run run = subject.run(
      {.options = {"--hostname", "box", "--dns", "203.0.113.53"},
       .command = shell("cat /etc/hosts /etc/resolv.conf /etc/hostname; stat -c %a /etc/hosts"),
       .rootfs = folder});
  CHECK(run.err == "");
  CHECK(holds(run.out, "\tbox\n"));
  CHECK(holds(run.out, "nameserver 203.0.113.53\n"));
  CHECK(holds(run.out, "\nbox\n644\n"));
  CHECK_FALSE(exists(folder + "/etc/hosts"));
  stage.on_host({"ln", "-s", "/proc/no/such", folder + "/etc/hosts"});
  const Run hostile = subject.run({.command = {"/bin/true"}, .rootfs = folder});
  CHECK(hostile.status == 0);
  CHECK(holds(hostile.err, "/etc/hosts"));
}

CLAIM("a UDP client that sends from one port reaches a container that starts meanwhile",
      {.step = 7,
       .points = 2,
       .hint = "conntrack has an entry from before: NAT reads no rules again"}) {
  const std::string word = random_word();
  const std::string ask = stage.rootfs() + "/bin/probe ask udp 127.0.0.1 5353 40000; :";
  subject.run({.options = {"-p", "5353:53/udp"}, .command = {"/bin/true"}});  // makes the table
  CHECK_FALSE(holds(stage.on_host({"sh", "-c", ask}), word));
  Running server = subject.start(
      {.options = {"-p", "5353:53/udp"}, .command = {"/bin/probe", "serve", "udp", "53", word}});
  server.wait_for_output("ready");
  CHECK(holds(stage.on_host({"sh", "-c", ask}), word));
  stop(server);
}

}  // namespace stepbox
