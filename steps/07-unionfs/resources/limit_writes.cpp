#include "07-unionfs/resources/limit_writes.hpp"

#include <algorithm>
#include <optional>

#include "common/text.hpp"

namespace stepbox {

std::string as_is(int64_t number) { return std::to_string(number); }

std::string as_limit(int64_t number) { return number < 0 ? "max" : std::to_string(number); }

std::string as_process_limit(int64_t number) {
  // With 0 not even clone3(2) into the group would succeed.
  return number == 0 ? "1" : as_limit(number);
}

std::string as_weight(int64_t shares) {
  return std::to_string(1 + (std::clamp<int64_t>(shares, 2, 262144) - 2) * 9999 / 262142);
}

std::string as_io_weight(int64_t weight) {
  return std::to_string(1 + (std::clamp<int64_t>(weight, 10, 1000) - 10) * 9999 / 990);
}

std::string as_cpu_max(const std::string& current, int64_t quota, int64_t period) {
  std::vector<std::string> words = words_in(split(current, '\n')[0]);
  if (words.size() != 2) words = {"max", "100000"};  // the kernel's default
  if (quota != 0) words[0] = as_limit(quota);
  if (period != 0) words[1] = std::to_string(period);
  return words[0] + " " + words[1];
}

const GroupDirectory* LimitWrites::find_group(const std::string& controller) const {
  const std::string v2 = controller == "blkio" ? "io" : controller;
  for (const GroupDirectory& group : groups_) {
    if (group.has((group.hierarchy().v2 ? v2 : controller).c_str())) return &group;
  }
  return nullptr;
}

const GroupDirectory& LimitWrites::group_with(const ConfigNode& limit,
                                              const std::string& controller) const {
  const GroupDirectory* group = find_group(controller);
  if (group) return *group;
  limit.refuse({"no cgroup controller '", controller, "' on this host, or none for us"});
}

const GroupDirectory* LimitWrites::group_v2() const {
  for (const GroupDirectory& group : groups_) {
    if (group.hierarchy().v2) return &group;
  }
  return nullptr;
}

void LimitWrites::add(const ConfigNode& limit, const GroupDirectory& group, const std::string& file,
                      const std::string& value) {
  if (!group.offers(file.c_str())) limit.refuse({"no file ", file, " in ", group.path()});
  writes_.push_back({&group, file, value});
}

void LimitWrites::write() const {
  std::vector<Write> todo = writes_;
  while (!todo.empty()) {
    std::vector<Write> refused;
    std::optional<std::system_error> first;
    for (const Write& write : todo) {
      try {
        write.group->set(write.file.c_str(), write.value);
      } catch (const std::system_error& error) {
        if (error.code() != std::errc::invalid_argument) throw;
        if (!first) first = error;
        refused.push_back(write);
      }
    }
    if (refused.size() == todo.size()) throw *first;
    todo = refused;
  }
}

}  // namespace stepbox
