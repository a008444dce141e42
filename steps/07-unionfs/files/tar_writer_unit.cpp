// Archives are reproducible, and layers follow the OCI image specification.
#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "07-unionfs/files/tar_writer.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

class Text : public Sink {
 public:
  void write(std::string_view bytes) override { text += bytes; }
  std::string text = {};
};

class FullDisk : public Sink {
 public:
  void write(std::string_view) override { throw_errno({"write it"}, ENOSPC); }
};

std::string packed(const std::string& directory, bool as_layer, const std::string& name = "") {
  Text sink;
  TarWriter tar(sink);
  Tree tree(open_directory(directory));
  if (as_layer) {
    add_layer(tar, tree);
  } else {
    add_tree(tar, tree, name);
  }
  tar.finish();
  return sink.text;
}

// The names in their order, each with its link target and the name of its extended attribute.
std::string listed(const std::string& archive_text) {
  archive* const reader = ::archive_read_new();
  ::archive_read_support_format_tar(reader);
  REQUIRE(::archive_read_open_memory(reader, archive_text.data(), archive_text.size()) == 0);
  std::string text;
  for (archive_entry* entry; ::archive_read_next_header(reader, &entry) == ARCHIVE_OK;) {
    text += join({text.empty() ? "" : " ", ::archive_entry_pathname(entry)});
    if (const char* target = ::archive_entry_hardlink(entry)) text += join({"=", target});
    if (const char* target = ::archive_entry_symlink(entry)) text += join({"->", target});
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    ::archive_entry_xattr_reset(entry);
    if (::archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
      text += join({"{", name, "}"});
    }
  }
  ::archive_read_free(reader);
  return text;
}

}  // namespace

TEST_CASE("an archive holds names in order, links of both kinds, attributes, no sockets") {
  const ScratchDirectory scratch;
  make_directories(scratch.file("d"));
  create_file(scratch.file("d/b"), "x");
  create_file(scratch.file("a"), "x");
  create_file(scratch.file("\xff odd"), "x");
  REQUIRE(::link(scratch.file("a").c_str(), scratch.file("d/a").c_str()) == 0);
  REQUIRE(::symlink("/etc", scratch.file("l").c_str()) == 0);
  REQUIRE(::mknod(scratch.file("socket").c_str(), S_IFSOCK, 0) == 0);
  REQUIRE(::setxattr(scratch.file("d").c_str(), "user.word", "x", 1, 0) == 0);
  const std::string archive = packed(scratch.path(), false);
  CHECK(listed(archive) == "a d/{user.word} d/a=a d/b l->/etc \xff odd");
  CHECK(packed(scratch.path(), false) == archive);
  CHECK(listed(packed(scratch.path(), false, "top")).starts_with("top/ top/a "));
}

TEST_CASE("whiteouts get the names of the OCI image specification") {
  const ScratchDirectory scratch;
  make_directories(scratch.file("etc"));
  REQUIRE(::mknod(scratch.file("etc/motd").c_str(), S_IFCHR, ::makedev(0, 0)) == 0);
  const char* opaque = ::geteuid() == 0 ? "trusted.overlay.opaque" : "user.overlay.opaque";
  REQUIRE(::setxattr(scratch.file("etc").c_str(), opaque, "y", 1, 0) == 0);
  CHECK(listed(packed(scratch.path(), true)) == "etc/ etc/.wh..wh..opq etc/.wh.motd");
  CHECK(whiteout_name("a") == ".wh.a");
  CHECK(whiteout_name("a/b/c") == "a/b/.wh.c");
}

TEST_CASE("a full disk is reported in every operation of libarchive") {
  FullDisk sink;
  TarWriter tar(sink);
  tar.add_directory("d");
  CHECK_THROWS_WITH_AS(tar.finish(), doctest::Contains("No space left"), std::system_error);
}

}  // namespace stepbox
