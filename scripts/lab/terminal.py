"""A terminal, as a user has one: what it shows, what is typed, a command at it."""

import fcntl
import os
import select
import struct
import subprocess
import termios
import tty

from oci_bundle import PATIENCE, differs


class Terminal:
    """The master of a terminal, and what it has shown."""

    def __init__(self):
        self.master, self.said = None, ""

    def shows(self, text):
        """Reads until the text is there; returns the defect, if any."""
        while text not in self.said and self.master is not None:
            if not select.select([self.master], [], [], PATIENCE)[0]:
                break
            try:
                self.said += os.read(self.master, 4096).decode()
            except OSError:  # its last user has ended
                break
        _, found, after = self.said.rpartition(text)
        wrong = "" if found else f"it shows no {text!r} but {self.said!r}"
        self.said = after
        return wrong

    def types(self, text):
        """Input, as if it were typed at the terminal."""
        if self.master is not None:
            os.write(self.master, text.encode())


class Caller(Terminal):
    """A terminal of 50 rows and 120 columns at which a command is run. `piped`: standard files that
    are another file than the terminal."""

    def __init__(self, *words, **piped):
        super().__init__()
        self.master, self.slave = os.openpty()
        self.resize(50, 120)
        self.before = termios.tcgetattr(self.slave)
        files = {"stdin": self.slave, "stdout": self.slave, "stderr": self.slave, **piped}
        # setsid(1) --ctty: as a shell, it is the session's leader; its child is in the foreground.
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [str(word) for word in words], **files, start_new_session=True, preexec_fn=self.control
        )

    def control(self):
        """[child] The terminal becomes the controlling one."""
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def resize(self, rows, columns):
        """Another size of the window."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def is_raw(self):
        """Whether keys are passed on as they are."""
        return not termios.tcgetattr(self.slave)[tty.LFLAG] & (termios.ECHO | termios.ISIG)

    def status(self):
        """Waits for the command, not forever; returns its exit status."""
        try:
            return self.process.wait(2 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return f"none, it has not ended, {self.process.wait()}"

    def ends(self, status):
        """Waits for the command; returns the defect, if any: another status, or a terminal that is
        not as before."""
        wrong = differs(self.status(), status)
        if wrong:
            return f"{wrong}\n{self.shows('no such text')}"
        return differs(termios.tcgetattr(self.slave), self.before)

    def close(self):
        """Hangs up."""
        os.close(self.slave)
        os.close(self.master)
        self.master = None
