// rename: changes the name of a container in any state.
#include "07-unionfs/containers/container_names.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_rename(int argc, char** argv) {
  VerbLine cli("rename CONTAINER NAME", "rename box web");
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  const std::string name = cli.take("NAME");
  cli.end();
  if (name.empty()) throw Failure("rename: the new name is empty");
  check_name(name);
  recover_container_records();
  const std::string id = find_container(reference).id;
  std::string before;
  const auto rename = [&](Record& record) {
    if (record.name == name) throw Failure(join({"container ", name, " has that name already"}));
    take_name(name, id);
    before = record.name;
    record.name = name;
  };
  try {
    change_record(id, rename);
  } catch (...) {
    if (!before.empty()) drop_name(name, id);  // the name was taken, but not recorded
    throw;
  }
  drop_name(before, id);
  rename_member(id, name);
  return 0;
}

}  // namespace stepbox
