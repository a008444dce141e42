#include "common/testing/stage/stage.hpp"

#include <dirent.h>
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/testing/stage/launch.hpp"
#include "common/testing/stage/unasked.hpp"

namespace stepbox {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kSettling{3};  // the kernel removes some objects after a process
// One kernel thread removes the links of all ended network namespaces, in batches.
// (net/core/net_namespace.c, cleanup_net)
constexpr std::chrono::seconds kSettlingLinks{15};
constexpr Milliseconds kStanding{500};         // expected leftovers: no change for so long
constexpr std::chrono::seconds kAppearing{5};  // for a process to appear
constexpr const char* kCell = "/run/stage/cell";

void pause_a_little() {
  const timespec pause{.tv_sec = 0, .tv_nsec = 2'000'000};
  ::nanosleep(&pause, nullptr);
}

bool has_argument(const std::string& process, std::string_view word) {
  try {
    std::istringstream arguments(read_file(process + "/cmdline"));
    for (std::string argument; std::getline(arguments, argument, '\0');) {
      if (argument == word) return true;
    }
  } catch (const std::system_error&) {
    // it ended just now
  }
  return false;
}

pid_t youngest_with(std::string_view word) {
  pid_t youngest = -1;
  DIR* proc = ::opendir("/proc");
  if (!proc) throw_errno({"open /proc"});
  while (const dirent* entry = ::readdir(proc)) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    if (!has_argument(std::string("/proc/") + entry->d_name, word)) continue;
    youngest = std::max(youngest, static_cast<pid_t>(std::stoi(entry->d_name)));
  }
  ::closedir(proc);
  return youngest;
}

void give_to_ordinary_user(const std::string& path) {
  if (::lchown(path.c_str(), kOrdinaryUser, kOrdinaryUser) == -1) throw_errno({"chown ", path});
}

void bind(const std::string& from, const std::string& to) {
  if (::mount(from.c_str(), to.c_str(), "", MS_BIND, "") == -1) {
    throw_errno({"mount --bind ", from, " ", to});
  }
}

// Mounts a new file of this text on `path`.
void cover(const std::string& path, const std::string& file, const std::string& text) {
  create_file(file, text);
  bind(file, path);
}

// Mounts a node that everybody may open, `node`, on a device of major number 10, if there is one.
void give_device(const std::string& device, const std::string& node, unsigned minor) {
  if (!exists(device) || exists(node)) return;
  if (::mknod(node.c_str(), S_IFCHR, makedev(10, minor)) == -1) throw_errno({"mknod ", node});
  if (::chmod(node.c_str(), 0666) == -1) throw_errno({"chmod ", node});
  bind(node, device);
}

}  // namespace

std::string random_word() {
  unsigned char bytes[6];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw_errno({"getrandom"});
  std::string word = "w";
  for (const unsigned char byte : bytes) word += static_cast<char>('a' + byte % 26);
  return word;
}

Background::Background(std::vector<std::string> words, const std::string& out,
                       std::string_view until)
    : pid_(launch({.words = std::move(words), .out = out})) {
  const auto deadline = Clock::now() + patient(kAppearing);
  while (read_file(out).find(until) == std::string::npos) {
    if (Clock::now() > deadline) FAIL("a server on the host did not start: " << read_file(out));
    pause_a_little();
  }
}

Background::~Background() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Stage::Stage(const Ingredients& ingredients, int subject_level)
    : ingredients_(ingredients), rootfs_(scratch("rootfs")), with_nft_(subject_level >= 6) {
  make_rootfs(rootfs_, ingredients_);
  make_directories(scratch("tmp"));
  make_directories(home());
  if (::chown(home().c_str(), kOrdinaryUser, kOrdinaryUser) == -1) throw_errno({"chown ", home()});
}

std::string Stage::make_another_rootfs(const std::string& name) {
  make_rootfs(scratch(name), ingredients_);
  return scratch(name);
}

void Stage::welcome_ordinary_user() const {
  give_to_ordinary_user(scratch(""));
  for (const std::string& top : {rootfs_, scratch("tmp")}) {
    give_to_ordinary_user(top);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top)) {
      give_to_ordinary_user(entry.path());
    }
  }
  give_device("/dev/net/tun", scratch("tun"), 200);
  give_device("/dev/fuse", scratch("fuse"), 229);
}

void Stage::require_user_namespaces() const {
  const pid_t pid = launch({.words = {"unshare", "-U", "true"}, .ordinary_user = true});
  if (wait_for_end(pid, kPatience) != 0) skip("ordinary users get no user namespace here");
}

void Stage::delegate_groups() { his_group_ = stepbox::delegate_groups(kOrdinaryUser); }

