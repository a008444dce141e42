// The verbs as a table, and the command line that all of them share.
#include <algorithm>
#include <iterator>

#include "07-unionfs/files/store.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"

namespace stepbox {

#define VERB(name, about) {#name, about, verb_##name, nullptr},
#define RUNNER(name, about) {#name, about, nullptr, verb_##name},
#define HEADING(title) {title, "", nullptr, nullptr},
static constexpr Verb kVerbs[] = {
#include "07-unionfs/verbs/verb_list.def"
};
#undef VERB
#undef RUNNER
#undef HEADING

std::span<const Verb> all_verbs() { return kVerbs; }

const Verb* find_verb(std::string_view name) {
  const Verb* verb = std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const Verb& one) {
    return !one.is_heading() && one.name == name;
  });
  return verb == std::end(kVerbs) ? nullptr : verb;
}

// Options of docker that mean nothing here. They are accepted, so that scripts for docker run.
struct IgnoredOption {
  std::string_view verb;
  const char* names;
  const char* help;
};
constexpr IgnoredOption kIgnored[] = {
    {"images", "-a,--all", "Accepted and ignored: there are no intermediate images"},
};

VerbLine::VerbLine(std::string_view usage, std::string_view example) : CommandLine(usage, example) {
  std::string_view name = usage.substr(0, usage.find(' '));
  if (!find_verb(name)) name = "run";  // the only verb that may be left out
  describe(find_verb(name)->about);
  add_store_option(*this);
  for (const IgnoredOption& ignored : kIgnored) {
    if (ignored.verb == name) flag(ignored.names, ignored_flag_, ignored.help);
  }
}

}  // namespace stepbox
