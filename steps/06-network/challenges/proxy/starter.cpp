// proxy LISTEN TARGET: connects each client of LISTEN to TARGET. (accept(2), shutdown(2))
//
// The task: steps/06-network/challenges/proxy/README.md
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "common/error.hpp"
#include "common/fd.hpp"

int main(int, char**) {
  // Yours: argv[1] is LISTEN, argv[2] is TARGET.
  return 0;
}
