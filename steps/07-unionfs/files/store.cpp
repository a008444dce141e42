#include "07-unionfs/files/store.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "07-unionfs/files/mapped_ids.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/program.hpp"

namespace stepbox {

namespace {

// The value of --root. It has its own type, as parse_value() is chosen by type.
struct StorePath {
  std::string path;
};
StorePath g_store;

void parse_value(const std::string& text, StorePath&) { set_store(text); }

}  // namespace

void add_store_option(CommandLine& cli) {
  cli.option("--root", "DIR", g_store, "Directory of images and containers (/var/lib/stepbox)");
}

void set_store(const std::string& path) {
  if (path.empty()) {
    throw Failure("no directory for the store given", "--root DIR, or STEPBOX_ROOT");
  }
  g_store.path = std::filesystem::absolute(path).string();
}

std::string store() {
  if (!g_store.path.empty()) return g_store.path;
  if (const char* path = std::getenv("STEPBOX_ROOT")) {
    set_store(path);
  } else if (::geteuid() == 0) {
    set_store("/var/lib/stepbox");
  } else if (const char* data = std::getenv("XDG_DATA_HOME")) {
    set_store(join({data, "/stepbox"}));
  } else if (const char* home = std::getenv("HOME")) {
    set_store(join({home, "/.local/share/stepbox"}));
  } else {
    throw Failure("no place to keep containers", "give one: --root DIR");
  }
  return g_store.path;
}

std::string run_top() {
  // EACCES: root of a user namespace in which it is nobody's. EROFS is no such sign.
  if (::geteuid() == 0 && (::access("/run", W_OK) == 0 || errno == EROFS)) return "/run";
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return runtime ? runtime : "";
}

std::string run_directory() {
  // Looked up once: in the user namespace of a container, geteuid(2) returns 0 without root, too.
  static const std::string path = [] {
    const std::string top = run_top();
    return top.empty() ? store() + "/run" : top + "/stepbox";
  }();
  return path;
}

std::vector<std::string> list_directory(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string name = entry.path().filename();
    if (name.front() != '.') names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void remove_tree(const std::string& path) {
  explain({"rm -rf ", stepbox::quoted(path)});
  with_mapped_ids([&] {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    // remove_all() holds a descriptor for each level of directories. rm(1) does not.
    if (error == std::errc::too_many_files_open) {
      run_program({"rm", "-rf", "--", path}, "", 0);
    } else if (error) {
      throw_errno({"remove ", path}, error.value());
    }
  });
}

}  // namespace stepbox
