// clone(2) for programs with the address sanitizer, linked in its place (ld --wrap). The sanitizer
// marks a frame's variables in its shadow memory, and clears the marks when an exception unwinds
// the frame, but only up to the end of the stack that it believes to be the thread's. A child on a
// stack of its own would keep them, and its next frames there be reported as faults.
#include <sanitizer/common_interface_defs.h>
#include <sched.h>

#include <cstdarg>
#include <cstddef>

namespace {

struct Entry {
  int (*call)(void*);
  void* argument;
  char* top;
};

// [child] As a coroutine does that switches to another stack. Of the stack's bounds only the upper
// end matters here.
int enter_stack(void* argument) {
  const Entry entry = *static_cast<Entry*>(argument);
  constexpr size_t kSize = 1 << 16;
  __sanitizer_start_switch_fiber(nullptr, entry.top - kSize, kSize);
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
  return entry.call(entry.argument);
}

}  // namespace

extern "C" int __real_clone(int (*call)(void*), void* stack, int flags, void* argument, ...);

extern "C" int __wrap_clone(int (*call)(void*), void* stack, int flags, void* argument, ...) {
  // With CLONE_VM the sanitizer's notes are the parent's, too.
  if (flags & CLONE_VM) return __real_clone(call, stack, flags, argument);
  va_list more;
  va_start(more, argument);
  int* const handle = flags & CLONE_PIDFD ? va_arg(more, int*) : nullptr;
  va_end(more);
  Entry entry{call, argument, static_cast<char*>(stack)};
  return __real_clone(enter_stack, stack, flags, &entry, handle);
}
