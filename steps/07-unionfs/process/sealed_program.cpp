#include "07-unionfs/process/sealed_program.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "07-unionfs/process/environment.hpp"
#include "07-unionfs/process/process_table.hpp"
#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/mount_api.hpp"
#include "common/openers.hpp"
#include "common/text.hpp"

namespace stepbox {

constexpr char kOwn[] = "/proc/self/exe";

bool own_program_is_writable() { return static_cast<bool>(Fd(::open(kOwn, O_WRONLY | O_CLOEXEC))); }

bool is_parents_program(pid_t child) {
  const std::string parents = join({"/proc/", stat_fields(child).at(4), "/exe"});
  struct stat ours, theirs;
  return ::stat(kOwn, &ours) == 0 && ::stat(parents.c_str(), &theirs) == 0 &&
         ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

// A seal is permanent: no process can write to the copy any more, however it opens it (fcntl(2),
// F_ADD_SEALS).
static Fd make_copy(const Fd& own) {
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  Fd copy = open_memfd("stepbox", MFD_ALLOW_SEALING);
  struct stat status;
  if (::fstat(own.get(), &status) == -1) throw_errno({"copy ", kOwn});
  for (off_t left = status.st_size; left > 0;) {
    const ssize_t done = ::sendfile(copy.get(), own.get(), nullptr, static_cast<size_t>(left));
    if (done <= 0) throw_errno({"copy ", kOwn});
    left -= done;
  }
  if (::fcntl(copy.get(), F_ADD_SEALS, kSeals) == -1) throw_errno({"seal the copy of ", kOwn});
  return copy;
}

// Does not return on success.
static void execute(const Fd& program) {
  std::vector<std::string> words = split(read_file("/proc/self/cmdline"), '\0');
  words.pop_back();  // the text ends with a zero: the last part is empty
  ::fexecve(program.get(), as_pointers(words).data(), environ);
}

static bool is_sealed(const Fd& program) {
  const int seals = ::fcntl(program.get(), F_GET_SEALS);
  return seals != -1 && (seals & F_SEAL_WRITE);
}

void run_from_sealed_copy() {
  const Fd own(::open(kOwn, O_RDONLY | O_CLOEXEC));
  if (!own) throw_errno({"open ", kOwn});
  if (is_sealed(own)) return;
  execute(make_copy(own));
  throw_errno({"run the copy of ", kOwn});
}

void run_from_read_only_mount() {
  struct statvfs status;
  if (::statvfs(kOwn, &status) == 0 && (status.f_flag & ST_RDONLY)) return;
  const Fd tree = copy_tree(AT_FDCWD, kOwn);
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  if (tree && ::mount_setattr(tree.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0) {
    execute(tree);
  }
  run_from_sealed_copy();
}

}  // namespace stepbox
