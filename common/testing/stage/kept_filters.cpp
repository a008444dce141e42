#include "common/testing/stage/kept_filters.hpp"

#include <fcntl.h>
#include <stdio.h>

#include <filesystem>
#include <string>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

constexpr const char* kOfSubjects = "/run/stepbox/seccomp";

// An open directory of the workshop: its mount can be written, while a stage's view of it is
// read-only.
Fd& kept() {
  static Fd directory;
  return directory;
}

}  // namespace

void open_kept_filters() {
  const char* path = "/run/stage/filters";
  make_directories(path, 0700);
  kept() = Fd(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!kept()) throw_errno({"open ", path});
}

void put_kept_filters() {
  for (const auto& entry : std::filesystem::directory_iterator(proc_path(kept()))) {
    const std::string name = entry.path().filename();
    if (name.starts_with('.')) continue;  // another process writes it
    make_directories(kOfSubjects, 0700);
    create_file(join({kOfSubjects, "/", name}), read_file(entry.path()), 0600);
  }
}

void keep_filters() {
  if (!exists(kOfSubjects)) return;
  for (const auto& entry : std::filesystem::directory_iterator(kOfSubjects)) {
    const std::string name = entry.path().filename();
    const std::string target = join({proc_path(kept()), "/", name});
    if (name.starts_with('.') || exists(target)) continue;
    const std::string written = join({proc_path(kept()), "/.", name, random_word()});
    create_file(written, read_file(entry.path()), 0600);
    if (::rename(written.c_str(), target.c_str()) == -1) throw_errno({"keep ", target});
  }
}

}  // namespace stepbox
