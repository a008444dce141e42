// The claims of step 7 about two containers with one network.
#include "07-unionfs/claims/verify.hpp"

namespace stepbox {

CLAIM("--network container:NAME shares the network of that container",
      {.step = 7, .points = 2, .hint = "setns(2) before the child is born"}) {
  const std::string name = random_word();
  Running running = start_named(subject, name, {"--hostname", "box", "--add-host", "db:192.0.2.7"});
  const pid_t pid = stage.find_process(name);
  const Run run =
      subject.run({.options = {"--network", "container:" + name},
                   .command = shell("readlink /proc/self/ns/net; hostname; cat /etc/hosts"),
                   .may_refuse = true});
  CHECK(holds(run.out, Stage::namespace_of(pid, "net") + "\nbox\n"));
  CHECK(holds(run.out, "192.0.2.7\tdb"));
  for (const std::vector<std::string>& more : {std::vector<std::string>{"-p", "8080:80"},
                                               {"--dns", "192.0.2.1"},
                                               {"--hostname", "other"}}) {
    std::vector<std::string> options{"--network", "container:" + name};
    options.insert(options.end(), more.begin(), more.end());
    check_refused(subject, options, "do not go with --network container");
  }
  stop(running);
  check_refused(subject, {"--network", "container:" + name}, "is not running");
  remove(subject, name);
  check_refused(subject, {"--network", "container:" + name}, "no such container");
}

CLAIM("a shared network loses its veth with the container that made it",
      {.step = 7, .hint = "the namespace lives on, the address is another's soon"}) {
  const std::string name = random_word(), guest = random_word();
  Running running = start_named(subject, name);
  Running second = subject.start({.options = {"--name", guest, "--network", "container:" + name},
                                  .command = {"/bin/probe", "wait", guest},
                                  .may_refuse = true});
  second.wait_for_output("ready");
  const auto links = [&] {
    return subject.run({.command = {guest, "/bin/cat", "/proc/net/dev"}, .verb = "exec"}).out;
  };
  CHECK(holds(links(), "eth0"));
  subject.run({.options = {"--network", "container:" + name}, .command = {"/bin/true"}});
  CHECK(subject.run({.command = {name, "/bin/ping", "-c1", "-W5", "172.16.0.1"}, .verb = "exec"})
            .status == 0);  // the end of the other container removed nothing
  stop(running);
  CHECK_FALSE(holds(links(), "eth0"));
  stop(second);
  remove(subject, name);
  remove(subject, guest);
}

}  // namespace stepbox
