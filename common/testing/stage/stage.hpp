// The stage: a private machine for one claim, so that claims do not change the real one.
//
// It has its own network, mount, uts, ipc, pid and cgroup namespaces; `/` is a shared mount, as on
// systemd hosts (otherwise no claim would notice a missing MS_PRIVATE); a tmpfs on /run/stepbox and
// on /var/lib/stepbox; cgroups limited to 2 GB and 2,000 processes. Claims call it "the host". The
// kernel removes all of it when process 1 of the stage ends.
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

// Called once, as root, before any stage. Moves this process to a new mount namespace, and makes
// the stages' mount points there, not on the machine's disk. Throws system_error.
void prepare_workshop();

// Called in process 1 of the stage, which is in a new PID namespace: makes everything else.
// Throws system_error.
void enter_stage(const StageGroups& groups);

// A program that runs on the stage in the background, in no container. The destructor kills it.
class Background {
 public:
  // Its stdout goes to the file `out`. Returns when that contains `until`; fails the claim after 5
  // s.
  Background(std::vector<std::string> words, const std::string& out, std::string_view until);
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background();

 private:
  pid_t pid_;
};

// The stage as a claim uses it.
class Stage {
 public:
  Stage(const Ingredients& ingredients, int subject_level);

  const std::string& rootfs() const { return rootfs_; }
  // Makes another rootfs, and returns its path.
  std::string make_another_rootfs(const std::string& name);
  // Makes the ordinary user the owner of scratch() and the rootfs, and gives all users access to
  // /dev/net/tun and /dev/fuse, as udev does.
  void welcome_ordinary_user() const;
  // Skips the claim if ordinary users cannot create user namespaces here.
  void require_user_namespaces() const;
  // On v2, delegates a part of the cgroups to the ordinary user. From then on the user's processes
  // start in his_group(), which is a part of it; empty on v1.
  void delegate_groups();
  const std::string& his_group() const { return his_group_; }
  // For the matrix's column without root, in which the ordinary user starts all subjects. Both of
  // the above; the user owns the store, too, and has a name and ranges of ids, as adduser(8) gives.
  void make_his_column();
  // A path for a file of the claim's own, in the stage's tmpfs.
  std::string scratch(const std::string& name) const;

  // The home directory of the ordinary user. The census counts files in it.
  std::string home() const { return scratch("home"); }

  // The path of the program, or of a copy on the stage if the ordinary user cannot reach it
  // (/root).
  std::string reachable(const std::string& program) const;

  // Runs a program on the stage, in no container, and returns its stdout.
  // Fails the claim when the program fails.
  std::string on_host(const std::vector<std::string>& words) const;

  // Waits for a process with the argument `word`; fails the claim after 5 s. The subject has the
  // command's arguments, too: of several processes the one with the highest pid is returned.
  pid_t find_process(std::string_view word) const;

  // "pid:[4026531836]", as the link /proc/PID/ns/<type> says.
  static std::string namespace_of(pid_t pid, const std::string& type);
  // The group of `pid` for a controller, as a directory.
  static std::string group_of(pid_t pid, const std::string& controller);

  // Whether `path` is a mount point of the stage.
  bool is_mounted(const std::string& path) const;

  // The internet; made at the first call.
  Internet& internet();

  // Called before the subject is killed: its children become orphans, which the claim reaps.
  void expect_orphans() { orphans_expected_ = true; }
  // Waits up to 3 s until these have ended, and reaps them.
  void await_orphans();
  // After the claim, only the lines that begin with `kind` are compared: "process: ".
  void count_only(const std::string& kind) { counted_ = kind; }
  // Takes the census again: all that exists now belongs to the claim, and is no leftover.
  void census_before();
  // This subject has left objects of these kinds behind in earlier claims: waits 0.5 s for them
  // instead of 3 s.
  void expect_left(const std::set<std::string>& kinds) { leaks_ = kinds; }
  // Waits up to 3 s until no leftovers exist (15 s for links). Returns the leftovers.
  Census census_after();

 private:
  // Waits up to 3 s (links: 15 s) until no leftover line begins with `kind`, and returns the rest.
  // Returns after half a second without a change, if all of the rest is expected (expect_left()).
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

// Seven random letters: a program cannot guess them.
std::string random_word();

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_STAGE_HPP_
