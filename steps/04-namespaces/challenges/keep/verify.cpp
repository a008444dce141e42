// The claims of the challenge `keep`.
#include <unistd.h>

#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

// A process in new uts, ipc and net namespaces; dies with this object.
class Holder {
 public:
  explicit Holder(Stage& stage)
      : name_(random_word()),
        background_(
            {"unshare", "--uts", "--ipc", "--net", "/bin/sh", "-c",
             "hostname " + name_ + " && exec " + stage.rootfs() + "/bin/probe wait " + name_},
            stage.scratch("holder-" + name_), "ready"),
        pid_(std::to_string(stage.find_process(name_))) {
    stage.census_before();
  }
  const std::string& name() const { return name_; }  // of the host in there
  const std::string& pid() const { return pid_; }

 private:
  std::string name_;
  Background background_;
  std::string pid_;
};

}  // namespace

CLAIM("a kept namespace outlives its last process",
      {.step = 4, .hint = "mount --bind /proc/PID/ns/TYPE on a new file", .challenge = "keep"}) {
  const std::string file = stage.scratch(random_word());
  std::string name;
  {
    const Holder holder(stage);
    name = holder.name();
    CHECK(subject.run({.command = {"save", holder.pid(), "uts", file}}).status == 0);
  }
  REQUIRE(exists(file));
  CHECK(stage.on_host({"nsenter", "--uts=" + file, "hostname"}) == name + "\n");
  subject.run({.command = {"drop", file}});
}

CLAIM("a namespace of each type can be kept",
      {.step = 4,
       .hint = "the type is the name of the link in /proc/PID/ns",
       .challenge = "keep"}) {
  const Holder holder(stage);
  for (const std::string& type : {std::string("uts"), std::string("ipc"), std::string("net")}) {
    const std::string file = stage.scratch(random_word());
    CHECK(subject.run({.command = {"save", holder.pid(), type, file}}).status == 0);
    REQUIRE(exists(file));
    const std::string number = stage.on_host({"stat", "--format=%i", file});
    CHECK(type + ":[" + number.substr(0, number.size() - 1) + "]" ==
          Stage::namespace_of(std::stoi(holder.pid()), type));
    subject.run({.command = {"drop", file}});
  }
}

CLAIM("a dropped namespace leaves neither mount nor file",
      {.step = 4, .hint = "umount(8), then rm(1)", .challenge = "keep"}) {
  const std::string file = stage.scratch(random_word());
  const Holder holder(stage);
  CHECK(subject.run({.command = {"save", holder.pid(), "net", file}}).status == 0);
  CHECK(stage.is_mounted(file));
  CHECK(subject.run({.command = {"drop", file}}).status == 0);
  CHECK(!stage.is_mounted(file));
  CHECK(!exists(file));
}

CLAIM("a namespace that cannot be kept leaves nothing behind",
      {.step = 4, .hint = "look before you make; take back what was made", .challenge = "keep"}) {
  const std::string file = stage.scratch(random_word());
  const Holder holder(stage);
  const std::string type = random_word();
  const Run unknown = subject.run({.command = {"save", holder.pid(), type, file}});
  CHECK(unknown.status != 0);
  CHECK(unknown.err != "");
  CHECK(subject.run({.command = {"save", "4194304", "uts", file}}).status != 0);
  // On a shared mount, the kernel refuses.
  CHECK(subject.run({.command = {"save", std::to_string(::getpid()), "mnt", file}}).status != 0);
  CHECK(!stage.is_mounted(file));
  CHECK(!exists(file));
}

CLAIM("a file that exists already is neither covered nor dropped",
      {.step = 4, .hint = "what it keeps is of type nsfs: findmnt(8)", .challenge = "keep"}) {
  const std::string file = stage.scratch(random_word());
  const std::string word = random_word();
  create_file(file, word);
  const Holder holder(stage);
  CHECK(subject.run({.command = {"save", holder.pid(), "uts", file}}).status != 0);
  CHECK(subject.run({.command = {"drop", file}}).status != 0);
  CHECK(read_file(file) == word);
}

}  // namespace stepbox
