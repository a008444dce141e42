// A seccomp profile is compiled to the filter that it describes.
#include <doctest/doctest.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "07-unionfs/confinement/seccomp.hpp"
#include "common/error.hpp"
#include "common/testing/stage/forked.hpp"

namespace stepbox {
namespace {

// The errno of `call` below the filter of a profile.
template <class Call>
int error_below(const std::string& profile, CapabilitySet capabilities, Call call) {
  const CallFilter filter = compile_profile(profile, capabilities);
  return run_forked([&] {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    install(filter);
    return call() == -1 ? errno : 0;
  });
}

std::string with_rule(const std::string& rule) {
  return R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [)" + rule + "]}";
}

int make_directory() { return ::mkdir("/", 0700); }  // allowed: EEXIST

}  // namespace

TEST_CASE("a call fails with the errno of its rule") {
  const std::string rule = R"("names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO")";
  CHECK(error_below(with_rule("{" + rule + R"(, "errnoRet": 28})"), 0, make_directory) == ENOSPC);
  CHECK(error_below(with_rule("{" + rule + "}"), 0, make_directory) == EPERM);
}

TEST_CASE("defaultErrnoRet is of the calls without a rule") {
  // The sanitizers need memory and time when a string is freed.
  const std::string profile =
      R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 28, "syscalls": [
          {"names": ["brk", "clock_gettime", "exit", "exit_group", "futex", "getpid", "gettid",
                     "madvise", "mmap", "mprotect", "munmap", "prctl", "rt_sigprocmask",
                     "sched_yield", "sigaltstack"], "action": "SCMP_ACT_ALLOW"},
          {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]})";
  CHECK(error_below(profile, 0, [] { return ::chroot("/"); }) == ENOSPC);
  CHECK(error_below(profile, 0, make_directory) == EPERM);
}

TEST_CASE("rules may ask for capabilities, machines and kernels") {
  const auto error = [](const std::string& when, CapabilitySet capabilities) {
    return error_below(
        with_rule(R"({"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", )" + when + "}"),
        capabilities, make_directory);
  };
  constexpr CapabilitySet kChown = 1;
  CHECK(error(R"("includes": {"caps": ["CAP_CHOWN"]})", kChown) == EPERM);
  CHECK(error(R"("includes": {"caps": ["CAP_CHOWN"]})", 0) == EEXIST);
  CHECK(error(R"("includes": {"caps": ["CAP_CHOWN", "CAP_KILL"]})", kChown) == EEXIST);
  CHECK(error(R"("excludes": {"caps": ["CAP_CHOWN"]})", kChown) == EEXIST);
  CHECK(error(R"("excludes": {"caps": ["CAP_CHOWN"]})", 0) == EPERM);
  CHECK(error(R"("includes": {"arches": ["vax"]})", 0) == EEXIST);
  CHECK(error(R"("excludes": {"arches": ["vax"]})", 0) == EPERM);
  CHECK(error(R"("includes": {"minKernel": "4.8"})", 0) == EPERM);
  CHECK(error(R"("includes": {"minKernel": "99.0"})", 0) == EEXIST);
  CHECK(error(R"("includes": null, "args": null)", 0) == EPERM);
}

TEST_CASE("arguments are compared; several conditions on one argument are alternatives") {
  const auto error = [](int protection) {
    const std::string rule =
        R"({"names": ["mprotect"], "action": "SCMP_ACT_ERRNO", "args": [)"
        R"({"index": 2, "value": 7, "op": "SCMP_CMP_EQ"}, {"index": 2, "value": 5, "op": "SCMP_CMP_EQ"}]})";
    return error_below(with_rule(rule), 0, [=] { return ::mprotect(nullptr, 4096, protection); });
  };
  CHECK(error(7) == EPERM);
  CHECK(error(5) == EPERM);
  CHECK(error(1) == ENOMEM);
}

TEST_CASE("the default profile: as docker's") {
  const auto error = [](CapabilitySet capabilities, auto call) {
    return error_below(kDefaultProfile, capabilities, call);
  };
  const CapabilitySet all = all_capabilities();
  CHECK(error(0, make_directory) == EEXIST);
  CHECK(error(0, [] { return ::syscall(SYS_keyctl, 0, 0, 0, 0, 0); }) == EPERM);
  CHECK(error(0, [] { return ::syscall(SYS_clone3, nullptr, 0); }) == ENOSYS);
  CHECK(error(all, [] { return ::syscall(SYS_clone3, nullptr, 0); }) == EINVAL);
  CHECK(error(0, [] { return ::syscall(SYS_fsopen, nullptr, -1); }) == EPERM);
  CHECK(error(all, [] { return ::syscall(SYS_fsopen, nullptr, -1); }) != EPERM);
  CHECK_MESSAGE(error(0, [] { return ::syscall(9999); }) == ENOSYS, "a call of tomorrow");
}

TEST_CASE("an invalid profile is refused") {
  const std::pair<std::string, const char*> kBad[] = {
      {"", "not in docker's format: docs.docker.com"},
      {"{}", "not in docker's format: docs.docker.com"},
      {R"({"defaultAction": "SCMP_ACT_FLY", "syscalls": []})", "unknown action 'SCMP_ACT_FLY'"},
      {with_rule(R"({"names": ["fly"], "action": "SCMP_ACT_KILL"})"), "unknown system call 'fly'"},
      {R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["fly"], "action": "SCMP_ACT_LOG"}]})",
       "unknown system call 'fly'"},
      {with_rule(
           R"({"names": ["read"], "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 1, "op": "EQ"}]})"),
       "unknown comparison 'EQ'"},
      {R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_VAX"], "syscalls": []})",
       "unknown architecture 'SCMP_ARCH_VAX'"}};
  for (const auto& [profile, message] : kBad) {
    const std::string text = profile;
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(compile_profile(profile, 0), doctest::Contains(message), Failure);
  }
}

}  // namespace stepbox
