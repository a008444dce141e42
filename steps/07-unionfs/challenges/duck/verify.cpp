// The claims of the challenge `duck`.
#include <unistd.h>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

// Runs it in a container of step 7, whose shell does `before`, then reads it from stdin.
std::string inside(Subject& subject, const Stage& stage, const std::string& options,
                   const std::string& before = "") {
  const std::string script = join({"exec step7 run --rm -i ", options, " ", stage.rootfs(),
                                   " /bin/sh -c '", before, "exec sh -s' <\"$1\""});
  return subject.run({.through = {"/bin/sh", "-c", script, "sh"}}).out;
}

// What /proc says on some machine; an ordinary host.
struct Machine {
  std::string directory = "/";    // of what is mounted at /
  std::string type = "ext4";      // of that
  std::string name = "kthreadd";  // of process 2
  unsigned flags = 0x208040;      // of process 2: PF_KTHREAD is among them
  bool hides_others = false;      // nobody sees process 2: mount -o hidepid=2
  bool first_uts = true;
};

// The same in a folder.
std::string recorded(const Stage& stage, const Machine& machine) {
  std::string proc = stage.scratch(random_word());
  make_directories(proc + "/1");
  make_directories(proc + "/2");
  make_directories(proc + "/self/ns");
  create_file(proc + "/self/mountinfo",
              join({"1 1 0:2 / / rw - rootfs rootfs rw\n21 27 0:20 / /proc rw,nosuid shared:5 - "
                    "proc proc rw\n27 1 254:1 ",
                    machine.directory, " / rw,relatime shared:1 - ", machine.type,
                    " /dev/vda1 rw,discard\n28 27 0:5 / /dev rw shared:2 - devtmpfs udev rw\n"}));
  create_file(proc + "/1/stat",
              "1 (a (new) init) S 0 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 4\n");
  if (!machine.hides_others) {
    create_file(proc + "/2/comm", machine.name + "\n");
    create_file(proc + "/2/stat",
                join({"2 (", machine.name, ") S 0 0 0 0 -1 ", std::to_string(machine.flags),
                      " 0 0 0 0 0 3 0 0 20 0 1 0 24\n"}));
  }
  for (const std::string link : {"cgroup:[4026531835]", "ipc:[4026531839]", "pid:[4026531836]",
                                 "user:[4026531837]", "uts:[4026531838]"}) {
    const std::string type = link.substr(0, link.find(':'));
    const std::string target = type == "uts" && !machine.first_uts ? "uts:[4026532417]" : link;
    if (::symlink(target.c_str(), (proc + "/self/ns/" + type).c_str()) == -1) {
      throw_errno({"link ", target});
    }
  }
  return proc;
}

Run judge(Subject& subject, const Stage& stage, const Machine& machine) {
  return subject.run({.command = {recorded(stage, machine)}});
}

const std::string kAllThree = "container\nroot\nprocesses\nnamespaces\n";

}  // namespace

CLAIM("the duck recognizes step 7 by three clues",
      {.step = 7, .points = 2, .hint = "see am-i-contained.sh for each", .challenge = "duck"}) {
  CHECK(inside(subject, stage, "--network none") == kAllThree);
}

CLAIM("an ordinary host name and full privileges do not deceive the duck",
      {.step = 7, .hint = "look at none of what people may choose", .challenge = "duck"}) {
  CHECK(inside(subject, stage, "--privileged --network host --hostname pc") == kAllThree);
}

CLAIM("a process that is named kthreadd does not deceive the duck",
      {.step = 7,
       .points = 2,
       .hint = "PF_KTHREAD in field 9 of /proc/2/stat",
       .challenge = "duck"}) {
  const std::string liar =
      "(printf kthreadd >/proc/self/comm; while :; do sleep 1; done) & "
      "until grep -q kthreadd /proc/2/comm; do sleep 0.05; done; ";
  CHECK(inside(subject, stage, "--network none", liar) == kAllThree);
  const Machine strange{.name = "kthreadd) S 0 (", .flags = 0x400100};
  CHECK(judge(subject, stage, strange).out == "host\nprocesses\n");
}

CLAIM("the duck recognizes a host", {.step = 7, .hint = "no clue: host", .challenge = "duck"}) {
  const Run run = judge(subject, stage, {});
  CHECK(run.out == "host\n");
  CHECK(run.status == 1);
}

CLAIM("one clue alone makes no container",
      {.step = 7, .hint = "count them: two make one", .challenge = "duck"}) {
  CHECK(judge(subject, stage, {.directory = "/@root", .type = "btrfs"}).out == "host\nroot\n");
  CHECK(judge(subject, stage, {.hides_others = true}).out == "host\nprocesses\n");
  const Run run = judge(subject, stage, {.first_uts = false});
  CHECK(run.out == "host\nnamespaces\n");
  CHECK(run.status == 1);
}

CLAIM("a container with one clue hidden is still recognized",
      {.step = 7, .hint = "none of the three decides alone", .challenge = "duck"}) {
  const Machine of_a_disk{.name = "sleep", .flags = 0x400000, .first_uts = false};
  CHECK(judge(subject, stage, of_a_disk).out == "container\nprocesses\nnamespaces\n");
  const Machine without_namespaces{.directory = "/var/lib/box", .name = "sleep", .flags = 0};
  CHECK(judge(subject, stage, without_namespaces).out == "container\nroot\nprocesses\n");
  const Run run = judge(subject, stage, {.type = "overlay", .first_uts = false});
  CHECK(run.out == "container\nroot\nnamespaces\n");
  CHECK(run.status == 0);
}

CLAIM("without a /proc the duck does not guess",
      {.step = 7, .hint = "no mountinfo: status 2", .challenge = "duck"}) {
  const Run run = subject.run({.command = {stage.scratch(random_word())}});
  CHECK(run.status == 2);
  CHECK(run.out == "");
  CHECK(run.err != "");
}

}  // namespace stepbox
