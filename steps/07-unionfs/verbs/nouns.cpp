// Docker's long names of verbs: `container ls` for ps, `image rm` for rmi.
#include <algorithm>
#include <set>

#include "07-unionfs/files/printing.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

// Verbs that have one name only, with a noun before it or without.
struct Noun {
  std::string_view name, verbs;
};
constexpr Noun kNouns[] = {
    {"container",
     "attach commit cp create diff exec export inspect kill logs pause port prune rename restart "
     "rm run start stats stop top unpause update wait"},
    {"image", "build history import inspect load prune pull push save tag"},
    {"system", "df info prune"},
};

struct LongName {
  std::string_view noun, word;
  const char* verb;
  const char* option = nullptr;  // it follows the verb
};
constexpr LongName kLongNames[] = {
    {"container", "inspect", "inspect", "--type=container"},
    {"container", "list", "ps"},
    {"container", "ls", "ps"},
    {"container", "prune", "prune", "--containers"},
    {"container", "ps", "ps"},
    {"container", "remove", "rm"},
    {"image", "inspect", "inspect", "--type=image"},
    {"image", "list", "images"},
    {"image", "ls", "images"},
    {"image", "prune", "prune", "--images"},
    {"image", "remove", "rmi"},
    {"image", "rm", "rmi"},
};

const Noun* find_noun(std::string_view name) {
  const auto* noun = std::find_if(std::begin(kNouns), std::end(kNouns),
                                  [&](const Noun& one) { return one.name == name; });
  return noun == std::end(kNouns) ? nullptr : noun;
}

std::string line_of(std::string_view word, std::string_view verb) {
  return join({"  ", word, std::string(12 - word.size(), ' '), find_verb(verb)->about, "\n"});
}

}  // namespace

std::string help_of_noun(std::string_view name) {
  const Noun* noun = find_noun(name);
  if (!noun) return "";
  std::set<std::string> lines;
  for (const std::string& verb : words_in(noun->verbs)) lines.insert(line_of(verb, verb));
  for (const LongName& known : kLongNames) {
    if (known.noun == name) lines.insert(line_of(known.word, known.verb));
  }
  std::string text =
      join({"Usage: ", program_invocation_short_name, " ", name, " VERB [OPTIONS] [ARG...]\n\n"});
  for (const std::string& line : lines) text += line;
  return text;
}

std::vector<char*> in_short(std::vector<char*> words) {
  const Noun* noun = words.size() > 1 ? find_noun(words[1]) : nullptr;
  if (!noun) return words;
  const std::string_view word = words.size() > 2 ? words[2] : "";
  if (word.empty() || word == "--help") return {words[0], const_cast<char*>("help"), words[1]};
  words.erase(words.begin() + 1);
  for (const LongName& name : kLongNames) {
    if (name.noun != noun->name || name.word != word) continue;
    words[1] = const_cast<char*>(name.verb);  // nobody writes to the words of a command line
    if (name.option) words.insert(words.begin() + 2, const_cast<char*>(name.option));
    return words;
  }
  const std::vector<std::string> verbs = words_in(noun->verbs);
  if (std::find(verbs.begin(), verbs.end(), word) != verbs.end()) return words;
  std::string all(noun->verbs);
  for (const LongName& name : kLongNames) {
    if (name.noun == noun->name && !name.option) all += join({" ", name.word});
  }
  throw UsageError(join({noun->name, " has no verb '", word, "'"}),
                   join({"it has ", all, "; a directory of that name is ./", noun->name}));
}

int call_verb_of(const std::string& noun, std::span<const Verb> verbs, int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "--help";
  std::string help =
      join({"Usage: ", program_invocation_short_name, " ", noun, " VERB [OPTIONS] [ARG...]\n\n",
            find_verb(noun)->about, ".\n\nVerbs:\n"});
  std::string names;
  for (const Verb& verb : verbs) {
    if (verb.name == word) return verb.call(argc - 1, argv + 1);
    if (verb.about.empty()) continue;
    help += join({"  ", verb.name, std::string(12 - verb.name.size(), ' '), verb.about, "\n"});
    names += join({" ", verb.name});
  }
  if (word != "--help" && word != "-h") {
    throw UsageError(join({noun, " has no verb '", word, "'"}), join({"it has", names}));
  }
  print(join({help, "\n", program_invocation_short_name, " ", noun,
              " VERB --help describes one verb.\n"}));
  return 0;
}

}  // namespace stepbox