void Stage::make_his_column() {
  welcome_ordinary_user();
  delegate_groups();
  give_to_ordinary_user("/var/lib/stepbox");
  if (!exists("/etc/subuid") || !exists("/etc/subgid")) return;
  const std::string user = std::to_string(kOrdinaryUser);
  cover("/etc/passwd", scratch("passwd"),
        read_file("/etc/passwd") + "student:x:" + user + ":" + user + "::" + home() + ":/bin/sh\n");
  cover("/etc/subuid", scratch("subuid"), "student:100000:65536\n");
  cover("/etc/subgid", scratch("subgid"), "student:100000:65536\n");
}

std::string Stage::scratch(const std::string& name) const { return join({kCell, "/", name}); }

std::string Stage::reachable(const std::string& program) const {
  bool open = true;
  for (size_t slash = 0; open && slash != program.npos;) {
    slash = program.find('/', slash + 1);
    struct stat about {};
    open = ::stat(program.substr(0, slash).c_str(), &about) == 0 && (about.st_mode & S_IXOTH);
  }
  if (open) return program;
  const std::string copy = scratch(program.substr(program.rfind('/') + 1));
  if (!exists(copy)) copy_program(program, copy);
  return copy;
}

std::string Stage::on_host(const std::vector<std::string>& words) const {
  Launch what{.words = words};
  what.out = scratch("host-out");
  what.err = scratch("host-err");
  create_file(what.out, "");  // Boost does not truncate the file of an earlier run
  const std::optional<int> status = wait_for_end(launch(what), std::chrono::seconds(60));
  if (!status || *status != 0) {
    FAIL("on the host, " << quoted(words) << " failed: " << read_file(what.err));
  }
  return read_file(what.out);
}

pid_t Stage::find_process(std::string_view word) const {
  const auto deadline = Clock::now() + patient(kAppearing);
  while (Clock::now() < deadline) {
    if (const pid_t pid = youngest_with(word); pid != -1) return pid;
    pause_a_little();
  }
  FAIL("no process with the argument " << word << " appeared within 5 s");
  return -1;
}

std::string Stage::namespace_of(pid_t pid, const std::string& type) {
  const std::string link = "/proc/" + std::to_string(pid) + "/ns/" + type;
  const std::string target = read_link(link);
  if (target.empty()) throw_errno({"readlink ", link});
  return target;
}

std::string Stage::group_of(pid_t pid, const std::string& controller) {
  // "4:memory:/stepbox/5f3a", on v2 "0::/stepbox/5f3a"
  std::istringstream lines(read_file("/proc/" + std::to_string(pid) + "/cgroup"));
  std::string unified;
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string path = line.substr(second + 1);
    if (names == ",,") unified = path;
    if (names.find("," + controller + ",") == names.npos) continue;
    for (const CgroupTree& hierarchy : mounted_hierarchies()) {
      const std::string mounted = "," + hierarchy.controllers + ",";
      if (mounted.find("," + controller + ",") != mounted.npos) return hierarchy.mount + path;
    }
  }
  for (const CgroupTree& hierarchy : mounted_hierarchies()) {
    if (hierarchy.v2) return hierarchy.mount + unified;
  }
  throw Failure("no mounted cgroup hierarchy has the controller " + controller);
}

bool Stage::is_mounted(const std::string& path) const {
  return read_file("/proc/self/mountinfo").find(" " + path + " ") != std::string::npos;
}

Internet& Stage::internet() {
  if (!internet_) {
    internet_ = std::make_unique<Internet>();
    census_before();
  }
  return *internet_;
}

void Stage::census_before() { before_ = take_census(with_nft_); }

Census Stage::await_nothing(const std::string& kind) {
  const auto start = Clock::now();
  auto changed = start;
  for (Census last;;) {
    if (orphans_expected_) {
      while (::waitpid(-1, nullptr, WNOHANG) > 0) continue;
    }
    Census rest = left_over(before_, take_census(with_nft_ && kind.empty()));
    std::erase_if(rest, [&](const std::string& line) { return !line.starts_with(kind); });
    const std::set<std::string> kinds = kinds_of(rest);
    const bool only_links = kinds == std::set<std::string>{"link"};
    const auto patience = patient(only_links ? kSettlingLinks : kSettling);
    if (rest.empty() || Clock::now() > start + patience) return rest;
    if (rest != last) changed = Clock::now();
    const bool expected = std::includes(leaks_.begin(), leaks_.end(), kinds.begin(), kinds.end());
    if (expected && Clock::now() > changed + patient(kStanding)) return rest;
    last = std::move(rest);
    for (int i = 0; i < 5; ++i) pause_a_little();  // a census takes 2 ms itself
  }
}

void Stage::await_orphans() { await_nothing("process: "); }

Census Stage::census_after() { return await_nothing(counted_); }

}  // namespace stepbox
