#include "07-unionfs/containers/container_names.hpp"

#include <unistd.h>

#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/store.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/id.hpp"

namespace stepbox {

static std::string link_of(const std::string& name) { return store() + "/names/" + name; }

void check_name(const std::string& name) {
  constexpr char kAllowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  if (name.find_first_not_of(kAllowed) != std::string::npos || name.size() > 200 ||
      name.find_first_of("_.-") == 0) {
    throw Failure(join({"'", name, "' is not a valid name for a container"}),
                  "letters, digits and _.- ; a letter or digit first");
  }
}

std::string id_of_name(const std::string& name) { return read_link(link_of(name)); }

// symlink(2) fails if the name exists, so of two processes that want a name one gets it.
void take_name(const std::string& name, const std::string& id) {
  make_directories(store() + "/names");
  while (::symlink(id.c_str(), link_of(name).c_str()) == -1) {
    if (errno != EEXIST) throw_errno({"take the name ", name});
    const std::string owner = id_of_name(name);
    if (owner.empty()) continue;  // removed since symlink(2)
    if (owner == id) return;      // left by a killed rename
    if (exists(record_of(owner)) || exists(run_lock_of(owner))) {
      throw Failure(join({"the name ", name, " is taken by container ", short_id(owner)}),
                    "choose another, or remove that one: rm " + name);
    }
    ::unlink(link_of(name).c_str());  // left by a killed run or create
  }
}

void drop_name(const std::string& name, const std::string& id) {
  if (name.empty()) {
    for (const std::string& other : list_directory(store() + "/names")) drop_name(other, id);
  } else if (id_of_name(name) == id) {
    if (::unlink(link_of(name).c_str()) == -1 && errno != ENOENT) {
      throw_errno({"remove the name ", name});
    }
  }
}

}  // namespace stepbox
