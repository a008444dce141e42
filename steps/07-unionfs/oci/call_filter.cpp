// The object `linux.seccomp` of config.json: checked, and installed. (runtime-spec,
// config-linux.md, "Seccomp")
#include "07-unionfs/oci/call_filter.hpp"

#include <linux/seccomp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "07-unionfs/confinement/seccomp_words.hpp"
#include "07-unionfs/console/descriptor_passing.hpp"
#include "07-unionfs/oci/config_parts.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/openers.hpp"

namespace stepbox {

namespace {

// A word of libseccomp's, which `translate` refuses by Failure.
template <class Translate>
void check_word(const ConfigNode& node, Translate translate) {
  const std::string word = node.needed().text();
  try {
    translate(word);
  } catch (const Failure& failure) {
    node.refuse({failure.what()});
  }
}

// Returns whether the action is SCMP_ACT_NOTIFY.
bool check_action(const ConfigNode& action, const ConfigNode& error) {
  check_word(action, [](const std::string& word) { action_of(word, 0); });
  const std::string word = action.text();
  error.number<uint16_t>();
  if (error.given() && word != "SCMP_ACT_ERRNO" && word != "SCMP_ACT_TRACE") {
    error.refuse({word, " returns no errno"});
  }
  return word == "SCMP_ACT_NOTIFY";
}

void check_condition(const ConfigNode& condition) {
  condition.at("index").needed().number<unsigned>(0, 5);
  condition.at("value").needed().number<uint64_t>();
  condition.at("valueTwo").number<uint64_t>();
  check_word(condition.at("op"), comparison_of);
}

bool check_rule(const ConfigNode& rule) {
  if (rule.at("names").texts().empty()) rule.at("names").refuse({"a system call must be given"});
  for (const ConfigNode& condition : rule.at("args").items()) check_condition(condition);
  return check_action(rule.at("action"), rule.at("errnoRet"));
}

}  // namespace

// What does not change the program is left out of the rules: they are the key of the cached one.
OciSeccomp seccomp_in(const ConfigNode& node) {
  OciSeccomp seccomp;
  seccomp.rules = node.json({"flags", "listenerPath", "listenerMetadata"});
  if (seccomp.rules.empty()) return seccomp;
  bool notifies = check_action(node.at("defaultAction"), node.at("defaultErrnoRet"));
  for (const ConfigNode& rule : node.at("syscalls").items()) {
    notifies = check_rule(rule) || notifies;
  }
  for (const ConfigNode& name : node.at("architectures").items()) check_word(name, architecture_of);
  for (const ConfigNode& flag : node.at("flags").items()) {
    check_word(flag, [&](const std::string& word) { seccomp.flags |= filter_flag_of(word); });
  }
  const ConfigNode listener = node.at("listenerPath"), data = node.at("listenerMetadata");
  if (notifies) listener.needed();
  if (listener.absolute_path().empty() && !data.text().empty()) {
    data.refuse({"it needs listenerPath"});
  }
  if (!notifies) return seccomp;
  seccomp.flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
  seccomp.listener = listener.text();
  seccomp.metadata = data.text();
  return seccomp;
}

Fd connect_to_socket(const std::string& path) {
  Fd socket = open_socket(AF_UNIX, SOCK_STREAM);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) throw Failure("the path is too long: " + path);
  ::memcpy(name.sun_path, path.data(), path.size());
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == -1) {
    throw_errno({"connect to the socket ", path});
  }
  return socket;
}

OciFilter::OciFilter(const OciSeccomp& seccomp, CallFilter program)
    : seccomp_(seccomp), program_(std::move(program)) {
  if (seccomp.listener.empty()) return;
  listener_.emplace();
  listener_->socket = connect_to_socket(seccomp.listener);
}

// After seccomp(2) the listener may be asked about each call, so its descriptor must not depend on
// any: its number, the lowest that is free, is told before.
void OciFilter::install() {
  if (std::exchange(installed_, true)) return;
  if (!has_listener()) {
    stepbox::install(program_, seccomp_.flags);
    return;
  }
  listener_->socket.close();  // it sees the end of its connection when the parent closes it
  const int number = Fd(::dup(STDIN_FILENO)).get();
  if (::write(listener_->number.writer.get(), &number, sizeof number) != sizeof number) {
    throw_errno({"tell the number of the listener's descriptor"});
  }
  const Fd calls = stepbox::install(program_, seccomp_.flags);
  listener_->taken.wait();
}

static bool has_ended(const Fd& process) {
  pollfd ended{process.get(), POLLIN, 0};
  return ::poll(&ended, 1, 0) == 1;
}

// pidfd_getfd(2) fails with EBADF until the child has made the descriptor.
static Fd take_descriptor(const Fd& process, int number) {
  Fd taken;
  wait_until(10, [&] {
    taken = Fd(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), number, 0)));
    return taken || errno != EBADF || has_ended(process);
  });
  if (!taken && !has_ended(process)) throw_errno({"take the listener's descriptor"});
  return taken;
}

void OciFilter::pass_listener(Child& child, const OciState& state, OciStatus status) {
  if (!has_listener()) return;
  listener_->number.writer.close();
  int number = -1;
  if (::read(listener_->number.reader.get(), &number, sizeof number) != sizeof number) return;
  const Fd calls = take_descriptor(child.process().handle, number);
  if (!calls) return;
  const Json text{{"ociVersion", state.oci_version},
                  {"fds", Json::array({"seccompFd"})},
                  {"pid", child.pid()},
                  {"metadata", seccomp_.metadata},
                  {"state", Json::parse(state_for_hooks(state, status))}};
  send_descriptor(listener_->socket, calls, text.dump());
  listener_->socket.close();  // each connection is for one state
  listener_->taken.open();
}

}  // namespace stepbox
