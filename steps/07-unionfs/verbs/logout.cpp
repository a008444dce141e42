// logout: removes the credentials for a registry.
#include "07-unionfs/registry/registry.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_logout(int argc, char** argv) {
  VerbLine cli("logout [REGISTRY]", "logout registry.example.org");
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> words = cli.take_rest();
  if (words.size() > 1) throw WordsError("too many words: " + words[1], "logout [REGISTRY]");
  log_out(words.empty() ? Login().registry : words[0]);
  return 0;
}

}  // namespace stepbox
