// build: builds an image of a Containerfile.
#include <unistd.h>

#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/registry/building.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

int verb_build(int argc, char** argv) {
  BuildOptions options;
  VerbLine cli("build [OPTIONS] DIRECTORY", "build -t app .");
  cli.list("--build-arg", "NAME=VALUE", options.arguments, "Value of an ARG");
  cli.option("-f,--file", "FILE", options.file,
             "Containerfile (Containerfile or Dockerfile in DIRECTORY)");
  cli.flag("--no-cache", options.no_cache, "Run all instructions again");
  cli.flag("-q,--quiet", options.quiet, "Print the id of the image only");
  cli.list("-t,--tag", "NAME[:TAG]", options.names, "Name of the image");
  cli.option("--target", "STAGE", options.target, "Stage to stop at");
  cli.parse_mixed(argc, argv);
  options.context = cli.take("DIRECTORY");
  cli.end();
  if (::geteuid() != 0) throw Failure("build needs root: be root");
  recover_crashed_containers();
  const std::string id = build_image(options);
  if (options.quiet) {
    print(join({"sha256:", id, "\n"}));
    return 0;
  }
  print(join({"Successfully built ", id.substr(0, 12), "\n"}));
  for (const std::string& name : options.names) {
    print(join({"Successfully tagged ", parse_reference(name).text(), "\n"}));
  }
  return 0;
}

}  // namespace stepbox
