#include "03-mount/mountinfo.hpp"

#include <sys/mount.h>

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

// The kernel writes a blank as `\040`; tabs, newlines and backslashes likewise. (proc(5))
static std::string unescaped(std::string text) {
  for (size_t at = 0; (at = text.find('\\', at)) != text.npos; ++at) {
    const auto byte = std::strtol(text.substr(at + 1, 3).c_str(), nullptr, 8);
    text.replace(at, 4, 1, static_cast<char>(byte));
  }
  return text;
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
  const auto dash = std::find(words.begin() + 5, words.end(), "-");  // after any number of tags
  if (words.end() - dash > 3) {
    std::tie(entry.type, entry.source, entry.options) = std::tie(dash[1], dash[2], dash[3]);
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

void unmount_below(const std::string& directory, const std::vector<int>& spared) try {
  const std::vector<MountEntry> entries = read_mountinfo();
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    const bool old = std::find(spared.begin(), spared.end(), entry->id) != spared.end();
    if (old || !is_below(entry->target, directory)) continue;
    explain({"umount --lazy ", quoted(entry->target)});
    const bool done = ::umount2(entry->target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0;
    // EINVAL, ENOENT: it was detached with the mount that it was mounted on.
    if (!done && errno != EINVAL && errno != ENOENT) throw_errno({"umount ", entry->target});
  }
} catch (const std::exception& error) {
  warn({error.what()});
}

}  // namespace stepbox
