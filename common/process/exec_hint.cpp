#include "common/process/exec_hint.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/text.hpp"

namespace stepbox {

bool is_executable(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) == -1) return false;
  errno = EACCES;
  return S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

std::string search_path(const std::string& name) {
  if (name.empty() || name.find('/') != name.npos) return name;
  std::string denied;
  const char* path = std::getenv("PATH");
  for (const std::string& directory : split(path ? path : "/bin:/usr/bin", ':')) {
    const std::string candidate = join({directory.empty() ? "." : directory, "/", name});
    if (is_executable(candidate)) return candidate;
    if (errno == EACCES && denied.empty()) denied = candidate;
  }
  return denied;
}

// The name of an ELF file's machine as `uname -m` gives it.
static std::string machine_of(const unsigned char* header) {
  constexpr std::pair<int, const char*> kNames[] = {
      {EM_X86_64, "x86_64"}, {EM_AARCH64, "aarch64"}, {EM_386, "i686"},   {EM_ARM, "arm"},
      {EM_RISCV, "riscv64"}, {EM_S390, "s390x"},      {EM_PPC64, "ppc64"}};
  const bool big = header[EI_DATA] == ELFDATA2MSB;
  const int machine = header[big ? 19 : 18] + 256 * header[big ? 18 : 19];  // e_machine (elf(5))
  for (const auto& [number, name] : kNames) {
    if (number == machine) return name;
  }
  return "machine " + std::to_string(machine);
}

static std::string format_hint(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  unsigned char header[20];
  const ssize_t size = file ? ::read(file.get(), header, sizeof header) : -1;
  if (size == 0) return "the file is empty";
  if (size > 1 && header[0] == '#' && header[1] == '!') {
    return "its interpreter, named after #!, cannot be executed here";
  }
  if (size == sizeof header && std::memcmp(header, ELFMAG, SELFMAG) == 0) {
    utsname own;
    ::uname(&own);
    return join({"the program is for ", machine_of(header), ", this machine is ", own.machine});
  }
  return "it is no ELF file and no script that begins with #!";
}

static bool is_setuid(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_ISUID | S_ISGID)) != 0;
}

std::string hint_of_exec(const std::string& path, int error) {
  if (error == ENOEXEC) return format_hint(path);
  const bool missing = error == ENOENT || error == ENOTDIR;
  if (missing && ::access(path.c_str(), F_OK) == 0) {
    return "it exists; its interpreter or dynamic loader does not: file(1), ldd(1)";
  }
  const bool refused = error == EACCES || error == EPERM;
  if (refused && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && is_setuid(path)) {
    return "a setuid program; these gain privileges only with --security-opt "
           "no-new-privileges=false";
  }
  return "";
}

}  // namespace stepbox
