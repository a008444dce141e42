// Finding changes in the upper layer of an overlay.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "07-unionfs/containers/file_changes.hpp"
#include "common/files.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

// Two layers of an image and the upper layer of a container, as directories.
class Layers {
 public:
  Layers() {
    for (const char* name : {"own", "top", "bottom"}) make_directories(scratch_.file(name));
  }
  void directory(const std::string& path) const { make_directories(scratch_.file(path)); }
  void file(const std::string& path, const char* text = "x") const {
    directory(path.substr(0, path.rfind('/')));
    create_file(scratch_.file(path), text);
  }
  void whiteout(const std::string& path) const {
    directory(path.substr(0, path.rfind('/')));
    REQUIRE(::mknod(scratch_.file(path).c_str(), S_IFCHR, ::makedev(0, 0)) == 0);
  }
  void opaque(const std::string& path) const {
    directory(path);
    const char* name = ::geteuid() == 0 ? "trusted.overlay.opaque" : "user.overlay.opaque";
    REQUIRE(::setxattr(scratch_.file(path).c_str(), name, "y", 1, 0) == 0);
  }
  void mode(const std::string& path, mode_t mode) const {
    REQUIRE(::chmod(scratch_.file(path).c_str(), mode) == 0);
  }
  void touch(const std::string& path) const {  // times that are the same in each copy
    constexpr timespec kThen[2] = {{1'000'000'000, 7}, {1'000'000'000, 7}};
    REQUIRE(::utimensat(AT_FDCWD, scratch_.file(path).c_str(), kThen, 0) == 0);
  }
  void link(const char* target, const std::string& path) const {
    REQUIRE(::symlink(target, scratch_.file(path).c_str()) == 0);
  }

  // "C /etc, A /etc/new"
  std::string changes(bool whole = false, std::set<std::string> mount_points = {}) const {
    const Fd own(::open(scratch_.file("own").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::vector<std::string> layers{scratch_.file("top"), scratch_.file("bottom")};
    std::string text;
    for (const Change& change : compare({own, whole, layers, std::move(mount_points)})) {
      text += (text.empty() ? "" : ", ") + std::string(1, change.kind) + " " + change.path;
    }
    return text;
  }

 private:
  ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("new files are added; files of the image are changed, and so is their directory") {
  const Layers layers;
  layers.file("bottom/etc/motd");
  layers.file("own/etc/motd");
  layers.file("own/new/deep/file");
  CHECK(layers.changes() == "C /etc, C /etc/motd, A /new, A /new/deep, A /new/deep/file");
}

TEST_CASE("a directory that was only copied up is no change; its mode is") {
  const Layers layers;
  layers.directory("top/etc");
  layers.directory("own/etc");
  CHECK(layers.changes() == "");
  layers.mode("own/etc", 0700);
  CHECK(layers.changes() == "C /etc");
}

TEST_CASE("a whiteout means deleted, unless the image has no such file") {
  const Layers layers;
  layers.file("bottom/a/x");
  layers.whiteout("own/a");
  layers.whiteout("own/b");
  CHECK(layers.changes() == "D /a");
}

TEST_CASE("files that an upper layer of the image deletes do not exist") {
  const Layers layers;
  layers.file("bottom/gone");
  layers.whiteout("top/gone");
  layers.file("bottom/dir/file");
  layers.opaque("top/dir");
  layers.file("own/gone");
  layers.file("own/dir/file");
  CHECK(layers.changes() == "C /dir, A /dir/file, A /gone");
}

TEST_CASE("missing files of a replaced directory are deleted") {
  const Layers layers;
  layers.file("bottom/mnt/old");
  layers.file("bottom/mnt/sub/file");
  layers.file("top/mnt/kept");
  layers.opaque("own/mnt");
  layers.file("own/mnt/kept");
  layers.file("own/mnt/new");
  layers.directory("own/mnt/sub");
  CHECK(layers.changes() ==
        "C /mnt, C /mnt/kept, A /mnt/new, D /mnt/old, C /mnt/sub, D /mnt/sub/file");
}

TEST_CASE("a file in place of a directory, and a directory in place of a file, were changed") {
  const Layers layers;
  layers.file("top/one");
  layers.file("top/two/file");
  layers.file("own/one/file");
  layers.file("own/two");
  CHECK(layers.changes() == "C /one, A /one/file, C /two");
}

TEST_CASE("changes of a copied image are the same") {
  const Layers layers;
  for (const char* tree : {"bottom/", "own/"}) {
    layers.file(std::string(tree) + "same");
    layers.file(std::string(tree) + "etc/motd", tree);
  }
  layers.file("top/gone/file");
  layers.file("own/new");
  for (const char* file : {"bottom/same", "own/same"}) layers.touch(file);
  CHECK(layers.changes(true) == "C /etc, C /etc/motd, D /gone, A /new");
}

TEST_CASE("mount points of the runtime are no change, unless they have content") {
  const Layers layers;
  layers.directory("top/etc");
  layers.directory("own/proc");
  layers.directory("own/new/place");
  layers.file("own/etc/conf", "");
  const std::set<std::string> points{"/proc", "/new/place", "/etc/conf"};
  CHECK(layers.changes(false, points) == "");
  layers.file("own/new/place/file");
  CHECK(layers.changes(false, points) == "A /new, A /new/place, A /new/place/file");
}

TEST_CASE("a symbolic link is a file like others: what it points to is not read") {
  const Layers layers;
  layers.file("bottom/etc/motd");
  layers.link("/etc", "own/etc");
  layers.link("/", "own/root");
  CHECK(layers.changes() == "C /etc, A /root");
}

}  // namespace stepbox
