// Limits on the member table of an untrusted archive.
#include <doctest/doctest.h>
#include <fcntl.h>

#include "07-unionfs/files/tar_writer.hpp"
#include "07-unionfs/images/archive_files.hpp"
#include "common/error.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

// Creates a tar of `files` empty files.
std::string tar_of(const ScratchDirectory& scratch, int files) {
  const std::string path = scratch.file("archive.tar");
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  FdSink sink(file.get(), path);
  TarWriter tar(sink);
  for (int i = 0; i < files; ++i) tar.add_file(std::to_string(i), "");
  tar.finish();
  return path;
}

}  // namespace

TEST_CASE("an image archive of more than 20,000 files is refused") {
  const ScratchDirectory scratch;
  CHECK_THROWS_WITH_AS(ArchiveFiles(tar_of(scratch, 20'001), scratch.path()),
                       doctest::Contains("no image archive has so many files"), Failure);
  const ArchiveFiles files(tar_of(scratch, 20'000), scratch.path());
  CHECK(files.has("19999"));
}

TEST_CASE("a name that is longer than a path can be is left out") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("archive.tar");
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  FdSink sink(file.get(), path);
  TarWriter tar(sink);
  tar.add_file(std::string(PATH_MAX + 1, 'x'), "");
  tar.add_file("manifest.json", "[]");
  tar.finish();
  const ArchiveFiles files(path, scratch.path());
  CHECK_FALSE(files.has(std::string(PATH_MAX + 1, 'x')));
  CHECK(files.text("manifest.json") == "[]");
}

}  // namespace stepbox
