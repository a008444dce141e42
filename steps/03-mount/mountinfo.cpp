#include "03-mount/mountinfo.hpp"

#include <cstdlib>

#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

static std::string unescaped(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      result += static_cast<char>(std::strtol(text.substr(i + 1, 3).c_str(), nullptr, 8));
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

// 36 35 98:0 /root /target rw,noatime shared:1 - ext3 /dev/sda rw,errors=continue
MountEntry parse_mountinfo(const std::string& line) {
  const std::vector<std::string> words = split(line, ' ');
  MountEntry entry;
  if (words.size() < 5) return entry;
  entry.id = std::atoi(words[0].c_str());
  entry.root = unescaped(words[3]);
  entry.target = unescaped(words[4]);
  for (size_t i = 5; i + 3 < words.size(); ++i) {
    if (words[i] != "-") continue;  // a varying number of tags stands before it
    entry.type = words[i + 1];
    entry.options = words[i + 3];
    break;
  }
  return entry;
}

std::vector<MountEntry> read_mountinfo() {
  std::vector<MountEntry> entries;
  for (const std::string& line : split(read_file("/proc/self/mountinfo"), '\n')) {
    if (!line.empty()) entries.push_back(parse_mountinfo(line));
  }
  return entries;
}

}  // namespace stepbox
