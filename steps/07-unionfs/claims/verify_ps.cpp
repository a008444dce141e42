// The claims of step 7 about ps and inspect.
#include "07-unionfs/claims/verify.hpp"
#include "common/deadline.hpp"
#include "common/files.hpp"
#include "common/testing/harness/test_images.hpp"

namespace stepbox {

// --- ps -----------------------------------------------------------------------------------

CLAIM("ps filters by -f and -n and -l", {.step = 7, .points = 2}) {
  const std::string old = random_word(), ended = random_word(), alive = random_word();
  Running first = start_named(subject, old, {"--rm"});
  subject.run({.options = {"--name", ended}, .command = shell("exit 3")});
  Running last = start_named(subject, alive, {"--rm"});
  const auto names = [&](std::vector<std::string> options) {
    std::vector<std::string> found;
    for (const auto& line : lines_of(subject.run({.options = options, .verb = "ps"}).out)) {
      if (line.back() != "NAMES") found.push_back(line.back());
    }
    return found;
  };
  using Names = std::vector<std::string>;
  CHECK(names({"-f", "status=exited"}) == Names{ended});
  CHECK(names({"-f", "exited=3"}) == Names{ended});
  CHECK(names({"-a", "-f", "exited=0"}) == Names{});
  CHECK(names({"-f", "name=" + old}) == Names{old});
  CHECK_MESSAGE(names({"-f", "name=" + ended}) == Names{}, "it does not run: that takes -a");
  CHECK_MESSAGE(names({"-a", "-f", "name=" + ended, "-f", "name=" + old}).size() == 2,
                "of one key any may match");
  CHECK_MESSAGE(names({"-f", "status=exited", "-f", "name=" + old}) == Names{}, "of two both must");
  CHECK(names({"-a", "-f", "ancestor=" + stage.rootfs()}).size() == 3);
  CHECK(names({"-n", "2"}).size() == 2);
  CHECK(names({"-l"}).size() == 1);
  for (const char* filter : {"colour=red", "status=tired", "name=(", "name"}) {
    const Run run = subject.run({.options = {"-f", filter}, .verb = "ps", .may_refuse = true});
    CHECK(run.status == 125);
  }
  stop(first);
  stop(last);
  remove(subject, ended);
}

CLAIM("ps filters by age and network and volume and port as docker does", {.step = 7}) {
  const auto create = [&](const std::string& name, std::vector<std::string> options) {
    options.insert(options.begin(), {"--name", name});
    options.insert(options.end(), {stage.rootfs(), "/bin/true"});
    tell(subject, "create", options);
  };
  create("one", {"--network", "none", "-v", stage.rootfs() + "/etc:/data"});
  create("two", {"-p", "8080:80", "--expose", "53/udp"});
  create("three", {});
  const auto found = [&](const std::string& filter) {
    return tell(subject, "ps", {"-a", "--format", "{{.Names}}", "-f", filter}).out;
  };
  CHECK(found("before=two") == "one\n");
  CHECK(found("since=two") == "three\n");
  CHECK(found("network=none") == "one\n");
  const std::string id = tell(subject, "network", {"inspect", "-f", "{{.Id}}", "none"}).out;
  CHECK(found("network=" + id.substr(0, 12)) == "one\n");
  CHECK(found("volume=/data") == "one\n");
  CHECK(found("publish=8079-8080/tcp") == "two\n");
  CHECK(found("expose=53/udp") == "two\n");
  CHECK(found("health=none") == "three\ntwo\none\n");
  check_failed(subject, "ps", {"-f", "since=nobody"}, "no such container: nobody");
  CHECK(tell(subject, "ps", {"-f", "publish=http"}, true).status == 125);
  CHECK(tell(subject, "ps", {"-f", "health=ill"}, true).status == 125);
  CHECK(tell(subject, "rm", {"one", "two", "three"}).status == 0);
}

CLAIM("images filters by name and label and age as docker does", {.step = 7}) {
  const std::string path = stage.scratch("tree");
  stage.on_host({"sh", "-c", "mkdir " + path + "; touch " + path + "/x"});
  for (const char* name : {"web:1", "web:2", "other:1"}) {
    tell(subject, "import", {"-c", std::string("LABEL name=") + name, path, name});
    stage.on_host({"sleep", "1"});  // images are dated in seconds
  }
  const auto found = [&](const std::string& filter) {
    return tell(subject, "images", {"--format", "{{.Repository}}:{{.Tag}}", "-f", filter}).out;
  };
  CHECK(found("reference=w*") == "web:2\nweb:1\n");
  CHECK(found("reference=*:1") == "other:1\nweb:1\n");
  CHECK(found("label=name=web:2") == "web:2\n");
  CHECK(found("before=web:2") == "web:1\n");
  CHECK(found("since=web:2") == "other:1\n");
  CHECK(found("dangling=false") == "other:1\nweb:2\nweb:1\n");
  CHECK(found("dangling=true") == "");
  check_failed(subject, "images", {"-f", "since=nobody"}, "No such image: nobody");
  CHECK(tell(subject, "images", {"-f", "dangling=1"}, true).status == 125);
  CHECK(tell(subject, "images", {"-f", "size=1"}, true).status == 125);
  for (const char* name : {"web:1", "web:2", "other:1"}) remove_image(subject, name);
}

CLAIM("ps prints one object per line with --format json", {.step = 7}) {
  const std::string name = random_word();
  const Run run =
      subject.run({.options = {"--name", name}, .command = {"/bin/sh", "-c", "exit 3 # \"a\"\nb"}});
  CHECK(run.status == 3);
  const std::string line = subject.run({.options = {"-a", "--format", "json"}, .verb = "ps"}).out;
  CHECK(line.find('\n') == line.size() - 1);
  for (const char* part : {"\"State\":\"exited\"", "\"Status\":\"Exited (3) ", "\"Ports\":\"\"",
                           "\"Command\":\"\\\"/bin/sh -c 'exit 3"}) {
    CHECK_MESSAGE(holds(line, part), part);
  }
  CHECK(holds(line, "\"Names\":\"" + name + "\""));
  const Run table = subject.run({.options = {"-a", "--no-trunc"}, .verb = "ps"});
  CHECK_MESSAGE(lines_of(table.out).size() == 2, "one line a container, whatever its command");
  CHECK(holds(table.out, "exit 3 # \\\"a\\\"\\nb"));
  const Run ids = subject.run({.options = {"-aq", "--no-trunc"}, .verb = "ps"});
  CHECK(ids.out.size() == 65);
  CHECK(subject.run({.options = {"--format", "yaml"}, .verb = "ps", .may_refuse = true}).status ==
        125);
  remove(subject, name);
}

CLAIM("--format takes a Go template", {.step = 7, .points = 2}) {
  const std::string name = random_word();
  subject.run({.options = {"--name", name, "--label", "tier=front", "-p", "8080:80"},
               .command = shell("exit 3")});
  const auto formatted = [&](const char* verb, const char* format,
                             const std::vector<std::string>& words) {
    return subject.run(
        {.options = {"--format", format}, .command = words, .verb = verb, .may_refuse = true});
  };
  CHECK(formatted("ps", R"({{.Names}}\t{{.Label "tier"}} {{upper .State}})", {"-a"}).out ==
        name + "\tfront EXITED\n");
  CHECK(formatted("ps", R"(table {{.Names}}\t{{.Image}})", {"-a"}).out.starts_with("NAMES "));
  CHECK(formatted("inspect",
                  "{{.State.ExitCode}} {{index .Config.Labels \"tier\"}} "
                  "{{range $port, $at := .HostConfig.PortBindings}}{{$port}}={{(index $at "
                  "0).HostPort}}{{end}} {{json .Args}}",
                  {name})
            .out == "3 front 80/tcp=8080 [\"-c\",\"exit 3\"]\n");
  CHECK(formatted("info", "{{.Containers}}{{if .ContainersRunning}} busy{{end}}", {}).out == "1\n");
  CHECK(formatted("version", "{{eq .Client.Version .Server.Version}}", {}).out == "true\n");
  CHECK(formatted("inspect", "{{.State.StartedAt}}", {name}).out.size() > 26);  // with a fraction
  const Run unknown = formatted("inspect", "{{.State.Colour}}", {name});
  CHECK(unknown.status == 1);
  CHECK(holds(unknown.err, "there is no field 'Colour': fields here: Status, Running"));
  const Run broken = formatted("ps", "{{.Names", {});
  CHECK(broken.status == 125);
  CHECK(holds(broken.err, "'{{.Names' has no }}"));
  remove(subject, name);
}

CLAIM("ps -s prints the size of a container's changes", {.step = 7}) {
  const std::string name = random_word();
  const Run run =
      subject.run({.options = {"--name", name},
                   .command = {"/bin/dd", "if=/dev/zero", "of=/big", "bs=1000", "count=12"}});
  CHECK(run.status == 0);
  CHECK(holds(subject.run({.options = {"-as"}, .verb = "ps"}).out, "12kB (virtual "));
  remove(subject, name);
}

CLAIM("directories deeper than any path hide no container and can be removed",
      {.step = 7, .hint = "a walk needs one descriptor a level, or a path longer than PATH_MAX"}) {
  const std::string name = random_word(), other = random_word();
  // One path can name a chain of 70 levels. So each round makes a new chain, and moves the old one
  // to its end.
  const std::string deepen =
      "cd /root; level=$(seq 70 | sed s:.*:$(printf %050d 0): | tr '\\n' /)\n"
      "for round in $(seq 20); do mkdir -p new/$level; [ ! -e old ] || mv old new/$level\n"
      "mv new old; done";
  CHECK(subject.run({.options = {"--name", name}, .command = shell(deepen)}).status == 0);
  CHECK(subject.run({.options = {"--name", other}, .command = {"/bin/true"}}).status == 0);
  const Run sizes = subject.run({.options = {"-as"}, .verb = "ps"});
  CHECK(sizes.status == 0);
  CHECK(holds(sizes.out, other));
  CHECK_MESSAGE(holds(sizes.err, name), "it should be named: " << sizes.err);
  remove(subject, name);
  remove(subject, other);
}

// --- inspect ------------------------------------------------------------------------------

CLAIM("inspect shows how a container was made and its state", {.step = 7, .points = 2}) {
  const std::string name = random_word();
  make_directories(stage.scratch("data"));
  Running running = start_named(subject, name,
                                {"--rm", "-m", "64m", "--cpus", "0.5", "-p", "8080:80", "-v",
                                 stage.scratch("data") + ":/mnt:ro"});
  const pid_t pid = stage.find_process(name);
  const std::string text = subject.run({.command = {name}, .verb = "inspect"}).out;
  for (const std::string& part :
       {std::string("\"Status\": \"running\""), "\"Pid\": " + std::to_string(pid) + ",",
        std::string("\"Memory\": 67108864"), std::string("\"NanoCpus\": 500000000"),
        std::string("\"HostPort\": \"8080\""), std::string("\"Path\": \"/bin/probe\""),
        "\"Source\": \"" + stage.scratch("data") + "\"", std::string("\"IPAddress\": \"172.16."),
        std::string("\"bridge\": {"), "\"Name\": \"/" + name + "\""}) {
    CHECK_MESSAGE(holds(text, part), part);
  }
  stop(running);
}

CLAIM("inspect shows the command and its settings", {.step = 7}) {
  const std::string name = random_word();
  subject.run({.options = {"--name", name, "-e", "A=1", "-w", "/tmp", "-u", "7:8", "--label",
                           "tier=front", "--entrypoint", "/bin/echo", "--stop-signal", "INT"},
               .command = {"word"}});
  const Run run = subject.run({.options = {"-f", "json"}, .command = {name}, .verb = "inspect"});
  for (const char* part :
       {"\"Path\":\"/bin/echo\",\"Args\":[\"word\"]", "\"Entrypoint\":[\"/bin/echo\"]",
        "\"Cmd\":[\"word\"]", "\"A=1\"", "\"WorkingDir\":\"/tmp\"", "\"User\":\"7:8\"",
        "\"Labels\":{\"tier\":\"front\"}", "\"StopSignal\":\"SIGINT\""}) {
    CHECK_MESSAGE(holds(run.out, part), part);
  }
  CHECK(lines_of(subject.run({.options = {"-af", "label=tier=front"}, .verb = "ps"}).out).size() ==
        2);
  CHECK(lines_of(subject.run({.options = {"-af", "label=tier=back"}, .verb = "ps"}).out).size() ==
        1);
  remove(subject, name);
}

CLAIM("inspect shows an OOM kill and the CPUs", {.step = 7}) {
  if (!has_controller("memory") || !has_controller("cpuset")) skip("no memory or cpuset here");
  stage.expect_orphans();
  const std::string name = random_word();
  const auto inspect = [&] { return subject.run({.command = {name}, .verb = "inspect"}).out; };
  subject.run({.options = {"--name", name, "-m", "16m", "--cpuset-cpus", "0"},
               .command = {"/bin/probe", "memory", "64"}});
  CHECK(holds(inspect(), "\"OOMKilled\": true"));
  CHECK(holds(inspect(), "\"CpusetCpus\": \"0\""));
  subject.run({.options = {"-m", "0"}, .command = {name}, .verb = "update"});
  subject.run({.options = {"-a"}, .command = {name}, .verb = "start"});
  CHECK(holds(inspect(), "\"OOMKilled\": false"));
  remove(subject, name);
}

CLAIM("ps and inspect show a container that restarts repeatedly", {.step = 7}) {
  stage.expect_orphans();
  const std::string name = random_word();
  subject.run({.options = {"-d", "--name", name, "--restart", "on-failure:50"},
               .command = shell("exit 7")});
  std::string status;
  CHECK(wait_until(10, [&] {
    status = subject.run({.options = {"--format", "json"}, .verb = "ps"}).out;
    return holds(status, "\"Status\":\"Restarting (7) ");
  }));
  CHECK(holds(status, "\"State\":\"restarting\""));
  const std::string text = subject.run({.command = {name}, .verb = "inspect"}).out;
  CHECK(holds(text, "\"Name\": \"on-failure\""));
  CHECK(holds(text, "\"MaximumRetryCount\": 50"));
  CHECK(!holds(text, "\"RestartCount\": 0"));
  CHECK(subject.run({.options = {"-f"}, .command = {name}, .verb = "rm"}).status == 0);
  stage.await_orphans();  // its monitor
}

CLAIM("inspect prints found objects and fails for missing ones", {.step = 7}) {
  const std::string name = random_word();
  subject.run({.options = {"--name", name}, .command = shell("exit 3")});
  const Run run = subject.run({.command = {"nobody", name}, .verb = "inspect"});
  CHECK(run.status == 1);
  CHECK(holds(run.err, "no such object: nobody"));
  CHECK(holds(run.out, "\"ExitCode\": 3"));
  CHECK(holds(run.out, "\"Pid\": 0"));
  CHECK(subject.run({.command = {"nobody"}, .verb = "inspect"}).out == "[]\n");
  const Run image =
      subject.run({.options = {"--type", "image"}, .command = {name}, .verb = "inspect"});
  CHECK(image.status == 1);
  CHECK(holds(image.err, "no such image: " + name));
  const std::string file = stage.rootfs() + "/bin/sh";  // the reason, not "no such object"
  CHECK(holds(subject.run({.command = {file}, .verb = "inspect"}).err, "is not a directory"));
  const Run line =
      subject.run({.options = {"-f", "json"}, .command = {stage.rootfs()}, .verb = "inspect"});
  CHECK(line.out.starts_with("{\"Id\":"));
  CHECK(lines_of(line.out).size() == 1);
  remove(subject, name);
}

}  // namespace stepbox
