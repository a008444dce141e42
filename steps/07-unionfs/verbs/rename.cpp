// rename: a container gets another name, whether it runs or not.
#include "07-unionfs/containers/container_names.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_rename(int argc, char** argv, Runner) {
  CommandLine cli("rename CONTAINER NAME", "rename box web");
  add_store_option(cli);
  cli.parse_mixed(argc, argv);
  const std::string reference = cli.take("CONTAINER");
  const std::string name = cli.take("NAME");
  cli.end();
  if (name.empty()) throw Failure("rename: the new name is empty");
  check_name(name);
  settle_containers();
  const std::string id = find_container(reference).id;
  std::string before;
  const auto rename = [&](Record& record) {
    if (record.name == name) throw Failure(join({"container ", name, " is called so already"}));
    take_name(name, id);
    before = record.name;
    record.name = name;
  };
  try {
    change_record(id, rename);
  } catch (...) {
    if (!before.empty()) drop_name(name, id);  // it was taken, and could not be recorded
    throw;
  }
  drop_name(before, id);
  return 0;
}

}  // namespace stepbox
