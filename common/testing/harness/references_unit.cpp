// Does each claim exist that hints.md, a sabotage patch or a list of excuses names?
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "common/files.hpp"
#include "common/testing/harness/by_hand.hpp"
#include "common/testing/stage/rootfs.hpp"

namespace stepbox {
namespace {

namespace fs = std::filesystem;

// The names in all CLAIM(...) of the sources; this program does not link them.
std::set<std::string> names_of_claims(const fs::path& steps) {
  static const std::regex claim(R"re(\nCLAIM\(\s*"((?:[^"\\]|\\.)*)")re");
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(steps)) {
    const std::string file = entry.path().filename();
    if (!file.starts_with("verify") || !file.ends_with(".cpp")) continue;
    const std::string text = read_file(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), claim), end; at != end; ++at) {
      names.insert((*at)[1]);
    }
  }
  return names;
}

// The rest of each line of the file that begins with `prefix`.
std::vector<std::string> lines_after(const std::string& prefix, const fs::path& file) {
  std::vector<std::string> found;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(prefix)) found.push_back(line.substr(prefix.size()));
  }
  return found;
}

}  // namespace

TEST_CASE("every reference to a claim names an existing one") {
  const fs::path steps = beside_verify("../steps");
  if (steps.empty()) return;  // not run from the build directory
  const std::set<std::string> names = names_of_claims(steps);
  REQUIRE(names.size() > 100);
  const auto check = [&](const fs::path& file, const std::string& name) {
    CHECK_MESSAGE(names.contains(name), file.string() << ": no claim is named '" << name << "'");
  };
  for (const auto& entry : fs::recursive_directory_iterator(steps)) {
    const fs::path& file = entry.path();
    if (file.filename() == "hints.md") {
      for (const std::string& name : lines_after("## ", file)) check(file, name);
    } else if (file.extension() == ".patch") {
      for (const std::string& name : lines_after("Claim: ", file)) check(file, name);
      for (const std::string& name : lines_after("Neighbours: ", file)) {
        if (name != "all") check(file, name);
      }
    }
  }
  for (const char* list : {"by-hand.txt", "rootless.txt"}) {
    for (const Excuse& excuse : read_excuses(read_file(steps / list))) {
      check(steps / list, excuse.claim);
    }
  }
}

}  // namespace stepbox
