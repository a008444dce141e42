#include "07-unionfs/confinement/seccomp.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <functional>

#include "07-unionfs/files/store.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

// Everything that a filter depends on. It is stored in front of the cached program and compared
// when that is read, so a hash collision of file names cannot mix up two profiles.
static std::string key_of(const std::string& profile, CapabilitySet capabilities) {
  utsname system;
  if (::uname(&system) == -1) throw_errno({"uname"});
  constexpr char kLibrary[] = {'0' + SCMP_VER_MAJOR, '.', '0' + SCMP_VER_MINOR, '.',
                               '0' + SCMP_VER_MICRO, '\0'};
  return join({"libseccomp ", kLibrary, ", Linux ", system.release, " ", system.machine,
               ", capabilities ", std::to_string(capabilities), "\n", profile, "\n"});
}

// A process that could write to a cached filter could disable it for every container, so the file
// is used only if this user owns it and nobody else may write to it.
static bool is_ours_alone(const Fd& file) {
  struct stat status;
  return ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) &&
         status.st_uid == ::geteuid() && (status.st_mode & 077) == 0;
}

// The cached filter; empty if there is none that can be trusted.
static CallFilter read_kept(const std::string& path, const std::string& key) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file || !is_ours_alone(file)) return "";
  std::string text = read_file(proc_path(file));
  if (!text.starts_with(key)) return "";
  return text.erase(0, key.size());
}

// LAB: filter
CallFilter filter_of(const std::string& profile, CapabilitySet capabilities) {
  const std::string key = key_of(profile, capabilities);
  const std::string folder = run_directory() + "/seccomp";
  const std::string path = join({folder, "/", std::to_string(std::hash<std::string>()(key))});
  CallFilter filter = read_kept(path, key);
  if (filter.empty() || filter.size() % sizeof(sock_filter) != 0) {
    filter = with_ranges(compile_profile(profile, capabilities));
    make_directories(folder, 0700);
    const FileLock lock = lock_file(run_directory() + "/seccomp.lock", LockRank::kSeccomp);
    replace_file(path, key + filter, 0600);
  }
  return filter;
}

Fd install(const CallFilter& filter, unsigned flags) {
  if (filter.empty()) return Fd();
  explain({"setpriv --seccomp-filter …"});
  std::string program = filter;
  const sock_fprog loaded{static_cast<unsigned short>(program.size() / sizeof(sock_filter)),
                          reinterpret_cast<sock_filter*>(program.data())};
  const long result = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &loaded);
  if (result == -1) throw_errno({"set the filter of system calls"});
  return Fd(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER ? static_cast<int>(result) : -1);
}

}  // namespace stepbox
