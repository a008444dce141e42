// Is a file replaced whole or not at all? Does a lock hold for the file that has the name now? Does
// a violated lock order abort the process?
#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "common/files.hpp"
#include "common/lock_order.hpp"
#include "common/testing/stage/forked.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

Fd open_to_lock(const std::string& path) {
  return Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

// While it lives, write(2) fails beyond `bytes` of a file, as on a full disk. (RLIMIT_FSIZE)
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &full);
  }
  FullDisk(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_;
};

// The status of a process that takes two locks, one after the other.
int status_of_taking(LockRank first, LockRank second, Lock lock = Lock::kAlone) {
  const ScratchDirectory scratch;
  return run_forked([&] {
    ::signal(SIGABRT, SIG_DFL);  // not the handler of doctest, which reports a crash
    ::close(STDERR_FILENO);
    const FileLock outer = lock_file(scratch.file("first"), first, lock);
    const FileLock inner = lock_file(scratch.file("second"), second, lock);
    return 0;
  });
}

}  // namespace

TEST_CASE("read_file returns all bytes that create_file has written") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("x");
  std::string text("a\0b\n", 4);
  text.append(10'000, '\xff');
  create_file(path, text);
  CHECK(read_file(path) == text);
  create_file(path, "");
  CHECK(read_file(path).empty());
}

TEST_CASE("errors name the operation and the file") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("nowhere/x");
  const std::string why = ": No such file or directory";
  CHECK_THROWS_WITH_AS(read_file(path), ("read " + path + why).c_str(), std::system_error);
  CHECK_THROWS_WITH_AS(write_file(path, "1"), ("write " + path + why).c_str(), std::system_error);
  CHECK_THROWS_WITH_AS(create_file(path, ""), ("create " + path + why).c_str(), std::system_error);
  CHECK_THROWS_WITH_AS(write_file("/dev/full", "64"),
                       "write 64 to /dev/full: No space left on device", std::system_error);
}

TEST_CASE("write_file creates no file: a misspelt name in /sys is an error") {
  const ScratchDirectory scratch;
  CHECK_THROWS_AS(write_file(scratch.file("cpu.maks"), "1"), std::system_error);
  CHECK_FALSE(exists(scratch.file("cpu.maks")));
}

TEST_CASE("write_file repeats a write that a signal has interrupted") {
  const ScratchDirectory scratch;
  const std::string fifo = scratch.file("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(run_forked([&] {
          static int reader = -1;
          reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
          write_file(fifo,
                     std::string(1 << 16, 'x'));  // the pipe is full (pipe(7)): a write blocks
          struct sigaction drain {};              // without SA_RESTART
          drain.sa_handler = [](int) {
            char block[1 << 16];
            [[maybe_unused]] const ssize_t got = ::read(reader, block, sizeof block);
          };
          ::sigaction(SIGALRM, &drain, nullptr);
          const itimerval soon{{0, 50'000}, {0, 50'000}};
          ::setitimer(ITIMER_REAL, &soon, nullptr);
          write_file(fifo, "y");
          return 0;
        }) == 0);
}

TEST_CASE("read_link returns the target of a link, and nothing for other files") {
  const ScratchDirectory scratch;
  CHECK(::symlink("no/where", scratch.file("link").c_str()) == 0);
  create_file(scratch.file("file"), "");
  CHECK(read_link(scratch.file("link")) == "no/where");
  CHECK(read_link(scratch.file("file")).empty());
  CHECK(read_link(scratch.file("missing")).empty());
}

TEST_CASE("replace_file replaces the text") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("record");
  replace_file(path, "old");
  replace_file(path, "new");
  CHECK(read_file(path) == "new");
  CHECK_FALSE(exists(path + ".new"));
}

TEST_CASE("replace_file leaves the old text when the disk is full") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("record");
  replace_file(path, "old");
  {
    const FullDisk full(100);
    CHECK_THROWS_AS(replace_file(path, std::string(200, 'x')), std::system_error);
  }
  CHECK(read_file(path) == "old");
  CHECK_FALSE(exists(path + ".new"));
}

TEST_CASE("replace_file leaves the old text when it cannot write beside it") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("record");
  replace_file(path, "old");
  make_directories(path + ".new");
  CHECK_THROWS_AS(replace_file(path, "new"), std::system_error);
  CHECK(read_file(path) == "old");
}

