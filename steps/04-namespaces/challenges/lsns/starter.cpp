// lsns TYPE: the namespaces of that type and their processes. (namespaces(7), proc(5))
//
// The task: steps/04-namespaces/challenges/lsns/README.md
#include <dirent.h>
#include <unistd.h>

#include <map>
#include <string>

#include "common/error.hpp"
#include "common/text.hpp"  // parse_number()

int main(int, char**) {
  // Yours: argv[1] is TYPE.
  return 0;
}
