#include "07-unionfs/console/pty.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "07-unionfs/console/descriptor_passing.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/mount_api.hpp"

namespace stepbox {

Fd receive_terminal(const Fd& inside) {
  Fd master = receive_descriptor(inside, MSG_DONTWAIT);
  if (master) ::fcntl(master.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  return master;
}

Fd open_slave(const Fd& master) {
  return Fd(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
}

// The image may have a link in this place: it is not followed. Nor is the terminal's name asked: it
// may be a link to another file (CVE-2025-52565).
static void bind_console(const Fd& terminal, const std::string& name) {
  explain({"mount --bind ", name, " /dev/console"});
  ::mknod("/dev/console", S_IFREG | 0600, 0);  // EEXIST
  const Fd place(::open("/dev/console", O_PATH | O_NOFOLLOW | O_CLOEXEC));
  const Fd copy = copy_tree(terminal.get(), "");
  if (!place || !copy || !attach_tree(copy.get(), place.get())) {
    throw_errno({"bind ", name, " on /dev/console"});
  }
}

void become_terminal(const Fd& outside, const winsize& window, bool first) {
  const Fd master(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
  const int locked = 0;
  int number = 0;
  if (!master || ::ioctl(master.get(), TIOCSPTLCK, &locked) == -1 ||
      ::ioctl(master.get(), TIOCGPTN, &number) == -1) {
    throw_errno({"open /dev/ptmx"});
  }
  const Fd slave = open_slave(master);
  if (!slave) throw_errno({"open /dev/pts/", std::to_string(number)});
  ::ioctl(slave.get(), TIOCSWINSZ, &window);
  const std::string name = "/dev/pts/" + std::to_string(number);
  explain({"setsid --ctty sh -c '…' <>", name, " >&0 2>&1"});
  ::setsid();
  if (::ioctl(slave.get(), TIOCSCTTY, 0) == -1) throw_errno({"take ", name, " as our terminal"});
  if (first) bind_console(slave, name);
  send_descriptor(outside, master);
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(slave.get(), fd);
}

}  // namespace stepbox
