// The stage: a private machine for one claim, so that the real one is never touched.
//
// Own network, mount, uts, ipc, pid and cgroup namespaces; `/` is a shared mount, as on systemd
// hosts (without that, a missing MS_PRIVATE would go unseen); tmpfs on /run/stepbox and
// /var/lib/stepbox; cgroups capped at 2 GB and 2,000 processes, the harness in a leaf of its
// own. The claim calls it "the host". Nothing of it outlives its process 1.
#ifndef STEPBOX_COMMON_TESTING_STAGE_STAGE_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_STAGE_HPP_

#include <sys/types.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/testing/stage/census.hpp"
#include "common/testing/stage/groups.hpp"
#include "common/testing/stage/internet.hpp"
#include "common/testing/stage/rootfs.hpp"

namespace stepbox {

// Once, before any stage, as root: gives this process a mount namespace of its own, in which
// the stages' mount points exist without being made on the machine's disk.
// Throws system_error.
void prepare_workshop();

// In the stage's first process: makes the stage around it. Its pid namespace is new already.
// Throws system_error.
void enter_stage(const StageGroups& groups);

// A program in the background, outside of all containers. Ends with this object.
class Background {
 public:
  // Its stdout goes to the file `out`. Returns when that holds `until`; fails the claim if it never
  // does.
  Background(std::vector<std::string> words, const std::string& out, std::string_view until);
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background();

 private:
  pid_t pid_;
};

// What a claim sees of it.
class Stage {
 public:
  Stage(const Ingredients& ingredients, int subject_level);

  const std::string& rootfs() const { return rootfs_; }
  // Another rootfs, made on the spot.
  std::string make_another_rootfs(const std::string& name);
  // The ordinary user owns what is in scratch() so far, the rootfs as if unpacked by himself, and
  // may use /dev/net/tun and /dev/fuse, as udev lets everybody.
  void welcome_ordinary_user() const;
  // Skips the claim where he gets no user namespace.
  void require_user_namespaces() const;
  // A part of the cgroups is the ordinary user's, if they are v2: from now on he starts there what
  // he starts, in his_group().
  void delegate_groups();
  const std::string& his_group() const { return his_group_; }
  // For claims that an ordinary user starts all of: the store is his, too, a part of the cgroups if
  // that can be, and he has a name and ranges of ids, as adduser(8) gives them.
  void make_his_column();
  // A path for a file of the claim's own, in the stage's tmpfs.
  std::string scratch(const std::string& name) const;

  // Where the ordinary user may write; what is left there counts.
  std::string home() const { return scratch("home"); }

  // The program itself where an ordinary user may run it, else a copy: sources may lie in /root.
  std::string reachable(const std::string& program) const;

  // Runs a program on the host (of the stage) and returns its stdout.
  // Fails the claim when the program fails.
  std::string on_host(const std::vector<std::string>& words) const;

  // The process that has `word` among its arguments, waited for; fails the claim if none comes.
  // Subjects carry their command's words too: the youngest wins, the command itself.
  pid_t find_process(std::string_view word) const;

  // "pid:[4026531836]", as the link /proc/PID/ns/<type> says.
  static std::string namespace_of(pid_t pid, const std::string& type);
  // The group of `pid` for a controller, as a directory.
  static std::string group_of(pid_t pid, const std::string& controller);

  // Whether the host has something mounted there.
  bool is_mounted(const std::string& path) const;

  // The internet: made when first asked for.
  Internet& internet();

  // The subject is going to be killed by -9: nobody is there to wait for its children.
  void expect_orphans() { orphans_expected_ = true; }
  // Waits up to 3 s until they are dead, and reaps them.
  void await_orphans();
  // After the claim only lines that begin so are counted: "process: ".
  void count_only(const std::string& kind) { counted_ = kind; }
  // What is there now belongs to the claim itself.
  void census_before();
  // Things of these kinds do not go, as earlier claims have seen: no need to wait for them so long.
  void expect_left(const std::set<std::string>& kinds) { leaks_ = kinds; }
  // Waits up to 3 s for everything else to be gone; returns what is not.
  Census census_after();

 private:
  void give_device(const std::string& device, const std::string& name,
                   const std::string& minor) const;
  // Waits up to 3 s for all lines that begin with `kind` to be gone; returns the rest. Does not
  // wait on where all of that is expected, and has not changed for half a second.
  Census await_nothing(const std::string& kind);

  const Ingredients& ingredients_;
  std::string rootfs_;
  std::string his_group_;
  bool with_nft_;
  bool orphans_expected_ = false;
  std::string counted_;
  std::set<std::string> leaks_;
  Census before_;
  std::unique_ptr<Internet> internet_;
};

// A word that no program can have foreseen.
std::string random_word();

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_STAGE_HPP_
