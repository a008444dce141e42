// mounted PATH: the mount that it lies on. (proc_pid_mountinfo(5))
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "common/error.hpp"
#include "common/fd.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

using namespace stepbox;

// The kernel's own answer: no comparison of names finds out what is hidden by what.
static std::string mount_id_of(const char* path) {
  const Fd file(::open(path, O_PATH | O_CLOEXEC));
  if (!file) throw_errno({"open ", path});
  const std::string about = read_file("/proc/self/fdinfo/" + std::to_string(file.get()));
  for (const std::string& line : split(about, '\n')) {
    const std::string key = "mnt_id:\t";
    if (line.starts_with(key)) return line.substr(key.size());
  }
  throw Failure("this kernel does not say what mount a file is on");
}

// "a\040b" is "a b": three digits, to the base 8.
static std::string unescaped(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// From the optional fields: "shared:1", "master:1", "propagate_from:1", "unbindable".
static std::string propagation(const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) {
    if (field.starts_with("shared:")) text = "shared";
    if (field.starts_with("master:")) text += text.empty() ? "slave" : ",slave";
    if (field == "unbindable") text = field;
  }
  return text.empty() ? "private" : text;
}

int main(int argc, char** argv) try {
  if (argc != 2) throw Failure("mounted PATH");
  const std::string id = mount_id_of(argv[1]);
  for (const std::string& line : split(read_file("/proc/self/mountinfo"), '\n')) {
    // 36 35 98:0 / /mnt rw,noatime shared:1 - ext4 /dev/sda1 rw
    const std::vector<std::string> words = words_in(line);
    if (words.empty() || words[0] != id) continue;
    const auto dash = std::find(words.begin() + 6, words.end(), "-");
    std::printf("target %s\ntype %s\nsource %s\npropagation %s\n", unescaped(words[4]).c_str(),
                dash[1].c_str(), unescaped(dash[2]).c_str(),
                propagation({words.begin() + 6, dash}).c_str());
    return 0;
  }
  throw Failure(join({"the mount of ", argv[1], " is not in our namespace"}));
} catch (const std::exception& error) {
  return report(error);
}