TEST_CASE("make_directories creates missing directories, and accepts existing ones") {
  const ScratchDirectory scratch;
  make_directories(scratch.file("a/b/c"));
  make_directories(scratch.file("a/b/c"));
  make_directories(scratch.file("a/b/c/"));
  create_file(scratch.file("a/b/c/file"), "");
  CHECK_THROWS_AS(make_directories(scratch.file("a/b/c/file")), std::system_error);
  CHECK_THROWS_AS(make_directories(scratch.file("a/b/c/file/d")), std::system_error);
}

TEST_CASE("a lock has one holder") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("lock");
  FileLock first = lock_file(path, LockRank::kContainers);
  const Fd second = open_to_lock(path);
  CHECK_FALSE(try_lock(second, path));
  first.release();
  CHECK(try_lock(second, path));
}

TEST_CASE("the lock of a killed holder is free") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("lock");
  const int status = run_forked([&] {
    const FileLock held = lock_file(path, LockRank::kContainers);
    return ::raise(SIGKILL);
  });
  CHECK(status == 128 + SIGKILL);
  CHECK(try_lock(open_to_lock(path), path));
}

TEST_CASE("try_lock fails for a file that was removed or replaced") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("lock");
  const Fd removed = open_to_lock(path);
  ::unlink(path.c_str());
  CHECK_FALSE(try_lock(removed, path));
  const Fd fresh = open_to_lock(path);  // made anew
  CHECK_FALSE(try_lock(removed, path));
  CHECK(try_lock(fresh, path));
  create_file(scratch.file("other"), "");
  ::rename(scratch.file("other").c_str(), path.c_str());  // replaced
  CHECK_FALSE(try_lock(fresh, path));
}

TEST_CASE("lock_file waits for the holder, then locks the file that has the name now") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("lock");
  FileLock held = lock_file(path, LockRank::kContainers);
  std::thread waiting([&] {
    const FileLock got = lock_file(path, LockRank::kContainers);
    CHECK_FALSE(try_lock(open_to_lock(path), path));  // `got` has it
  });
  ::unlink(path.c_str());  // as its owner does at the end
  held.release();
  waiting.join();
  CHECK(try_lock(open_to_lock(path), path));
}

TEST_CASE("locks are taken in the order of their ranks") {
  CHECK(status_of_taking(LockRank::kRecord, LockRank::kContainers) == 0);
  CHECK(status_of_taking(LockRank::kStaging, LockRank::kSeccomp) == 0);
}

TEST_CASE("a lock that violates the order aborts the process") {
  CHECK(status_of_taking(LockRank::kContainers, LockRank::kRecord) == 128 + SIGABRT);
  CHECK(status_of_taking(LockRank::kRecord, LockRank::kRecord) == 128 + SIGABRT);
}

TEST_CASE("a shared lock may be taken twice") {
  CHECK(status_of_taking(LockRank::kStaging, LockRank::kStaging, Lock::kShared) == 0);
}

TEST_CASE("a lock that was released or moved from leaves the order") {
  const ScratchDirectory scratch;
  FileLock first = lock_file(scratch.file("first"), LockRank::kContainers);
  FileLock moved = std::move(first);
  first.release();
  CHECK(moved);
  moved.release();
  CHECK_FALSE(moved);
  CHECK(lock_file(scratch.file("second"), LockRank::kRecord));
}

TEST_CASE("a path with .. is found while another process renames files") {
  const ScratchDirectory scratch;
  std::filesystem::create_directories(scratch.file("a/b"));
  const std::string one = scratch.file("one"), two = scratch.file("two");
  open_to_lock(one);
  std::atomic<bool> done = false;
  std::thread renaming([&] {
    while (!done) {
      ::rename(one.c_str(), two.c_str());
      ::rename(two.c_str(), one.c_str());
    }
  });
  const Fd root = open_directory(scratch.path());
  int failed = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (!open_resolved(root, "a/b/../b/../b", O_PATH, RESOLVE_IN_ROOT)) ++failed;
  }
  done = true;
  renaming.join();
  CHECK(failed == 0);
}

}  // namespace stepbox
