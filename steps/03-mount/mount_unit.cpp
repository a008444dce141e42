// Parsing of -v, and of /proc/PID/mountinfo.
#include <doctest/doctest.h>

#include "03-mount/mount.hpp"
#include "03-mount/mountinfo.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {

static Volume volume_of(const std::string& text) {
  Volume volume;
  parse_value(text, volume);
  return volume;
}

TEST_CASE("a volume has a source, a destination, and optionally ro or rw") {
  const ScratchDirectory scratch;
  const std::string source = std::filesystem::canonical(scratch.path()).string();
  const Volume plain = volume_of(source + ":/mnt");
  CHECK(plain.source == source);
  CHECK(plain.destination == "/mnt");
  CHECK_FALSE(plain.read_only);
  const Volume read_only = volume_of(source + ":/mnt/a b:ro");
  CHECK(read_only.destination == "/mnt/a b");
  CHECK(read_only.read_only);
  CHECK_FALSE(volume_of(source + ":/mnt:rw").read_only);
}

TEST_CASE("the source of a volume becomes absolute, its symbolic links resolved") {
  const ScratchDirectory scratch;
  const std::string source = std::filesystem::canonical(scratch.path()).string();
  make_directories(source + "/real");
  std::filesystem::create_symlink("real", source + "/link");
  CHECK(volume_of(source + "/link/../link/.:/mnt").source == source + "/real");
  CHECK(volume_of(".:/mnt").source == std::filesystem::current_path().string());
}

TEST_CASE("an invalid volume is refused with its text") {
  for (const char* text : {"", ":", "/", "/tmp", "/tmp:", ":/mnt", "/tmp:mnt", "/tmp::ro",
                           "/tmp:/mnt:", "/tmp:/mnt:r", "/tmp:/mnt:ro:ro", "/tmp:/mnt:RO"}) {
    CAPTURE(std::string(text));
    Volume volume;
    CHECK_THROWS_WITH_AS(parse_value(text, volume), doctest::Contains("is not SRC:DST[:ro]"),
                         Failure);
  }
}

TEST_CASE("a volume whose source does not exist is refused with its path") {
  Volume volume;
  CHECK_THROWS_WITH_AS(parse_value("/no/such/place:/mnt", volume),
                       "open /no/such/place: No such file or directory: SRC is a path of the "
                       "host: mkdir /no/such/place",
                       Failure);
}

TEST_CASE("a line of mountinfo is parsed") {
  const MountEntry entry =
      parse_mountinfo("36 35 98:0 /root /target rw,noatime shared:1 - ext3 /dev/sda rw,errors=c");
  CHECK(entry.id == 36);
  CHECK(entry.root == "/root");
  CHECK(entry.target == "/target");
  CHECK(entry.type == "ext3");
  CHECK(entry.options == "rw,errors=c");
}

TEST_CASE("a line may have any number of optional fields, or none") {
  CHECK(parse_mountinfo("1 2 0:3 / /a rw - tmpfs none rw").type == "tmpfs");
  CHECK(parse_mountinfo("1 2 0:3 / /a rw shared:1 master:2 - tmpfs none rw").type == "tmpfs");
}

TEST_CASE("a directory named - is not the separator") {
  const MountEntry entry = parse_mountinfo("1 2 0:3 - - rw - proc proc rw,x");
  CHECK(entry.root == "-");
  CHECK(entry.target == "-");
  CHECK(entry.type == "proc");
  CHECK(entry.options == "rw,x");
}

TEST_CASE("octal escapes become characters") {
  const MountEntry entry =
      parse_mountinfo(R"(1 2 0:3 /\134040 /a\040b\011c\012d\134e\303\251\040 rw - tmpfs none rw)");
  CHECK(entry.root == "/\\040");  // a backslash, then the digits
  CHECK(entry.target == "/a b\tc\nd\\e\xc3\xa9 ");
}

TEST_CASE("an incomplete line gives an entry without a type") {
  for (const char* line : {"", " ", "1", "1 2 0:3 /", "1 2 0:3 / /a", "1 2 0:3 / /a rw -",
                           "1 2 0:3 / /a rw - tmpfs", R"(1 2 0:3 / /a\04)"}) {
    CAPTURE(std::string(line));
    CHECK(parse_mountinfo(line).type.empty());
  }
}

TEST_CASE("this machine's own mounts can be read") {
  const std::vector<MountEntry> entries = read_mountinfo();
  bool proc = false;
  for (const MountEntry& entry : entries) {
    CHECK(entry.id > 0);
    CHECK(entry.target.front() == '/');
    CHECK_FALSE(entry.type.empty());
    proc = proc || (entry.target == "/proc" && entry.type == "proc");
  }
  CHECK(proc);
}

}  // namespace stepbox
