// hook [KEY...]: prints the state of a container, which a runtime writes to its stdin.
// (runtime-spec: runtime.md, "State"; config.md, "POSIX-platform Hooks")
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "common/error.hpp"

using namespace stepbox;
using nlohmann::json;

static std::string text_in(const json& object, const std::string& key) {
  const auto found = object.find(key);
  if (found == object.end()) throw Failure(join({"the state has no '", key, "'"}));
  if (!found->is_string()) throw Failure(join({"the state's '", key, "' is no text"}));
  return *found;
}

// Both forms mean that no process is left.
static std::string pid_in(const json& state) {
  const auto pid = state.find("pid");
  if (pid == state.end() || *pid == 0) return "none";
  if (!pid->is_number_integer()) throw Failure("the state's 'pid' is no number");
  return pid->dump();
}

static std::string lines_of(const json& state, int argc, char** argv) {
  if (!state.is_object()) throw Failure("stdin holds no JSON object");
  std::string lines = join({"id ", text_in(state, "id"), "\nstatus ", text_in(state, "status"),
                            "\npid ", pid_in(state), "\nbundle ", text_in(state, "bundle"), "\n"});
  const json annotations = state.value("annotations", json::object());
  for (int i = 1; i < argc; ++i) {
    if (!annotations.contains(argv[i])) throw Failure(join({"no annotation ", argv[i]}));
    lines += join({argv[i], " ", text_in(annotations, argv[i]), "\n"});
  }
  return lines;
}

int main(int argc, char** argv) try {
  const json state = json::parse(std::cin, nullptr, false);  // discarded if it is no JSON
  std::fputs(lines_of(state, argc, argv).c_str(), stdout);
  return 0;
} catch (const std::exception& error) {
  report(error);
  return 1;
}
