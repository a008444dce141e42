#include "06-network/user_network.hpp"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "01-clone/signals.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

void check_user_network() {
  constexpr char kWithout[] = "be root, or run with --network none";
  if (::geteuid() == 0) throw Failure("slirp4netns is for who is not root", "--network bridge");
  if (!has_program("slirp4netns")) {
    throw Failure("a network without root needs slirp4netns, which is not installed",
                  join({"scripts/setup rootless installs it; or ", kWithout}));
  }
  if (::access("/dev/net/tun", R_OK | W_OK) == -1) {
    throw Failure("no /dev/net/tun for us", join({"modprobe tun; or ", kWithout}));
  }
}

namespace {

// A directory for the socket that takes orders; gone as soon as they are given.
class SocketDirectory {
 public:
  SocketDirectory() {
    const char* place = std::getenv("XDG_RUNTIME_DIR");
    if (!place) place = std::getenv("TMPDIR");
    path_ = join({place ? place : "/tmp", "/stepbox-XXXXXX"});
    if (!::mkdtemp(path_.data())) throw_errno({"make the directory ", path_});
  }
  ~SocketDirectory() {
    ::unlink(socket().c_str());
    ::rmdir(path_.c_str());
  }
  SocketDirectory(const SocketDirectory&) = delete;
  std::string socket() const { return path_ + "/slirp"; }

 private:
  std::string path_;
};

// One request, one answer: {"return": …} or {"error": …}.
std::string ask(const std::string& path, const std::string& request) {
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
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
  throw Failure(join({"publish port ", port.host_address.text(), ":", host, ": not to be had"}),
                "in use (ss -lp), or below 1024, which is for root: choose another");
}

// In the child: what we keep open for ourselves is closed on exec, but for these.
[[noreturn]] void become(const std::vector<std::string>& command, std::initializer_list<int> kept,
                         int messages) {
  ::setpgid(0, 0);  // ^C at the terminal is for the container
  for (const int fd : kept) ::fcntl(fd, F_SETFD, 0);
  ::dup2(messages, STDOUT_FILENO);
  ::dup2(messages, STDERR_FILENO);
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  release_signals();
  ::execvp(argv[0], argv.data());
  ::_exit(kNoCommand);
}

}  // namespace

UserNetwork::Router::~Router() {
  exit.writer.close();
  if (pid != -1) ::waitpid(pid, nullptr, 0);
}

UserNetwork::UserNetwork(pid_t child, const std::vector<PublishedPort>& ports) {
  Pipe ready;
  const Fd messages(::memfd_create("slirp4netns", MFD_CLOEXEC));
  const SocketDirectory directory;
  explain({"slirp4netns --configure --mtu=65520 --disable-host-loopback $! eth0 &"});
  const std::vector<std::string> command{"slirp4netns",
                                         "--configure",
                                         "--mtu=65520",
                                         "--disable-host-loopback",  // else it is 10.0.2.2 inside
                                         "--enable-sandbox",
                                         "--api-socket=" + directory.socket(),
                                         "--ready-fd=" + std::to_string(ready.writer.get()),
                                         "--exit-fd=" + std::to_string(router_.exit.reader.get()),
                                         std::to_string(child),
                                         "eth0"};
  router_.pid = ::fork();
  if (router_.pid == -1) throw_errno({"fork"});
  if (router_.pid == 0) {
    become(command, {ready.writer.get(), router_.exit.reader.get()}, messages.get());
  }
  ready.writer.close();
  char byte;
  pollfd told{ready.reader.get(), POLLIN, 0};
  if (::poll(&told, 1, 10'000) != 1 || ::read(ready.reader.get(), &byte, 1) != 1) {
    const std::string said = read_file(proc_path(messages));
    throw Failure(join({"slirp4netns: ", split(said, '\n')[0]}), "or run with --network none");
  }
  for (const PublishedPort& port : ports) {
    explain({"slirp4netns add_hostfwd ", std::to_string(port.host_port), " ",
             std::to_string(port.container_port)});
    publish(directory.socket(), port);
  }
}

}  // namespace stepbox
