// Looking up containers by name, id and prefix.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "07-unionfs/containers/container.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/storage/overlay.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"
#include "common/testing/stage/forked.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

// A store in a scratch directory, with containers that have ended.
class Example {
 public:
  Example() {
    set_store(scratch_.path());
    ::setenv("XDG_RUNTIME_DIR", scratch_.path().c_str(), 1);
  }

  // `id` is filled up to 64 digits. Each is a second younger than the one before.
  std::string add(std::string id, const std::string& name, bool running = false) {
    id.resize(64, '0');
    Record record;
    record.id = id;
    record.name = name;
    record.running = running;
    record.created = ++time_;
    make_directories(store() + "/containers/" + id);
    make_directories(store() + "/names");
    write_record(store() + "/containers/" + id + "/record.json", record);
    std::filesystem::create_symlink(id, store() + "/names/" + name);
    return id;
  }

 private:
  ScratchDirectory scratch_;
  int64_t time_ = 0;
};

}  // namespace

TEST_CASE("a container is found by name, by id, and by the beginning of its id") {
  Example example;
  const std::string first = example.add("abc1", "web");
  const std::string second = example.add("abd2", "db");
  CHECK(find_container("web").id == first);
  CHECK(find_container(second).id == second);
  CHECK(find_container(short_id(first)).id == first);
  CHECK(find_container("abd").id == second);
}

TEST_CASE("a beginning that two ids have is refused") {
  Example example;
  example.add("abc1", "web");
  example.add("abd2", "db");
  CHECK_THROWS_WITH_AS(find_container("ab"), doctest::Contains("more than one container"), Failure);
}

TEST_CASE("a name comes before the beginning of an id") {
  Example example;
  example.add("abc1", "web");
  example.add("abd2", "other");
  const std::string named = example.add("0123", "abc");
  CHECK(find_container("abc").id == named);
  const std::string whole = example.add("4567", "ab");
  CHECK(find_container("ab").id == whole);  // no more than one, then
}

TEST_CASE("an unknown name is refused") {
  Example example;
  example.add("abc1", "web");
  for (const char* text : {"", "we", "webs", "bc1", "ABC1", ".", "..", "/", "../names/web",
                           "names/web", "./web", "abc1/"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_WITH_AS(find_container(text), doctest::Contains("no such container: "), Failure);
  }
}

TEST_CASE("an empty store has no containers, and that is no error") {
  const Example example;
  CHECK(all_containers().empty());
  CHECK_THROWS_AS(find_container("x"), Failure);
}

TEST_CASE("the newest container comes first") {
  Example example;
  const std::string older = example.add("ffff", "older");
  const std::string newer = example.add("0001", "newer");
  const std::vector<Record> all = all_containers();
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == newer);
  CHECK(all[1].id == older);
}

TEST_CASE("a running container without a monitor has ended by KILL") {
  Example example;
  example.add("abc1", "web", true);
  const Record record = find_container("web");
  CHECK_FALSE(record.running);
  CHECK(record.status == 137);
}

TEST_CASE("a container that has no record yet is left out") {
  Example example;
  const std::string id = example.add("abc1", "web");
  make_directories(store() + "/containers/" + std::string(64, 'b'));
  REQUIRE(all_containers().size() == 1);
  CHECK(all_containers()[0].id == id);
}

TEST_CASE("a container that was removed during a wait does not exist any more") {
  const Example example;
  const std::string id(64, 'a');
  CHECK_THROWS_AS(Container{id}, NoSuchContainer);
  CHECK_FALSE(exists(run_lock_of(id)));
}

TEST_CASE("a container of an unknown image is not started") {
  const ScratchDirectory scratch;
  CHECK_THROWS_WITH_AS(Overlay({}, scratch.path(), StorageOptions(), true),
                       doctest::Contains("record"), Failure);
}

TEST_CASE("a mark that is written in part is an error of the disk, whatever errno was before") {
  Example example;
  const std::string id = example.add("abc1", "web");
  const int status = run_forked([&] {
    const Fd run_lock = acquire_run_lock(id);
    const rlim_t size = store().size() + 4;  // the line with the store, and 3 bytes
    const rlimit limit{size, size};
    ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
    errno = ENOENT;
    try {
      mark_running(run_lock);
    } catch (const std::system_error& error) {
      return error.code().value() == ENOSPC ? 0 : 1;
    }
    return 2;
  });
  CHECK(status == 0);
}

TEST_CASE("a container in recovery has no holder, but its run lock is not released") {
  Example example;
  const std::string id = example.add("abc1", "web", true);
  acquire_run_lock(id);  // and it is dropped at once, as if the holder were killed
  Fd run_lock;
  {
    const FileLock lock = lock_run_locks();
    run_lock = acquire_for_recovery(id);
    CHECK(run_lock);
    CHECK_FALSE(is_run_lock_held(id));
    CHECK(is_in_recovery(id));
    CHECK_FALSE(acquire_for_recovery(id));
  }
  CHECK_FALSE(is_released(id));
  CHECK_THROWS_AS(acquire_run_lock(id), Failure);
  run_lock.close();
  CHECK(is_released(id));
  CHECK(acquire_run_lock(id));
}

TEST_CASE("a tree that is deeper than can be named is refused with the place where it begins") {
  const ScratchDirectory scratch;
  const std::string name(200, 'd');
  Fd directory = open_directory(scratch.path());
  for (int level = 0; level < 350; ++level) {
    REQUIRE(::mkdirat(directory.get(), name.c_str(), 0700) == 0);
    directory = Fd(::openat(directory.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  Tree tree(open_directory(scratch.path()));
  const auto read_all = [&] {
    while (tree.next()) continue;
  };
  CHECK_THROWS_WITH_AS(read_all(), doctest::Contains("in /dddd"), std::system_error);
}

TEST_CASE("a tree with more levels than RLIMIT_NOFILE is removed") {
  const ScratchDirectory scratch;
  const int status = run_forked([&] {
    const rlimit few{64, 64};
    std::string path = scratch.file("tree");
    for (int level = 0; level < 200; ++level) path += "/d";
    make_directories(path);
    ::setrlimit(RLIMIT_NOFILE, &few);
    remove_tree(scratch.file("tree"));
    return 0;
  });
  CHECK(status == 0);
  CHECK_FALSE(exists(scratch.file("tree")));
}

}  // namespace stepbox
