// login: stores the credentials for a registry, where skopeo, podman and buildah find them, too.
#include <unistd.h>

#include "07-unionfs/files/blob.hpp"
#include "07-unionfs/registry/registry.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_login(int argc, char** argv) {
  Login login;
  bool from_stdin = false;
  VerbLine cli("login [OPTIONS] [REGISTRY]", "login -u ann registry.example.org");
  cli.option("-p,--password", "WORD", login.password,
             "Password; other users see it in ps, so --password-stdin is better");
  cli.flag("--password-stdin", from_stdin, "Read the password from standard input");
  add_option(cli, login.tls);
  cli.option("-u,--username", "NAME", login.user, "User name");
  cli.parse_mixed(argc, argv);
  const std::vector<std::string> words = cli.take_rest();
  if (words.size() > 1) throw WordsError("too many words: " + words[1], "login [REGISTRY]");
  if (!words.empty()) login.registry = words[0];
  if (from_stdin && !login.password.empty()) {
    throw Failure("--password with --password-stdin", "leave one of them out");
  }
  if (from_stdin && login.user.empty()) throw Failure("--password-stdin without --username");
  if (from_stdin) login.password = open_blob("-").text();
  if (from_stdin && login.password.empty())
    throw Failure("the password on standard input is empty");
  log_in(login);
  return 0;
}

}  // namespace stepbox
