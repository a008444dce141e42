#include "07-unionfs/registry/building.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>

#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "07-unionfs/registry/image_loading.hpp"
#include "07-unionfs/registry/registry.hpp"
#include "07-unionfs/registry/tool.hpp"
#include "07-unionfs/resources/oci_groups.hpp"
#include "common/error.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

using Strings = std::vector<std::string>;

const std::string kGroups = "/stepbox/build";  // a cgroup of each build is in it

std::string cache() { return store() + "/build"; }

// stepbox-oci stands beside this program.
std::string oci_runtime() {
  const std::string me = read_link("/proc/self/exe");
  std::string path = me.substr(0, me.rfind('/')) + "/stepbox-oci";
  if (!exists(path)) path = find_program("stepbox-oci");
  if (path.empty()) throw Failure("there is no stepbox-oci beside step7", "make step7 builds it");
  return path;
}

// buildah(1) with a store of its own in <store>/build. `folder`: for what it needs until it ends.
class Buildah {
 public:
  explicit Buildah(const std::string& folder);

  // Gives buildah a base image under its full name, if it does not have it.
  void take(const Reference& base, const std::string& id) const;

  // Returns the directory with the image (dir:).
  std::string build(Strings words) const;

 private:
  std::string call(const Strings& words, ToolFiles files = {}) const;
  bool tag(const std::string& id, const std::string& name) const;

  std::string folder_;
  Fd lock_;  // on <store>/build: it is in use
};

// Unqualified names are docker's, as everywhere.
Buildah::Buildah(const std::string& folder) : folder_(folder) {
  remove_build_leftovers();
  make_directories(cache());
  lock_ = Fd(::open(cache().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!try_lock(lock_, cache(), Lock::kShared)) throw Failure("prune removes " + cache());
  create_file(folder + "/registries.conf",
              "unqualified-search-registries = [\"docker.io\"]\nshort-name-mode = \"disabled\"\n");
  create_file(folder + "/containers.conf", "[engine]\ncgroup_manager = \"cgroupfs\"\n");
  ::setenv("CONTAINERS_REGISTRIES_CONF", (folder + "/registries.conf").c_str(), 0);
  ::setenv("CONTAINERS_CONF", (folder + "/containers.conf").c_str(), 0);
  ::setenv("TMPDIR", folder.c_str(), 1);
}

// In a mount namespace of its own: buildah leaves its store mounted.
std::string Buildah::call(const Strings& words, ToolFiles files) const {
  Strings all{"buildah", "--root", cache() + "/root", "--runroot", folder_ + "/run"};
  all.insert(all.end(), words.begin(), words.end());
  files.private_mounts = true;
  try {
    return run_tool(all, files);
  } catch (const Failure& error) {
    throw Failure(join({"buildah ", words[0], ": ", error.what()}), "", status_of(error));
  }
}

// False: it does not have the image.
bool Buildah::tag(const std::string& id, const std::string& name) const try {
  call({"tag", id, name});
  return true;
} catch (const Failure& error) {
  if (std::string_view(error.what()).find("image not known") != std::string_view::npos)
    return false;
  throw;
}

void Buildah::take(const Reference& base, const std::string& id) const {
  if (tag(id, base.full_text())) return;
  const std::string archive = folder_ + "/base.tar";
  save_image(base, archive);
  call({"pull", "--quiet", "docker-archive:" + archive});
  if (!tag(id, base.full_text())) throw Failure("buildah does not take " + base.text());
}

std::string Buildah::build(Strings words) const {
  const Strings common{"--isolation",     "oci",
                       "--runtime",       oci_runtime(),
                       "--runtime-flag",  "root=" + folder_ + "/oci",
                       "--runtime-flag",  "log=" + folder_ + "/log",
                       "--network",       "host",
                       "--cgroup-parent", kGroups + folder_.substr(folder_.rfind('/')),
                       "--format",        "docker",
                       "--layers",        "--iidfile",
                       folder_ + "/id"};
  words.insert(words.begin() + 1, common.begin(), common.end());
  call(words, {.output = STDERR_FILENO, .shows_errors = true});
  const std::string built = folder_ + "/built";
  call({"push", "--quiet", read_file(folder_ + "/id"), "dir:" + built});
  return built;
}

std::string containerfile(const BuildOptions& options) {
  if (!options.file.empty()) return options.file;
  for (const char* name : {"/Containerfile", "/Dockerfile"}) {
    if (exists(options.context + name)) return options.context + name;
  }
  throw Failure(join({options.context, " has no Containerfile and no Dockerfile"}), "-f FILE");
}

Strings words_of(const BuildOptions& options) {
  Strings words{"build"};
  words.insert(words.end(), {"--file", containerfile(options)});
  for (const std::string& argument : options.arguments) {
    words.insert(words.end(), {"--build-arg", argument});
  }
  if (!options.target.empty()) words.insert(words.end(), {"--target", options.target});
  if (options.no_cache) words.push_back("--no-cache");
  if (options.quiet) words.push_back("--quiet");
  words.push_back(options.context);
  return words;
}

}  // namespace

// `text` with the values of $NAME and ${NAME}.
static std::string expanded(std::string text, const Strings& arguments) {
  for (const std::string& argument : arguments) {
    const size_t equals = std::min(argument.find('='), argument.size());
    const std::string name = argument.substr(0, equals);
    for (const std::string& use : {"${" + name + "}", "$" + name}) {
      const size_t at = text.find(use);
      if (at != text.npos)
        text.replace(at, use.size(), argument.substr(std::min(equals + 1, argument.size())));
    }
  }
  return text;
}

std::vector<std::string> bases_in(const std::string& containerfile, Strings arguments) {
  Strings bases;
  for (const std::string& line : split(containerfile, '\n')) {
    const Strings words = words_in(line);
    if (words.size() < 2) continue;
    const std::string verb = in_upper_case(words[0]);
    if (verb == "ARG" && bases.empty()) arguments.push_back(words[1]);  // after those of the user
    for (size_t i = 1; i < words.size(); ++i) {
      if (verb == "COPY" && words[i].starts_with("--from=")) bases.push_back(words[i].substr(7));
      if (verb != "FROM" || words[i].starts_with("--")) continue;
      bases.push_back(expanded(words[i], arguments));
      break;
    }
  }
  return bases;
}

std::string build_image(const BuildOptions& options) {
  Strings names;
  for (const std::string& name : options.names) names.push_back(parse_reference(name).text());
  const Staging staging;
  const Buildah buildah(staging.path());
  for (const std::string& base : bases_in(read_file(containerfile(options)), options.arguments)) {
    if (!is_reference(base)) continue;
    const Reference reference = parse_reference(base);
    const std::string id = id_of_tag(reference.text());
    if (!id.empty()) buildah.take(reference, id);
  }
  return load_folder(buildah.build(words_of(options)), names, staging);
}

// -1: there is none, or a build uses it.
static Fd lock_cache() {
  Fd folder(::open(cache().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder && !try_lock(folder, cache())) folder.close();
  return folder;
}

void remove_build_leftovers() {
  if (const Fd lock = lock_cache()) remove_oci_groups(kGroups);
}

int64_t remove_build_cache() {
  const Fd lock = lock_cache();
  if (!lock) return 0;
  remove_oci_groups(kGroups);
  const int64_t size = size_of_tree(cache());
  remove_tree(cache());
  return size;
}

}  // namespace stepbox
