// Does a stage leave the cgroups of other stages alone?
#include <doctest/doctest.h>
#include <unistd.h>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/stage/groups.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

TEST_CASE("a stage that finds its name taken leaves the other's groups alone") {
  const std::vector<CgroupTree> trees = mounted_hierarchies();
  if (trees.empty() || ::access(trees[0].mount.c_str(), W_OK) == -1) return;
  const std::string id = random_word();
  const StageGroups first(id);
  CHECK_THROWS_AS(StageGroups{id}, Failure);
  for (const CgroupTree& tree : trees) CHECK(exists(tree.mount + "/stepbox/stage-" + id));
}

}  // namespace stepbox
