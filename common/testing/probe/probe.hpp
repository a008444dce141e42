// probe: the little programs that claims run inside a container, where busybox has none.
// Static, and on its own: it has to run in any rootfs.
//
//   probe wait [WORD]        says "ready", and waits for a signal to die of
//   probe catch [COUNT]      says "ready", catches a signal (so many), says its name, exits 5
//   probe window             says the window's size, and again whenever it changes
//   probe files              counts the open file descriptors beyond stderr
//   probe words [WORD...]    says each of its arguments on a line, in brackets
//   probe queue KEY [make]   says whether the System V queue is there; makes it
//   probe without-clone3 COMMAND...  runs it where clone3(2) fails, as if the kernel had none
//   probe pty                opens a pseudo terminal, says its name
//   probe orphan             makes an orphan that ends at once, says whether somebody reaps it
//   probe kill-at-birth COMMAND...  kills it when it has just made a child, who then goes on alone
//   probe memory MEGABYTES   fills so much memory, says how much it got
//   probe spin SECONDS       uses so much CPU time (or twice as long on the clock), says both
//   probe forks NUMBER [hold]  starts so many processes at once, says how many it got; keeps them
//   probe serve tcp|udp PORT WORD     says "ready", answers everybody "WORD ADDRESS-OF-THE-ASKER"
//   probe ask tcp|udp ADDRESS PORT    says the answer, or what went wrong; waits 2 s at most
//   probe attack NAME [PID]           tries it, says "NAME refused: …" or "NAME possible: …"
#ifndef STEPBOX_COMMON_TESTING_PROBE_PROBE_HPP_
#define STEPBOX_COMMON_TESTING_PROBE_PROBE_HPP_

namespace stepbox {

// Each gets the words after its own name, and returns the exit status.
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
int serve(int count, char** words);
int ask(int count, char** words);
int attack(int count, char** words);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_PROBE_PROBE_HPP_
