// The claims of step 7 about networks with a name.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "06-network/verify.hpp"
#include "07-unionfs/claims/verify.hpp"
#include "common/openers.hpp"

namespace stepbox {

namespace {

Run network(Subject& subject, const std::vector<std::string>& words) {
  return tell(subject, "network", words, true);
}

void make(Subject& subject, const std::string& name, std::vector<std::string> options = {}) {
  options.insert(options.begin(), "create");
  options.push_back(name);
  CHECK(network(subject, options).status == 0);
}

void check_refusal(Subject& subject, const std::vector<std::string>& words,
                   const std::string& why) {
  const Run run = network(subject, words);
  CHECK(run.status == 1);
  CHECK_MESSAGE(holds(run.err, why), "no '" << why << "' in: " << run.err);
}

std::string inside(Subject& subject, const std::string& container, const std::string& script) {
  return tell(subject, "exec", {container, "/bin/sh", "-c", script}).out;
}
std::string hosts_of(Subject& subject, const std::string& container) {
  return inside(subject, container, "cat /etc/hosts");
}

std::string address_on(Subject& subject, const std::string& container, const std::string& network) {
  const std::string field = "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}";
  const std::string out = tell(subject, "inspect", {"-f", field, container}).out;
  return out.substr(0, out.find('\n'));
}

// A container that serves `word` on port 80.
Running serve_on(Subject& subject, const std::string& name, const std::string& word,
                 std::vector<std::string> options) {
  options.insert(options.end(), {"--name", name});
  Running server =
      subject.start({.options = options, .command = {"/bin/probe", "serve", "tcp", "80", word}});
  server.wait_for_output("ready");
  return server;
}

void end(Subject& subject, Running& running, const std::string& name) {
  stop(running);
  remove(subject, name);
}

// A socket at [::1], with a deadline of 5 s: `act` is bind(2) or connect(2).
Fd at_loopback(int type, uint16_t port, int (*act)(int, const sockaddr*, socklen_t)) {
  Fd socket = open_socket(AF_INET6, type);
  const timeval deadline{5, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  sockaddr_in6 name{};
  name.sin6_family = AF_INET6;
  name.sin6_port = htons(port);
  name.sin6_addr = in6addr_loopback;
  CHECK(act(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
  return socket;
}

}  // namespace

CLAIM("containers of one network know each other by name and forget them", {.step = 7}) {
  const std::string net = random_word(), web = random_word(), db = random_word();
  make(subject, net);
  Running first = start_named(subject, web, {"--network", net});
  const std::string inode =
      inside(subject, web, "stat -c %i /etc/hosts; echo 192.0.2.9 me >>/etc/hosts");
  Running second = start_named(subject, db, {"--network", net, "--network-alias", "database"});
  const std::string line = address_on(subject, db, net) + "\t" + db + " ";
  CHECK(holds(hosts_of(subject, web), line));
  CHECK(holds(hosts_of(subject, db), "\t" + web + " "));
  for (const std::string& name : {db, std::string("database"), web}) {
    CHECK(holds(inside(subject, web, "ping -c1 -W2 " + name), " 0% packet loss"));
  }
  CHECK(tell(subject, "rename", {db, db + "2"}).status == 0);
  CHECK(holds(hosts_of(subject, web), "\t" + db + "2 "));
  stop(second);
  const std::string after = hosts_of(subject, web);
  CHECK_MESSAGE(!holds(after, db), "it has ended: ", after);
  CHECK_MESSAGE(holds(after, "192.0.2.9 me\n"), "lines of its own stay");
  CHECK_MESSAGE(holds(inode, inside(subject, web, "stat -c %i /etc/hosts")),
                "the file is the same");
  Running stranger = start_named(subject, db, {});
  CHECK_MESSAGE(!holds(hosts_of(subject, web), db), "it is on the default bridge");
  CHECK_FALSE(holds(hosts_of(subject, db), web));
  end(subject, stranger, db);
  remove(subject, db + "2");
  end(subject, first, web);
  CHECK(network(subject, {"rm", net}).out == net + "\n");
}

CLAIM("a container's own huge hosts file hinders no other container", {.step = 7}) {
  const std::string net = random_word(), box = random_word();
  make(subject, net);
  Running running = start_named(subject, box, {"--network", net});
  inside(subject, box, "truncate -s 1G /etc/hosts");
  const Run run = subject.run({.options = {"--network", net}, .command = shell("cat /etc/hosts")});
  CHECK(run.status == 0);
  CHECK(holds(run.out, "\t" + box + " "));
  CHECK(holds(run.err, "larger than 1 MiB; left as it is"));
  CHECK_MESSAGE(inside(subject, box, "stat -c %s /etc/hosts") == "1073741824\n", "left as it is");
  inside(subject, box, ": >/etc/hosts");
  CHECK(subject.run({.options = {"--network", net}, .command = {"/bin/true"}}).err == "");
  end(subject, running, box);
  CHECK(network(subject, {"rm", net}).status == 0);
}

CLAIM("networks are apart from each other", {.step = 7}) {
  const std::string one = random_word(), other = random_word(), name = random_word();
  const std::string word = random_word();
  make(subject, one);
  make(subject, other);
  stage.internet();
  for (const char* filter : {"0", "1"}) {  // whether packets on a bridge pass the rules
    const std::string setting = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    if (::access(setting.c_str(), W_OK) == 0) write_file(setting, filter);
    Running server = serve_on(subject, name, word, {"--network", one, "-p", "8080:80"});
    const std::string address = address_on(subject, name, one);
    CHECK(holds(ask_from_inside(subject, address, "80", {"--network", one}), word));
    CHECK(holds(ask_from_host(stage, address, "80"), word));
    CHECK_FALSE(holds(ask_from_inside(subject, address, "80", {"--network", other}), word));
    CHECK_FALSE(holds(ask_from_inside(subject, address, "80"), word));
    CHECK_MESSAGE(holds(ask_from_inside(subject, kHostAddress, "8080", {"--network", other}), word),
                  "a published port is for everybody");
    CHECK(holds(ask_from_host(stage, "127.0.0.1", "8080"), word));
    end(subject, server, name);
  }
  Running plain = serve_on(subject, name, word, {});
  const std::string address = address_on(subject, name, "bridge");
  CHECK_FALSE(holds(ask_from_inside(subject, address, "80", {"--network", one}), word));
  end(subject, plain, name);
  CHECK(network(subject, {"rm", one, other}).status == 0);
}

CLAIM("a container reaches its own published port", {.step = 7}) {
  const std::string net = random_word(), name = random_word(), word = random_word();
  make(subject, net);
  stage.internet();
  const std::string setting = "/proc/sys/net/bridge/bridge-nf-call-iptables";
  for (const char* filter : {"0", "1"}) {
    if (::access(setting.c_str(), W_OK) == 0) write_file(setting, filter);
    for (const std::string& where : {std::string("bridge"), net}) {
      Running server = serve_on(subject, name, word, {"--network", where, "-p", "8080:80"});
      for (const char* address : {kHostAddress, where == net ? "172.17.0.1" : "172.16.0.1"}) {
        INFO("network ", where, ", asked at ", address);
        CHECK(holds(tell(subject, "exec", {name, "/bin/probe", "ask", "tcp", address, "8080"}).out,
                    word));
      }
      end(subject, server, name);
    }
  }
  CHECK(network(subject, {"rm", net}).status == 0);
}

CLAIM("run -d with a published port closes the caller's files", {.step = 7}) {
  const std::string name = random_word();
  stage.expect_orphans();  // of sh
  // The substitution ends with the last process that has the pipe open.
  const Run run = subject.run({.options = {"-d", "--name", name, "-p", "8080:80"},
                               .command = {"/bin/sleep", "1000"},
                               .verb = "run",
                               .may_refuse = true,
                               .through = {"sh", "-c",
                                           "out=$(\"$0\" \"$@\" 2>&1) && echo $out ||"
                                           " { status=$?; echo $out >&2; exit $status; }"}});
  CHECK(run.out.size() == 65);
  tell(subject, "rm", {"-f", name});
  stage.await_orphans();
}

CLAIM("a published port answers by IPv6", {.step = 7}) {
  const std::string net = random_word(), name = random_word(), word = random_word();
  const auto asked = [&](const std::string& script) {
    return stage.on_host(
        {"sh", "-c", "'" + stage.rootfs() + "/bin/busybox' " + script + " || true"});
  };
  if (::access("/proc/net/if_inet6", R_OK) != 0) skip("this kernel has no IPv6");
  make(subject, net);
  for (const std::string& where : {std::string("bridge"), net}) {
    Running server = serve_on(subject, name, word, {"--network", where, "-p", "8080:80"});
    CHECK(holds(asked("nc -w 5 ::1 8080 </dev/null"), word));
    CHECK_MESSAGE(holds(asked("nc -w 5 ::1 8080 </dev/null"), word), "once more");
    CHECK(holds(ask_from_host(stage, "127.0.0.1", "8080"), word));
    end(subject, server, name);
    CHECK_FALSE(holds(asked("nc -w 5 ::1 8080 </dev/null"), word));
  }
  for (const std::string& address : {std::string("127.0.0.1"), std::string("0.0.0.0")}) {
    Running one = serve_on(subject, name, word, {"-p", address + ":8080:80"});
    CHECK_FALSE_MESSAGE(holds(asked("nc -w 5 ::1 8080 </dev/null"), word), address);
    CHECK(holds(ask_from_host(stage, "127.0.0.1", "8080"), word));
    end(subject, one, name);
  }
  Running udp = subject.start({.options = {"--name", name, "-p", "5353:53/udp"},
                               .command = {"/bin/probe", "serve", "udp", "53", word}});
  udp.wait_for_output("ready");
  const Fd client = at_loopback(SOCK_DGRAM, 5353, ::connect);
  char answer[100] = {};
  CHECK(::send(client.get(), "", 0, 0) == 0);
  CHECK(::recv(client.get(), answer, sizeof answer - 1, 0) > 0);
  CHECK(holds(answer, word));
  end(subject, udp, name);
  const Fd taken = at_loopback(SOCK_STREAM, 9191, ::bind);
  CHECK(::listen(taken.get(), 1) == 0);
  check_refused(subject, {"-p", "9191:80"}, "publish port [::]:9191: already in use");
  CHECK(network(subject, {"rm", net}).status == 0);
}

CLAIM("an internal network has no way out", {.step = 7}) {
  const std::string net = random_word(), closed = random_word(), word = random_word();
  const auto outside = serve_in_internet(stage, word);
  stage.internet().run({"ip", "route", "add", "172.16.0.0/12", "via", kHostAddress});
  make(subject, net);
  make(subject, closed, {"--internal"});
  CHECK(ask_from_inside(subject, kInternetAddress, "80", {"--network", net}) ==
        word + " " + kHostAddress + "\n");
  CHECK(ask_from_inside(subject, kInternetAddress, "80", {"--network", closed}) ==
        "connect: Network is unreachable\n");
  const std::string script =
      "ip route add default via $(ip -4 -o address show dev eth0 | "
      "sed 's/.*inet \\([0-9.]*\\)\\.[0-9]*\\/.*/\\1.1/'); exec /bin/probe ask tcp $0 80";
  const Run forced = subject.run({.options = {"--network", closed, "--cap-add", "NET_ADMIN"},
                                  .command = {"/bin/sh", "-c", script, kInternetAddress}});
  CHECK_FALSE_MESSAGE(holds(forced.out, word), "a route of its own does not help");
  CHECK_MESSAGE(holds(ask_from_inside(subject, kInternetAddress, "80",
                                      {"--network", closed, "--network", net}),
                      word),
                "the other network has a way out");
  const Run both = subject.run({.options = {"--network", closed, "--network", net},
                                .command = shell("ls /sys/class/net; ip route")});
  CHECK(holds(both.out, "eth0\neth1\nlo\ndefault via 172.17.0.1 dev eth1"));
  CHECK(network(subject, {"rm", net, closed}).status == 0);
}

CLAIM("network connect and disconnect change a running container", {.step = 7}) {
  stage.expect_orphans();  // monitors of `start`
  const std::string net = random_word(), box = random_word(), peer = random_word();
  const std::string word = random_word();
  make(subject, net);
  Running server = serve_on(subject, box, word, {"-p", "8080:80"});
  Running other = start_named(subject, peer, {"--network", net});
  check_refusal(subject, {"disconnect", net, box}, "is not connected to network " + net);
  CHECK(network(subject, {"connect", "--alias", "shop", net, box}).status == 0);
  check_refusal(subject, {"connect", net, box}, "already exists in network " + net);
  CHECK(holds(hosts_of(subject, peer), box + " "));
  CHECK(holds(hosts_of(subject, box), peer + " "));
  CHECK(holds(inside(subject, peer, "ping -c1 -W2 shop"), " 0% packet loss"));
  CHECK(holds(inside(subject, box, "ip route"), "default via 172.16.0.1"));
  CHECK(network(subject, {"disconnect", "bridge", box}).status == 0);
  CHECK(inside(subject, box, "ls /sys/class/net") == "eth1\nlo\n");
  CHECK(holds(inside(subject, box, "ip route"), "default via 172.17.0.1 dev eth1"));
  CHECK_MESSAGE(holds(ask_from_host(stage, "127.0.0.1", "8080"), word), "the port has moved along");
  CHECK(network(subject, {"disconnect", net, box}).status == 0);
  CHECK(inside(subject, box, "ls /sys/class/net") == "lo\n");
  CHECK_FALSE(holds(hosts_of(subject, peer), box + " "));
  CHECK(network(subject, {"connect", net, box}).status == 0);
  stop(server);
  CHECK(holds(tell(subject, "start", {box}).out, box));
  CHECK_MESSAGE(inside(subject, box, "ls /sys/class/net") == "eth0\nlo\n", "start does the same");
  CHECK(holds(hosts_of(subject, peer), box + " "));
  CHECK(tell(subject, "rm", {"-f", box}).status == 0);
  end(subject, other, peer);
  CHECK(network(subject, {"rm", net}).status == 0);
  stage.await_orphans();
}

CLAIM("network connect and disconnect mend what a killed connect has left", {.step = 7}) {
  const std::string net = random_word(), box = random_word();
  make(subject, net);
  Running running = start_named(subject, box, {});
  const std::string record = "cd /var/lib/stepbox/containers/" +
                             tell(subject, "ps", {"-q", "--no-trunc"}).out.substr(0, 64) + "; ";
  for (const char* verb : {"connect", "disconnect"}) {
    stage.on_host({"sh", "-c", record + "cp record.json before"});
    CHECK(network(subject, {"connect", net, box}).status == 0);
    stage.on_host({"sh", "-c", record + "cat before >record.json; rm before"});
    const Run again = network(subject, {verb, net, box});
    CHECK_MESSAGE(again.status == 0, again.err);
    CHECK(network(subject, {"disconnect", net, box}).status == (verb[0] == 'c' ? 0 : 1));
    CHECK(inside(subject, box, "ls /sys/class/net") == "eth0\nlo\n");
  }
  end(subject, running, box);
  CHECK(network(subject, {"rm", net}).status == 0);
}

CLAIM("network connect changes a container that does not run too", {.step = 7}) {
  stage.expect_orphans();  // the monitor of `start`
  const std::string net = random_word(), box = random_word(), peer = random_word();
  make(subject, net);
  Running other = start_named(subject, peer, {"--network", net});
  CHECK(tell(subject, "create", {"--name", box, "--network", "none", stage.rootfs(), "/bin/true"})
            .status == 0);
  check_refusal(subject, {"connect", net, box}, "has --network none");
  remove(subject, box);
  CHECK(tell(subject, "create", {"--name", box, stage.rootfs(), "/bin/probe", "wait"}).status == 0);
  CHECK(network(subject, {"connect", net, box}).status == 0);
  CHECK(tell(subject, "start", {box}).status == 0);
  CHECK(holds(hosts_of(subject, peer), box + " "));
  CHECK(tell(subject, "rm", {"-f", box}).status == 0);
  check_refusal(subject, {"connect", net, "nobody"}, "no such container: nobody");
  check_refusal(subject, {"connect", "nowhere", peer}, "network nowhere not found");
  check_refusal(subject, {"connect", "host", peer}, "cannot be connected to network host");
  end(subject, other, peer);
  CHECK(network(subject, {"rm", net}).status == 0);
  stage.await_orphans();
}

CLAIM("a container may ask for its addresses", {.step = 7}) {
  const std::string net = random_word(), chosen = random_word(), box = random_word();
  make(subject, chosen);
  make(subject, net, {"--subnet", "10.99.0.0/28", "--gateway", "10.99.0.14"});
  Running running = start_named(
      subject, box, {"--network", net, "--ip", "10.99.0.7", "--mac-address", "02:11:22:33:44:55"});
  CHECK(holds(inside(subject, box, "ip address show dev eth0; ip route"), "inet 10.99.0.7/28 "));
  CHECK(inside(subject, box, "cat /sys/class/net/eth0/address") == "02:11:22:33:44:55\n");
  CHECK(holds(inside(subject, box, "ping -c1 -W2 10.99.0.14"), " 0% packet loss"));
  const Run second = subject.run(
      {.options = {"--network", chosen, "--network", "name=" + net + ",ip=10.99.0.9,alias=other"},
       .command = shell("ip -4 -o address show dev eth1; cat /etc/hosts")});
  CHECK(holds(second.out, "inet 10.99.0.9/28"));
  CHECK(holds(second.out, " other\t"));
  const auto refused = [&](const std::vector<std::string>& options, const std::string& why) {
    check_refused(subject, options, why);
  };
  refused({"--network", net, "--ip", "10.99.0.7"}, "is already in use");
  refused({"--network", net, "--ip", "10.99.0.14"}, "is already in use");
  refused({"--network", net, "--ip", "10.99.1.7"}, "does not belong to the subnet 10.99.0.0/28");
  refused({"--network", net, "--ip", "10.99.0.15"}, "does not belong");
  refused({"--network", net, "--ip", "here"}, "is no IPv4 address");
  refused({"--network", chosen, "--ip", "172.17.0.7"}, "without a subnet of the user's own");
  refused({"--network", net, "--mac-address", "02:11:22"}, "is not a valid mac address");
  refused({"--network", net, "--mac-address", "01:11:22:33:44:55"}, "of a group");
  refused({"--network", net, "--network-alias", "a b"}, "is not a name for a host");
  refused({"--network", net, "--network", net}, "is specified multiple times");
  refused({"--network", net, "--network", "none"}, "conflicting options");
  refused({"--network", "nowhere"}, "network nowhere not found");
  refused({"--network", "../x"}, "is not a valid name for a network");
  refused({"--network-alias", "x"}, "for networks with a name only");
  refused({"--ip", "172.16.0.9"}, "for networks with a name only");
  refused({"--network", "none", "--link", box}, "are for bridges only");
  end(subject, running, box);
  CHECK(network(subject, {"rm", net, chosen}).status == 0);
}

CLAIM("network create and rm refuse what cannot be", {.step = 7}) {
  const std::string net = random_word(), box = random_word();
  stage.internet();
  make(subject, net, {"--label", "who=me", "--subnet", "10.99.0.0/16"});
  check_refusal(subject, {"create", net}, "network with name " + net + " already exists");
  check_refusal(subject, {"create", "host"}, "not permitted on predefined host network");
  check_refusal(subject, {"create", "../x"}, "is not a valid name for a network");
  check_refusal(subject, {"create", "--subnet", "10.99.3.0/24", "x"}, "overlaps with other one");
  check_refusal(subject, {"create", "--subnet", "172.16.3.0/24", "x"}, "overlaps with other one");
  check_refusal(subject, {"create", "--subnet", "203.0.113.0/24", "x"}, "already has a route");
  check_refusal(subject, {"create", "--subnet", "10.98.0.0/16", "--gateway", "10.97.0.1", "x"},
                "no matching subnet for gateway");
  check_refusal(subject, {"create", "--gateway", "10.97.0.1", "x"}, "corresponding subnet");
  check_refusal(subject, {"rm", "nowhere"}, "network nowhere not found");
  check_refusal(subject, {"rm", "bridge"}, "pre-defined network and cannot be removed");
  CHECK(network(subject, {"rm", "-f", "nowhere"}).status == 0);
  CHECK(network(subject, {"create", "--subnet", "10.98.1.1/16", "x"}).status == 125);
  CHECK(network(subject, {"create", "-d", "overlay", "x"}).status == 125);
  Running running = start_named(subject, box, {"--network", net});
  check_refusal(subject, {"rm", net}, "has active endpoints");
  CHECK_FALSE(holds(network(subject, {"prune", "-f"}).out, net));
  const auto shown = [&](const std::vector<std::string>& words) {
    return network(subject, words).out;
  };
  CHECK(shown({"ls", "-q"}).size() == 4 * 13);
  CHECK(shown({"ls", "--filter", "type=custom", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"}) ==
        net + " bridge local\n");
  CHECK(shown({"ls", "-f", "label=who=me", "--format", "{{.Name}}"}) == net + "\n");
  CHECK(shown({"ls", "-f", "name=^nothing"}) == "NETWORK ID   NAME      DRIVER    SCOPE\n");
  CHECK(shown({"inspect", "-f",
               "{{.Name}} {{.Driver}} {{.Internal}} {{.Labels.who}}"
               "{{range .IPAM.Config}} {{.Subnet}} {{.Gateway}}{{end}}"
               "{{range .Containers}} {{.Name}} {{.IPv4Address}} {{.MacAddress}}{{end}}",
               net}) == net + " bridge false me 10.99.0.0/16 10.99.0.1 " + box +
                            " 10.99.0.2/16 02:42:0a:63:00:02\n");
  const std::string settings = "(index .NetworkSettings.Networks \"" + net + "\")";
  CHECK(tell(subject, "inspect",
             {"-f",
              "{{.HostConfig.NetworkMode}} {{" + settings + ".Gateway}} {{" + settings +
                  ".MacAddress}} {{" + settings + ".IPPrefixLen}}",
              box})
            .out == net + " 10.99.0.1 02:42:0a:63:00:02 16\n");
  CHECK(holds(tell(subject, "ps", {"-f", "network=" + net}).out, box));
  end(subject, running, box);
  CHECK(network(subject, {"prune", "-f"}).out == "Deleted Networks:\n" + net + "\n\n");
  CHECK_MESSAGE(network(subject, {"prune", "-f", "--images"}).status == 125, "networks only");
  CHECK(shown({"ls", "-q"}).size() == 3 * 13);
}

CLAIM("--link names a container of the default bridge and follows it", {.step = 7}) {
  stage.expect_orphans();  // monitors of `start`
  const std::string db = random_word(), box = random_word();
  Running first = start_named(subject, db, {});
  Running second = start_named(subject, box, {"--link", db + ":store"});
  CHECK(holds(hosts_of(subject, box), address_on(subject, db, "bridge") + "\tstore "));
  stop(first);
  const Run place = subject.run({.command = shell("ip -4 -o address show dev eth0")});
  CHECK(tell(subject, "start", {db}).status == 0);
  CHECK(holds(hosts_of(subject, box), address_on(subject, db, "bridge") + "\tstore "));
  CHECK(holds(inside(subject, box, "ping -c1 -W2 store"), " 0% packet loss"));
  CHECK_FALSE(holds(hosts_of(subject, db), box));
  CHECK(tell(subject, "stop", {"-t", "0", db}).status == 0);
  check_refused(subject, {"--link", db}, "cannot link to a non running container: " + db);
  check_refused(subject, {"--link", "nobody"}, "no such container: nobody");
  check_refused(subject, {"--link", db + ":a b"}, "is not CONTAINER[:ALIAS]");
  end(subject, second, box);
  remove(subject, db);
  stage.await_orphans();
}

CLAIM("the port of a killed container is free for the next one of another network", {.step = 7}) {
  const std::string net = random_word(), box = random_word(), word = random_word();
  make(subject, net);
  stage.internet();
  using Words = std::vector<std::string>;
  for (const Words& where :
       {Words{"--network", net}, Words{"--mac-address", "02:11:22:33:44:55"}}) {
    Words options{"--rm", "-p", "8080:80"};
    options.insert(options.end(), where.begin(), where.end());
    Running victim = serve_on(subject, random_word(), random_word(), options);
    victim.kill_hard();
    Running next = serve_on(subject, box, word, {"-p", "8080:80"});
    const Run ps = tell(subject, "ps", {});
    CHECK_MESSAGE(ps.err == "", ps.err);
    CHECK(holds(ask_from_host(stage, "127.0.0.1", "8080"), word));
    end(subject, next, box);
    CHECK(tell(subject, "ps", {}).err == "");
  }
  CHECK(network(subject, {"rm", net}).status == 0);
}

CLAIM("a network outlives reboots and killed containers", {.step = 7}) {
  const std::string net = random_word(), box = random_word(), peer = random_word();
  make(subject, net, {"--subnet", "10.99.0.0/16"});
  Running other = start_named(subject, peer, {"--network", net});
  Running victim = subject.start({.options = {"--rm", "--network", net, "--ip", "10.99.0.7", "-p",
                                              "8080:80", "--network-alias", "victim"},
                                  .command = {"/bin/probe", "wait", box}});
  victim.wait_for_output("ready");
  CHECK(holds(hosts_of(subject, peer), "victim"));
  victim.kill_hard();
  subject.settle();
  CHECK_FALSE_MESSAGE(holds(hosts_of(subject, peer), "victim"), "it was killed");
  const Run again =
      subject.run({.options = {"--network", net, "--ip", "10.99.0.7", "-p", "8080:80"},
                   .command = shell("ip route")});
  CHECK(holds(again.out, "default via 10.99.0.1"));
  end(subject, other, peer);
  stage.on_host(
      {"sh", "-c",  // a reboot: only the store is left
       "nft flush ruleset; for b in /sys/class/net/stepbox*; do ip link delete ${b##*/}; done; "
       "rm -r /run/stepbox/*"});
  Running fresh = start_named(subject, box, {"--network", net});
  CHECK(holds(inside(subject, box, "ping -c1 -W2 10.99.0.1"), " 0% packet loss"));
  end(subject, fresh, box);
  CHECK(tell(subject, "rescue", {}).status == 0);
  CHECK_FALSE(holds(stage.on_host({"sh", "-c", "ip -o link; nft list ruleset"}), "stepbox"));
  CHECK(network(subject, {"rm", net}).status == 0);
}

}  // namespace stepbox
