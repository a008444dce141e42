// probe: small programs that claims run in a container, if busybox has none for the purpose. It is
// static and uses no other source of the repository: it must run in any rootfs.
//
//   probe wait [WORD]        prints "ready", and waits for a signal that kills it
//   probe catch [COUNT]      prints "ready", catches so many signals, prints their names; exits 5
//   probe window             prints the window's size, and again after it has changed
//   probe files              prints the number of open descriptors above 2
//   probe words [WORD...]    prints each of its arguments on a line, in brackets
//   probe queue KEY [make]   prints whether the System V queue exists; `make` creates it
//   probe without-clone3 COMMAND...  executes it under a filter: clone3(2) fails with ENOSYS
//   probe pty                opens a pseudo terminal, and prints its name
//   probe orphan             makes an orphan that has ended, and prints whether it is reaped
//   probe kill-at-birth COMMAND...  kills it when it has just made a child, which goes on
//   probe memory MEGABYTES   writes to so much memory, prints how much it got; 256 at most
//   probe spin SECONDS       uses so much CPU time, 3 s at most; prints CPU time and real time
//   probe forks NUMBER [hold]  starts so many processes, 300 at most, and prints how many it got;
//                            `hold` keeps them
//   probe vforks SECONDS     prints "ready", starts children by vfork(2), one at a time
//   probe serve tcp|udp PORT WORD  prints "ready", answers each client "WORD ADDRESS-OF-CLIENT"
//   probe ask tcp|udp ADDRESS PORT [FROM-PORT]  prints the answer, or the error; waits 2 s at most
//   probe ping ADDRESS       as an ordinary user (icmp(7)); prints "answered", or the error
//   probe attack NAME [PID]  tries it, prints "NAME refused: …" or "NAME possible: …"
#ifndef STEPBOX_COMMON_TESTING_PROBE_PROBE_HPP_
#define STEPBOX_COMMON_TESTING_PROBE_PROBE_HPP_

namespace stepbox {

// Each takes the arguments after its verb, and returns the exit status; 2 if some are missing.
int wait_for_signal(int count, char** words);
int catch_signal(int count, char** words);
int show_window(int count, char** words);
int count_files(int count, char** words);
int show_words(int count, char** words);
int look_for_queue(int count, char** words);
int hide_clone3(int count, char** words);
int open_pty(int count, char** words);
int make_orphan(int count, char** words);
int kill_at_birth(int count, char** words);
int eat_memory(int count, char** words);
int eat_cpu(int count, char** words);
int eat_processes(int count, char** words);
int start_by_vfork(int count, char** words);
int serve(int count, char** words);
int ask(int count, char** words);
int ping(int count, char** words);
int attack(int count, char** words);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_PROBE_PROBE_HPP_
