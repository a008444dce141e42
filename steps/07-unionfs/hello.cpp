// The only program of the image that `make hello` runs (scripts/hello). It prints what a process in
// a container sees: its pid, host name, files and network interfaces.
//
// Linked statically: the image has neither a C library nor a dynamic loader.
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace stepbox {
namespace {

std::string names_in(const char* folder) {
  std::vector<std::string> names;
  if (DIR* listing = ::opendir(folder)) {
    while (const dirent* entry = ::readdir(listing)) {
      if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    ::closedir(listing);
  }
  std::sort(names.begin(), names.end());
  std::string line;
  for (const std::string& name : names) line += (line.empty() ? "" : " ") + name;
  return line;
}

void say_hello() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::printf("Hello from a container!\n\n");
  std::printf("  my process id   %d\n", static_cast<int>(::getpid()));
  std::printf("  my host's name  %s\n", host.data());
  std::printf("  all files in /  %s\n", names_in("/").c_str());
  std::printf("  interfaces      %s\n", names_in("/sys/class/net").c_str());
}

}  // namespace
}  // namespace stepbox

int main() {
  stepbox::say_hello();
  return 0;
}
