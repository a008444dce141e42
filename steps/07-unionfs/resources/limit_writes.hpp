// Step 7. The files of cgroups in which limits are to be written. Only for the sources that
// translate linux.resources: it includes JSON (config_json.hpp).
#ifndef STEPBOX_STEPS_07_UNIONFS_RESOURCES_LIMIT_WRITES_HPP_
#define STEPBOX_STEPS_07_UNIONFS_RESOURCES_LIMIT_WRITES_HPP_

#include <string>
#include <vector>

#include "05-cgroup/group.hpp"
#include "07-unionfs/resources/config_json.hpp"

namespace stepbox {

// Values that mean the same on v1 and v2: "-1" and "max", shares and weights.
std::string as_is(int64_t number);
std::string as_limit(int64_t number);          // below 0: max
std::string as_process_limit(int64_t number);  // 0: 1, the one that starts
std::string as_weight(int64_t shares);         // 2 to 262144, as 1 to 10000
std::string as_io_weight(int64_t weight);      // 10 to 1000, as 1 to 10000
// cpu.max, "quota period" in µs: `current`, with what is asked for (not 0) instead; -1: no quota.
std::string as_cpu_max(const std::string& current, int64_t quota, int64_t period);

// Collects what is to be written, before anything is.
class LimitWrites {
 public:
  explicit LimitWrites(const std::vector<GroupDirectory>& groups) : groups_(groups) {}

  // The group with v1's controller of this name, else with v2's; null if there is none.
  const GroupDirectory* find_group(const std::string& controller) const;
  // The same; refuses `limit` if there is none.
  const GroupDirectory& group_with(const ConfigNode& limit, const std::string& controller) const;
  // The group in the v2 tree; null if there is none.
  const GroupDirectory* group_v2() const;

  // Adds a write. Refuses `limit` if this kernel has no such file.
  void add(const ConfigNode& limit, const GroupDirectory& group, const std::string& file,
           const std::string& value);

  // The same as properties of a unit of systemd: "MemoryMax=infinity". Without those that systemd
  // has no name for: it does not touch them.
  std::vector<std::string> properties() const;

  // Writes all. Some values are only valid together: a memory limit must not exceed that of memory
  // and swap, nor a burst the quota, so the right order depends on the values that are in force.
  // Those that are refused with EINVAL are written again after the others, as long as that helps.
  void write() const;

 private:
  struct Write {
    const GroupDirectory* group;
    std::string file;
    std::string value;
  };
  std::string value_of(const GroupDirectory& group, const char* file) const;

  const std::vector<GroupDirectory>& groups_;
  std::vector<Write> writes_;
};

// Translate the limits that are one number or text each, and the lists of limits.
void add_single_limits(const ConfigNode& resources, LimitWrites& writes);
void add_listed_limits(const ConfigNode& resources, LimitWrites& writes);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_RESOURCES_LIMIT_WRITES_HPP_
