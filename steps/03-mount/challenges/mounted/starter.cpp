// mounted PATH: the mount that it lies on. (proc_pid_mountinfo(5))
//
// The task: steps/03-mount/challenges/mounted/README.md
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"  // read_file()
#include "common/text.hpp"   // split(), words_in()

int main(int, char**) {
  // Yours: argv[1] is PATH.
  return 0;
}
