// The claims of step 7 about what a container is given of the host and of other containers.
#include "07-unionfs/claims/verify.hpp"
#include "common/files.hpp"
#include "common/testing/harness/test_images.hpp"

namespace stepbox {

// A value of `docker inspect -f`.
static std::string value_of(Subject& subject, const std::string& name, const std::string& path) {
  return tell(subject, "inspect", {"-f", "{{json " + path + "}}", name}).out;
}

// --- Cgroups ------------------------------------------------------------------------------

CLAIM("a container sees its own cgroups in /sys/fs/cgroup and cannot change them",
      {.step = 7, .points = 3, .hint = "bind them read-only; Java, Go and .NET look there"}) {
  const Run run = subject.run({.options = {"-m", "64m"}, .command = shell(kLookAtGroups)});
  CHECK(run.out == "67108864\nend\n");
}

CLAIM("--privileged shows a group in each cgroup tree and lets the container change it",
      {.step = 7, .points = 2, .hint = "name=systemd too: an init needs it"}) {
  const std::string trees = "grep -cE ' - cgroup2? ' /proc/self/mountinfo";
  const Run run = subject.run(
      {.options = {"--privileged"},
       .command = shell(trees + "; for d in /sys/fs/cgroup /sys/fs/cgroup/*; do [ -L $d ] || "
                                "[ ! -e $d/cgroup.procs ] || { mkdir $d/x && rmdir $d/x && "
                                "grep -qx 1 $d/cgroup.procs || echo bad $d; }; done")});
  CHECK(run.out == stage.on_host({"sh", "-c", trees}));
}

// --- Limits -------------------------------------------------------------------------------

CLAIM("docker's other limits are in force and kept and changed by update",
      {.step = 7, .points = 2, .hint = "set_oci_resources() writes them for both doors"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::string show =
      "cd /sys/fs/cgroup; cat memory/memory.memsw.limit_in_bytes memory/memory.soft_limit_in_bytes "
      "cpu/cpu.shares cpuset/cpuset.mems 2>/dev/null || "
      "cat memory.swap.max memory.low cpu.weight cpuset.mems";
  subject.run({.options = {"-d", "--name", name, "-m", "64MiB", "--memory-swap", "96MiB",
                           "--memory-reservation", "32mb", "-c", "512", "--cpuset-mems", "0"},
               .command = {"/bin/sleep", "1000"}});
  const bool v1 = exists("/sys/fs/cgroup/memory");
  const std::string wanted = v1 ? "100663296\n33554432\n512\n0\n" : "33554432\n33554432\n20\n0\n";
  CHECK(tell(subject, "exec", {name, "/bin/sh", "-c", show}).out == wanted);
  tell(subject, "restart", {"-t", "0", name});
  CHECK(tell(subject, "exec", {name, "/bin/sh", "-c", show}).out == wanted);
  CHECK(value_of(subject, name, ".HostConfig.MemorySwap") == "100663296\n");
  CHECK(value_of(subject, name, ".HostConfig.CpuShares") == "512\n");
  check_done(subject, "update", {"--memory-swap", "80m", name});
  CHECK(holds(tell(subject, "exec", {name, "/bin/sh", "-c", show}).out,
              v1 ? "83886080\n" : "16777216\n"));
  check_failed(subject, "update", {"--memory-swap", "8m", name}, "is less than --memory");
  check_done(subject, "update",
             {"--memory-swap", "0", "--memory-reservation", "0", "--cpu-shares", "0", name});
  CHECK(value_of(subject, name, ".HostConfig.MemorySwap") == "83886080\n");
  CHECK(value_of(subject, name, ".HostConfig.MemoryReservation") == "33554432\n");
  CHECK(value_of(subject, name, ".HostConfig.CpuShares") == "512\n");
  CHECK(tell(subject, "rm", {"-f", name}).status == 0);
  check_refused(subject, {"--memory", "0", "--memory-swap", "1g"}, "needs --memory");
  check_refused(subject, {"-m", "64m", "--memory-reservation", "1g"}, "is more than --memory");
  check_refused(subject, {"--cpu-shares", "-1"}, "is no weight");
  check_refused(subject, {"--cpuset-mems", "63"}, "there is no memory node 63");
  check_refused(subject, {"--cpuset-mems", "0-"}, "is no list of nodes");
  check_refused(subject, {"-m", "64MiBB"}, "is no size");
}

// --- Devices ------------------------------------------------------------------------------

CLAIM("--device gives a device of the host with the access that is asked for",
      {.step = 7, .points = 2, .hint = "a bound node, and the rules of the devices controller"}) {
  const std::string opens =
      "stat -c '%t:%T' /dev/box; : 3</dev/box && echo read; (: 3>/dev/box) && echo written";
  const auto found = [&](const std::string& device) {
    return subject.run({.options = {"--device", device}, .command = shell(opens)}).out;
  };
  CHECK(found("/dev/fuse:/dev/box") == "a:e5\nread\nwritten\n");
  CHECK(found("/dev/fuse:/dev/box:r") == "a:e5\nread\n");
  CHECK(subject.run({.options = {"--device", "/dev/fuse"}, .command = {"/bin/ls", "/dev/fuse"}})
            .status == 0);
  check_refused(subject, {"--device", "/etc/passwd"}, "--device /etc/passwd is none");
  check_refused(subject, {"--device", "/dev/nothing"}, "/dev/nothing: No such file");
  check_refused(subject, {"--device", "/dev/fuse:/dev/x:q"}, "is not HOST[:CONTAINER[:rwm]]");
  check_refused(subject, {"--device", "fuse"}, "is not HOST[:CONTAINER[:rwm]]");
}

CLAIM("--shm-size is the size of /dev/shm", {.step = 7}) {
  const auto size = [&](const std::string& option) {
    return words_in(
               split(subject.run({.options = {option}, .command = {"/bin/df", "/dev/shm"}}).out,
                     '\n')
                   .at(1))
        .at(1);
  };
  CHECK(size("--shm-size=2MiB") == "2048");
  CHECK(size("--network=none") == "65536");
  check_refused(subject, {"--shm-size", "lots"}, "is no size");
}

// --- Namespaces ---------------------------------------------------------------------------

CLAIM("--pid and --ipc container:NAME show the processes and shared memory of that container",
      {.step = 7, .points = 3, .hint = "setns(2) with its pidfd, before clone(2) for the PIDs"}) {
  stage.expect_orphans();
  const std::string name = random_word(), mine = random_word();
  Running running = start_named(subject, name, {"--rm", "--ipc", "shareable"});
  tell(subject, "exec", {name, "/bin/sh", "-c", "echo shared > /dev/shm/file"});
  const std::string both = "container:" + name;
  subject.run(
      {.options = {"-d", "--name", mine, "--pid", both, "--ipc", both},
       .command = shell("cat /dev/shm/file; grep -c " + name + " /proc/1/cmdline; sleep 1000")});
  for (int start = 0; start < 2; ++start) {
    CHECK(tell(subject, "exec", {mine, "/bin/cat", "/dev/shm/file"}).out == "shared\n");
    CHECK(tell(subject, "exec", {mine, "/bin/readlink", "/proc/self/ns/ipc"}).out ==
          tell(subject, "exec", {name, "/bin/readlink", "/proc/self/ns/ipc"}).out);
    CHECK(holds(tell(subject, "exec", {name, "/bin/ps"}).out, "sleep 1000"));
    CHECK(tell(subject, "restart", {"-t", "0", mine}).status == 0);
  }
  CHECK(value_of(subject, mine, ".HostConfig.PidMode").starts_with("\"container:"));
  CHECK(tell(subject, "stop", {"-t", "0", mine}).status == 0);
  CHECK_MESSAGE(tell(subject, "exec", {name, "/bin/true"}).status == 0, "the other one lives on");
  stop(running);
  check_failed(subject, "start", {mine}, "no such container");
  remove(subject, mine);
  check_refused(subject, {"--pid", "container:nobody"}, "no such container: nobody");
  check_refused(subject, {"--pid", "container"}, "--pid: 'container' is no mode");
  check_refused(subject, {"--ipc", "sharable"}, "--ipc: 'sharable' is no mode");
}

CLAIM("an IPC namespace is not shared unless --ipc shareable allows it", {.step = 7}) {
  const std::string name = random_word();
  Running running = start_named(subject, name, {"--rm"});
  check_refused(subject, {"--ipc", "container:" + name}, "shares its IPC namespace with nobody");
  stop(running);
  CHECK(
      subject.run({.options = {"--ipc=none"}, .command = shell("grep -c shm /proc/mounts")}).out ==
      "0\n");
}

CLAIM("--pid and --ipc and --uts and --cgroupns host are the host's namespaces",
      {.step = 7, .points = 2}) {
  const std::string links =
      "cd /proc/self/ns; for n in pid ipc uts cgroup; do readlink $n; done; stat -c %d:%i /dev/shm";
  const Run run =
      subject.run({.options = {"--pid=host", "--ipc", "host", "--uts=host", "--cgroupns=host"},
                   .command = shell(links)});
  CHECK(run.out == stage.on_host({"sh", "-c", links}));
  check_refused(subject, {"--uts=host", "--domainname=x"}, "would rename the host");
  check_refused(subject, {"--uts=private"}, "--uts: 'private' is no mode");
  CHECK(subject.run({.options = {"--userns=host"}, .command = {"/bin/true"}}).status == 0);
  check_refused(subject, {"--userns=own"}, "--userns takes");
}

CLAIM("--sysctl sets what belongs to the container and nothing of the host",
      {.step = 7, .points = 2, .hint = "/proc/sys is read-only by then: through a copy of /proc"}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::vector<std::string> show{"/bin/cat", "/proc/sys/net/core/somaxconn",
                                      "/proc/sys/kernel/shmmni"};
  const std::string before = stage.on_host(show);
  subject.run({.options = {"-d", "--name", name, "--sysctl", "net.core.somaxconn=77", "--sysctl",
                           "kernel/shmmni=99"},
               .command = {"/bin/sleep", "1000"}});
  tell(subject, "restart", {"-t", "0", name});
  CHECK(tell(subject, "exec", {name, show[0], show[1], show[2]}).out == "77\n99\n");
  CHECK(stage.on_host(show) == before);
  CHECK(holds(value_of(subject, name, ".HostConfig.Sysctls"), "\"net.core.somaxconn\":\"77\""));
  CHECK(tell(subject, "rm", {"-f", name}).status == 0);
  const std::string low = "net.ipv4.ip_unprivileged_port_start";
  CHECK(subject
            .run({.options = {"--sysctl", low + "=512"},
                  .command = {"/bin/cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start"}})
            .out == "512\n");
  check_refused(subject, {"--sysctl", "kernel.pid_max=9"}, "is a setting of the whole host");
  check_refused(subject, {"--sysctl", "net.core.somaxconn"}, "is no setting");
  check_refused(subject, {"--sysctl", "net.../../kernel=1"}, "is no setting");
  check_refused(subject, {"--sysctl", "kernel.hostname=x"}, "has an option");
  check_refused(subject, {"--network=host", "--sysctl", "net.core.somaxconn=9"},
                "would change the host's setting");
  check_refused(subject, {"--ipc=host", "--sysctl", "kernel.shmmni=9"}, "the host's setting");
  check_refused(subject, {"--network=container:x", "--sysctl", "net.core.somaxconn=9"},
                "or another container's");
}

// --- Names and ports ----------------------------------------------------------------------

CLAIM("-P publishes the ports that the image or --expose names", {.step = 7, .points = 2}) {
  stage.expect_orphans();
  const std::string name = random_word(), path = stage.scratch("tree");
  stage.on_host({"sh", "-c", "mkdir " + path + "; touch " + path + "/x"});
  tell(subject, "import", {"-c", "EXPOSE 80 53/udp", path, "web:1"});
  subject.run({.options = {"-d", "--name", name, "-P", "--expose", "8080-8081", "-p", "8181:8081",
                           "-v", stage.rootfs() + "/bin:/bin:ro"},
               .command = {"/bin/sleep", "1000"},
               .rootfs = "web:1"});
  std::vector<std::string> inside;
  for (const auto& line : lines_of(tell(subject, "port", {name}).out)) inside.push_back(line.at(0));
  CHECK(inside == std::vector<std::string>{"53/udp", "80/tcp", "8080/tcp", "8081/tcp"});
  CHECK(holds(value_of(subject, name, ".Config.ExposedPorts"), "\"8081/tcp\":{}"));
  CHECK(tell(subject, "rm", {"-f", name}).status == 0);
  remove_image(subject, "web:1");
  check_refused(subject, {"--expose", "80:80"}, "-p publishes a port");
  check_refused(subject, {"--expose", "http"}, "ports go from 1");
}

CLAIM("--dns-search and --dns-option and --domainname are in the container's files", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  const std::vector<std::string> options{"-h",           "box",    "--domainname", "example.org",
                                         "--dns-search", "a.test", "--dns-search", "b.test",
                                         "--dns-option", "ndots:3"};
  std::vector<std::string> detached = options;
  detached.insert(detached.end(), {"-d", "--name", name});
  subject.run({.options = detached, .command = {"/bin/sleep", "1000"}});
  for (int start = 0; start < 2; ++start) {
    const std::string text =
        tell(subject, "exec",
             {name, "/bin/cat", "/etc/resolv.conf", "/etc/hosts", "/proc/sys/kernel/domainname"})
            .out;
    CHECK(holds(text, "\nsearch a.test b.test\noptions ndots:3\n"));
    CHECK(holds(text, "\tbox.example.org box\n"));
    CHECK(text.ends_with("\nexample.org\n"));
    tell(subject, "restart", {"-t", "0", name});
  }
  CHECK(value_of(subject, name, ".Config.Domainname") == "\"example.org\"\n");
  CHECK(tell(subject, "rm", {"-f", name}).status == 0);
  check_refused(subject, {"--dns-search", "a b"}, "is no domain");
  check_refused(subject, {"--network", "container:x", "--dns-search", "a"}, "do not go with");
}

// --- The process, its log -----------------------------------------------------------------

CLAIM("--group-add and --oom-score-adj hold for run and exec", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  stage.on_host({"sh", "-c", "echo audio:x:29: >>" + stage.rootfs() + "/etc/group"});
  subject.run({.options = {"-d", "--name", name, "-u", "1000", "--group-add", "audio",
                           "--group-add=31", "--oom-score-adj", "300"},
               .command = {"/bin/sleep", "1000"}});
  const std::string show = "grep Groups: /proc/1/status; id -G; cat /proc/self/oom_score_adj";
  CHECK(tell(subject, "exec", {name, "/bin/sh", "-c", show}).out ==
        "Groups:\t0 29 31 \n0 29 31\n300\n");
  CHECK(tell(subject, "rm", {"-f", name}).status == 0);
  check_refused(subject, {"--group-add", "nobodys"}, "no group 'nobodys'");
  check_refused(subject, {"--oom-score-adj", "1001"}, "is not a number from -1000 to 1000");
}

CLAIM("--label-file reads labels and -l comes before them", {.step = 7}) {
  const std::string name = random_word(), file = stage.scratch("labels");
  create_file(file, "# none\na=1\n\nb=2=3\nc\n");
  tell(subject, "create", {"--name", name, "--label-file", file, "-l", "a=9", stage.rootfs(), "x"});
  CHECK(value_of(subject, name, ".Config.Labels") == "{\"a\":\"9\",\"b\":\"2=3\",\"c\":\"\"}\n");
  remove(subject, name);
  create_file(file, "a b=1\n");
  check_refused(subject, {"--label-file", file}, "line 1: 'a b' is not a valid name");
  check_refused(subject, {"--label-file", file + "x"}, "No such file");
}

CLAIM("--log-opt limits the size and number of the log's files and logs reads all of them",
      {.step = 7, .points = 2}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"--name", name, "--log-opt", "max-size=1m", "--log-opt", "max-file=3"},
               .command = shell("i=0; while [ $i -lt 60000 ]; do echo line $i; i=$((i+1)); done"),
               .verb = "run"});
  const std::string path = split(value_of(subject, name, ".LogPath"), '"').at(1);
  const std::string files = stage.on_host(
      {"sh", "-c", "cd ${1%/*}; ls log*; find . -name 'log*' -size +1200k", "-", path});
  CHECK(files == "log.json\nlog.json.1\nlog.json.2\n");
  const std::vector<std::string> lines = split(tell(subject, "logs", {name}).out, '\n');
  CHECK(lines.size() > 20'000);
  const int first = std::stoi(lines.at(0).substr(5));
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    REQUIRE(lines[i] == "line " + std::to_string(first + static_cast<int>(i)));
  }
  CHECK(value_of(subject, name, ".HostConfig.LogConfig.Config") ==
        "{\"max-size\":\"1048576\",\"max-file\":\"3\"}\n");
  remove(subject, name);
  check_refused(subject, {"--log-opt", "max-file=0"}, "less than 1");
  check_refused(subject, {"--log-opt", "max-size=x"}, "is no size");
  check_refused(subject, {"--log-opt", "tag=x"}, "is no option of a log");
}

// --- Words --------------------------------------------------------------------------------

CLAIM("short options may stand together and have a value after =", {.step = 7}) {
  const Run run = subject.run({.options = {"-it=false", "--rm=false", "-e=A=1", "-q", "--name=x"},
                               .command = shell("echo $A; [ -t 0 ] || echo no -t=false")});
  CHECK(run.out == "1\nno -t=false\n");
  remove(subject, "x");
  check_refused(subject, {"-it=maybe"}, "takes =true or =false");
}

CLAIM("--platform refuses an image of another platform", {.step = 7}) {
  const std::string own = stage.on_host({"uname", "-m"});
  const std::string other = own == "aarch64\n" ? "linux/amd64" : "linux/arm64/v8";
  CHECK(subject
            .run({.options = {"--platform", "linux/" + split(own, '\n')[0]},
                  .command = {"/bin/true"}})
            .status == 0);
  check_refused(subject, {"--platform", other}, ", not for " + other);
}

}  // namespace stepbox
