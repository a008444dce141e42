#include "06-network/user_network.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "01-clone/signals.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/openers.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

constexpr char kPortHint[] = "in use (ss -lp), or below 1024, which is for root: choose another";

bool is_user_network(NetworkMode mode) {
  return mode == NetworkMode::kSlirp4netns || mode == NetworkMode::kPasta;
}

void check_user_network(NetworkMode mode) {
  constexpr char kWithout[] = "be root, or run with --network none";
  const char* name = name_of(mode);
  if (::geteuid() == 0)
    throw Failure(join({name, " is for users other than root"}), "--network bridge");
  if (!has_program(name)) {
    throw Failure(join({"a network without root needs ", name, ", which is not installed"}),
                  join({"scripts/setup rootless installs it; or ", kWithout}));
  }
  if (::access("/dev/net/tun", R_OK | W_OK) == -1) {
    throw Failure("no /dev/net/tun for us", join({"modprobe tun; or ", kWithout}));
  }
}

namespace {

// A directory for a named pipe, through which the program reports that it is ready, and for the
// socket of slirp4netns's API; removed when the network is up. In /tmp: the AppArmor profile of
// pasta allows few other directories.
class Directory {
 public:
  Directory() {
    const char* place = std::getenv("TMPDIR");
    path_ = join({place ? place : "/tmp", "/stepbox-XXXXXX"});
    if (!::mkdtemp(path_.data())) throw_errno({"make the directory ", path_});
    if (::mkfifo(ready().c_str(), 0600) == -1) throw_errno({"make the pipe ", ready()});
    reader = Fd(::open(ready().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    writer = Fd(::open(ready().c_str(), O_WRONLY | O_CLOEXEC));
    if (!reader || !writer) throw_errno({"open the pipe ", ready()});
  }
  ~Directory() {
    ::unlink(ready().c_str());
    ::unlink(socket().c_str());
    ::rmdir(path_.c_str());
  }
  Directory(const Directory&) = delete;
  std::string ready() const { return path_ + "/ready"; }
  std::string socket() const { return path_ + "/socket"; }
  Fd reader, writer;

 private:
  std::string path_;
};

// Sends one request to slirp4netns; returns its answer: {"return": …} or {"error": …}.
std::string ask(const std::string& path, const std::string& request) {
  const Fd socket = open_socket(AF_UNIX, SOCK_STREAM);
  const timeval deadline{10, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == -1 ||
      ::write(socket.get(), request.data(), request.size()) == -1 ||
      ::shutdown(socket.get(), SHUT_WR) == -1) {
    throw_errno({"ask slirp4netns at ", path});
  }
  char answer[1024];
  const ssize_t length = ::read(socket.get(), answer, sizeof answer);
  return length <= 0 ? "" : std::string(answer, static_cast<size_t>(length));
}

void publish(const std::string& socket, const PublishedPort& port) {
  const std::string host = std::to_string(port.host_port);
  const std::string answer =
      ask(socket,
          join({R"({"execute": "add_hostfwd", "arguments": {"proto": ")", port.udp ? "udp" : "tcp",
                R"(", "host_addr": ")", port.host_address.text(), R"(", "host_port": )", host,
                R"(, "guest_port": )", std::to_string(port.container_port), "}}"}));
  if (answer.find("\"return\"") != std::string::npos) return;
  throw Failure(join({"publish port ", port.host_address.text(), ":", host, ": cannot be bound"}),
                kPortHint);
}

std::vector<std::string> slirp4netns_command(const Directory& directory, const Fd& exit,
                                             pid_t child) {
  explain({"slirp4netns --configure --mtu=65520 --disable-host-loopback $! eth0 &"});
  return {"slirp4netns",
          "--configure",
          "--mtu=65520",
          "--disable-host-loopback",  // otherwise the container reaches it at 10.0.2.2
          "--enable-sandbox",
          "--api-socket=" + directory.socket(),
          "--ready-fd=" + std::to_string(directory.writer.get()),
          "--exit-fd=" + std::to_string(exit.get()),
          std::to_string(child),
          "eth0"};
}

std::vector<std::string> pasta_command(const Directory& directory, pid_t child,
                                       const std::vector<PublishedPort>& ports) {
  std::string options = join({"--config-net --ipv4-only --ns-ifname eth0 --mtu 65520 --address ",
                              kUserAddress.text(), " --netmask 24 --gateway ", kUserGateway.text(),
                              " --dns-forward ", kUserNameServer.text()});
  options += " --no-map-gw";                  // otherwise the gateway is the host's loopback
  options += " --tcp-ns none --udp-ns none";  // otherwise the container reaches the host's ports
  bool published[] = {false, false};
  for (const PublishedPort& port : ports) {
    published[port.udp] = true;
    options += port.udp ? " --udp-ports " : " --tcp-ports ";
    if (port.host_address.number) options += port.host_address.text() + "/";
    options += join({std::to_string(port.host_port), ":", std::to_string(port.container_port)});
  }
  if (!published[false]) options += " --tcp-ports none";  // otherwise all ports of the container
  if (!published[true]) options += " --udp-ports none";
  explain({"pasta ", options, " $!"});
  options = join({"pasta --quiet --foreground --pid ", directory.ready(), " ", options, " ",
                  std::to_string(child)});
  return split(options, ' ');
}

// [child] Executes the command; of the close-on-exec descriptors only `kept` stay open.
[[noreturn]] void become(const std::vector<std::string>& command, std::initializer_list<int> kept) {
  for (const int fd : kept) ::fcntl(fd, F_SETFD, 0);
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::signal(SIGPIPE, SIG_DFL);  // pasta refuses to start if its caller ignores it, as Python does
  restore_signal_mask();
  ::execvp(argv[0], argv.data());
  ::_exit(kNoCommand);
}

// [child] Runs a program that has no --exit-fd, and ends it when the parent's end of the pipe
// closes. PR_SET_PDEATHSIG would not do: pasta loses it when it enters a user namespace.
[[noreturn]] void guard(const std::vector<std::string>& command, const Fd& exit, const Fd& ready) {
  const pid_t pid = ::fork();
  if (pid == -1) ::_exit(kFailed);
  if (pid == 0) become(command, {});
  close_all_but({exit.get(), ready.get()});  // no locks and pipes of the parent
  try {
    const Fd program = open_pidfd(pid);
    pollfd either[] = {{exit.get(), POLLIN, 0}, {program.get(), POLLIN, 0}};
    ::poll(either, 2, -1);
  } catch (const std::system_error& error) {
    warn({error.what()});  // not thrown: destructors on this stack belong to the parent
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  ::_exit(0);
}

// Waits until the program reports that it is ready. Throws Failure with the program's message.
void wait_for_ready(const Fd& ready, const Fd& messages, NetworkMode mode, const char* hint) {
  char byte;
  pollfd told{ready.get(), POLLIN, 0};
  if (::poll(&told, 1, 10'000) == 1 && ::read(ready.get(), &byte, 1) == 1) return;
  std::vector<std::string> said = split(read_file(proc_path(messages)), '\n');
  std::erase(said, "");
  if (said.empty()) said = {"it did not become ready"};
  const bool pasta = mode == NetworkMode::kPasta;  // its last line is the reason
  throw Failure(join({name_of(mode), ": ", pasta ? said.back() : said.front()}), hint);
}

}  // namespace

UserNetwork::Router::~Router() {
  exit.writer.close();
  if (pid == -1) return;
  if (!wait_until(10, [&] { return ::waitpid(pid, nullptr, WNOHANG) != 0; })) {
    ::kill(pid, SIGKILL);  // for pasta this is the guard only: pasta itself may stay
    ::waitpid(pid, nullptr, 0);
    warn({"the program of the network did not end within 10 s"});
  }
}

UserNetwork::UserNetwork(NetworkMode mode, pid_t child, const std::vector<PublishedPort>& ports) {
  const bool pasta = mode == NetworkMode::kPasta;
  const Fd& exit = router_.exit.reader;
  const Fd messages = open_memfd(name_of(mode));
  Directory directory;
  const std::vector<std::string> command =
      pasta ? pasta_command(directory, child, ports) : slirp4netns_command(directory, exit, child);
  router_.pid = ::fork();
  if (router_.pid == -1) throw_errno({"fork"});
  if (router_.pid == 0) {
    ::setpgid(0, 0);  // ^C at the terminal is for the container
    ::dup2(messages.get(), STDOUT_FILENO);
    ::dup2(messages.get(), STDERR_FILENO);
    if (pasta) guard(command, exit, directory.writer);
    become(command, {directory.writer.get(), exit.get()});
  }
  directory.writer.close();
  wait_for_ready(directory.reader, messages, mode,
                 pasta && !ports.empty() ? kPortHint : "or run with --network none");
  if (pasta) return;
  for (const PublishedPort& port : ports) {
    explain({"slirp4netns add_hostfwd ", std::to_string(port.host_port), " ",
             std::to_string(port.container_port)});
    publish(directory.socket(), port);
  }
}

}  // namespace stepbox
