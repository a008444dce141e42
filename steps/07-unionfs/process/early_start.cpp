// The first instructions of stepbox-oci, before those of libc: for a verb that puts a process into
// a container they execute the program again from a read-only mount, as run_from_read_only_mount()
// does. So only the second time pays for the start of libc and libstdc++, 1 to 2 ms in a virtual
// machine, where each CPUID traps.
//
// Only on x86-64, and only in a static program (CMakeLists.txt names the entry point). Elsewhere,
// and where a call fails here, dispatch.cpp does it.
#if defined(__x86_64__)

#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include "common/mount_api.hpp"

namespace {

long as_word(long number) { return number; }
long as_word(const void* address) { return reinterpret_cast<long>(address); }

// No function of libc can be called: errno, the stack protector's canary and the addresses of
// memset(3) and its kin are not there yet.
template <class... Arguments>
[[gnu::always_inline]] inline long system_call(long number, Arguments... arguments) {
  const long words[5] = {as_word(arguments)...};
  register long fourth asm("r10") = words[3];
  register long fifth asm("r8") = words[4];
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(words[0]), "S"(words[1]), "d"(words[2]), "r"(fourth), "r"(fifth)
               : "rcx", "r11", "memory");
  return result;
}

[[gnu::always_inline]] inline bool is_same(const char* word, const char* other) {
  for (; *word == *other; ++word, ++other) {
    if (*word == '\0') return true;
  }
  return false;
}

}  // namespace

// `stack`: argc, argv, environment (System V ABI, x86-64 supplement, "Initial Stack").
extern "C" __attribute__((used, no_stack_protector)) void stepbox_run_from_read_only_mount(
    const long* stack) {
  const auto argv = reinterpret_cast<const char* const*>(stack + 1);
  bool enters = false;  // whether it is a verb that puts a process into a container
  for (const char* const* word = argv; *word; ++word) {
    enters = enters || is_same(*word, "create") || is_same(*word, "exec") || is_same(*word, "run");
  }
  if (!enters) return;
  constexpr char kOwn[] = "/proc/self/exe";
  struct statfs status;
  if (system_call(SYS_statfs, kOwn, &status) != 0 || (status.f_flags & ST_RDONLY)) return;
  const long tree =
      system_call(SYS_open_tree, AT_FDCWD, kOwn, long{OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC});
  const mount_attr attributes{MOUNT_ATTR_RDONLY, 0, 0, 0};
  if (tree < 0 || system_call(SYS_mount_setattr, tree, "", long{AT_EMPTY_PATH}, &attributes,
                              long{sizeof attributes}) != 0) {
    return;
  }
  system_call(SYS_execveat, tree, "", argv, argv + stack[0] + 1, long{AT_EMPTY_PATH});
}

// The kernel sets %rdx to 0, and _start expects that: it may hold a function for atexit(3).
asm(R"(
  .globl stepbox_start
stepbox_start:
  mov %rsp, %rdi
  call stepbox_run_from_read_only_mount
  xor %edx, %edx
  jmp _start
)");

#endif
