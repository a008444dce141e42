// Attacks that a root user in a container might try. None does harm if it succeeds.
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/testing/probe/probe.hpp"

namespace stepbox {
namespace {

// Makes a device node of its own, and opens it. (/dev/null's numbers: a disk's would do as well.)
long use_own_device() {
  ::unlink("/tmp/device");
  if (::mknod("/tmp/device", S_IFCHR | 0600, makedev(1, 3)) == -1) return -1;
  return ::open("/tmp/device", O_RDWR | O_CLOEXEC);
}

// Opens a file of a file system by its handle, without a path. (open_by_handle_at(2), "shocker")
long open_by_handle() {
  alignas(file_handle) char bytes[sizeof(file_handle) + MAX_HANDLE_SZ] = {};
  file_handle* const handle = reinterpret_cast<file_handle*>(bytes);
  handle->handle_bytes = MAX_HANDLE_SZ;
  int mount = 0;
  const int folder = ::open("/dev/shm", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (::name_to_handle_at(folder, "", handle, &mount, AT_EMPTY_PATH) == -1) return -1;
  return ::open_by_handle_at(folder, handle, O_RDONLY | O_CLOEXEC);
}

long make_bpf_map() {
  bpf_attr map{};
  map.map_type = BPF_MAP_TYPE_ARRAY;
  map.key_size = map.value_size = 4;
  map.max_entries = 1;
  return ::syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map);
}

// Sets nothing, but the kernel tests the permission. (settimeofday(2))
long set_clock() { return ::syscall(SYS_settimeofday, nullptr, nullptr); }

// Puts characters into the input of the terminal on stdin (TIOCSTI), for the next reader. The
// kernel uses the lower 32 bits of the request; a filter that compares 64 bits does not match.
long type(unsigned long upper_half) {
  for (const char* key = "echo typed-inside\n"; *key; ++key) {
    if (::syscall(SYS_ioctl, STDIN_FILENO, upper_half | TIOCSTI, key) == -1) return -1;
  }
  return 0;
}

// A socket of the kernel's crypto API. The family is an int: the kernel ignores the upper 32 bits.
long open_crypto(long upper_half) {
  constexpr long kFamily = 38;  // AF_ALG
  return ::syscall(SYS_socket, upper_half | kFamily, SOCK_SEQPACKET, 0);
}

long trace(pid_t pid) { return ::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr); }

long join_mounts(pid_t pid) {
  char path[64];
  ::snprintf(path, sizeof path, "/proc/%d/ns/mnt", pid);
  const int ns = ::open(path, O_RDONLY | O_CLOEXEC);
  return ns == -1 ? -1 : ::setns(ns, CLONE_NEWNS);
}

long write_to(const char* path) {
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  if (file == -1 && errno == ENOENT) errno = ENOSYS;  // this kernel has no such file
  return file;
}

struct Attack {
  const char* name;
  long (*run)(pid_t victim);  // -1 and errno when it fails
};

constexpr Attack kAttacks[] = {
    {"acct", [](pid_t) -> long { return ::acct("/no/such"); }},
    {"bpf", [](pid_t) { return make_bpf_map(); }},
    {"clock", [](pid_t) { return set_clock(); }},
    {"console", [](pid_t) { return type(0); }},
    {"console-64", [](pid_t) { return type(1UL << 32); }},
    {"core_pattern", [](pid_t) { return write_to("/proc/sys/kernel/core_pattern"); }},
    {"crypto", [](pid_t) { return open_crypto(0); }},
    {"crypto-64", [](pid_t) { return open_crypto(1L << 32); }},
    {"device", [](pid_t) { return use_own_device(); }},
    {"fsopen", [](pid_t) { return ::syscall(SYS_fsopen, "tmpfs", 0); }},
    {"handle", [](pid_t) { return open_by_handle(); }},
    {"ioperm", [](pid_t) -> long { return ::ioperm(0x80, 1, 1); }},
    {"irq", [](pid_t) { return write_to("/proc/irq/default_smp_affinity"); }},
    {"kexec", [](pid_t) { return ::syscall(SYS_kexec_load, 0, 17, nullptr, 0); }},
    {"keyctl", [](pid_t) { return ::syscall(SYS_keyctl, 0, -3, 0, 0, 0); }},
    {"module", [](pid_t) { return ::syscall(SYS_init_module, nullptr, 0, ""); }},
    {"mount", [](pid_t) -> long { return ::mount("x", "/tmp", "tmpfs", 0, nullptr); }},
    {"mount-cgroup", [](pid_t) -> long { return ::mount("x", "/tmp", "cgroup2", 0, nullptr); }},
    {"perf", [](pid_t) { return ::syscall(SYS_perf_event_open, nullptr, -1, 0, -1, 0); }},
    {"reboot", [](pid_t) { return ::syscall(SYS_reboot, 0, 0, 0, nullptr); }},
    {"remount",
     [](pid_t) -> long { return ::mount("", "/sys", "", MS_REMOUNT | MS_BIND, nullptr); }},
    {"setns", [](pid_t victim) { return join_mounts(victim); }},
    {"swapon", [](pid_t) -> long { return ::swapon("/no/such", 0); }},
    {"sysrq", [](pid_t) { return write_to("/proc/sysrq-trigger"); }},
    {"trace", [](pid_t victim) { return trace(victim); }},
    {"umount", [](pid_t) -> long { return ::umount2("/proc/sys", MNT_DETACH); }},
    {"unshare", [](pid_t) -> long { return ::unshare(CLONE_NEWUSER); }},
    {"userfaultfd", [](pid_t) { return ::syscall(SYS_userfaultfd, O_CLOEXEC); }},
};

// Whether the error is a refusal, or means that the kernel has no such call. Other errors are about
// the arguments: the attack was possible.
bool is_refusal(int error) {
  return error == EPERM || error == EACCES || error == EROFS || error == ENOSYS;
}

}  // namespace

// attack NAME [PID]
int attack(int count, char** words) {
  for (const Attack& attack : kAttacks) {
    if (count < 1 || ::strcmp(words[0], attack.name) != 0) continue;
    const long result = attack.run(count > 1 ? ::atoi(words[1]) : ::getppid());
    const bool refused = result == -1 && is_refusal(errno);
    ::printf("%s %s: %s\n", attack.name, refused ? "refused" : "possible",
             result == -1 ? ::strerror(errno) : "done");
    return 0;
  }
  return 2;
}

}  // namespace stepbox
