#include "03-mount/mountinfo.hpp"

#include <sys/mount.h>

#include <algorithm>
#include <cstdlib>

#include "common/error.hpp"
#include "common/explain.hpp"
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
  entry.parent = std::atoi(words[1].c_str());
  entry.device = words[2];
  entry.root = unescaped(words[3]);
  entry.target = unescaped(words[4]);
  for (size_t i = 5; i + 3 < words.size(); ++i) {
    if (words[i] != "-") continue;  // a varying number of tags stands before it
    entry.type = words[i + 1];
    entry.source = words[i + 2];
    entry.options = words[i + 3];
    break;
  }
  return entry;
}

std::vector<MountEntry> read_mountinfo(const std::string& process) {
  std::vector<MountEntry> entries;
  for (const std::string& line : split(read_file("/proc/" + process + "/mountinfo"), '\n')) {
    if (!line.empty()) entries.push_back(parse_mountinfo(line));
  }
  return entries;
}

static bool is_below(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory + "/");
}

static void unmount_or_throw(const std::string& directory, const std::vector<int>& spared) {
  const std::vector<MountEntry> entries = read_mountinfo();
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    const bool old = std::find(spared.begin(), spared.end(), entry->id) != spared.end();
    if (old || !is_below(entry->target, directory)) continue;
    explain({"umount --lazy ", quoted(entry->target)});
    const bool done = ::umount2(entry->target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0;
    // EINVAL, ENOENT: it was detached with the mount that it was mounted on.
    if (!done && errno != EINVAL && errno != ENOENT) throw_errno({"umount ", entry->target});
  }
}

void unmount_below(const std::string& directory, const std::vector<int>& spared) {
  try {
    unmount_or_throw(directory, spared);
  } catch (const std::exception& error) {
    warn({error.what()});
  }
}

}  // namespace stepbox
