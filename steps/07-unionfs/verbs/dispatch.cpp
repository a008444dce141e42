// Finds the verb: the first word of the command line, else `run`.
#include <string_view>

#include "01-clone/signals.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/process/sealed_program.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/text.hpp"
#include "common/words/near_word.hpp"

namespace stepbox {

namespace {

// Options of all verbs may precede the verb, as docker's do. Returns how many words the next one
// takes; 0 if there is none.
int take_global_option(int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word == "--explain") return set_explaining(true), 1;
  if (word.starts_with("--root=")) return set_store(argv[1] + 7), 1;
  if (word == "--root" && argc > 2) return set_store(argv[2]), 2;
  return 0;
}

int print_help() {
  const std::string_view me = program_invocation_short_name;
  std::string text =
      join({"Usage: ", me, " [--root DIR] [--explain] VERB [OPTIONS] [ARG...]\n", "       ", me,
            " [OPTIONS] IMAGE COMMAND [ARG...]    (short for run)\n"});
  for (const Verb& verb : all_verbs()) {
    if (verb.is_heading()) {
      text += join({"\n", verb.name, ":\n"});
    } else {
      text += join({"  ", verb.name, std::string(12 - verb.name.size(), ' '), verb.about, "\n"});
    }
  }
  print(join({text, "\n", me, " VERB --help describes one verb. Docker's long names work too: ",
              "container ls, image rm, system df.\n"}));
  return 0;
}

// `strat box` is a misspelled start, unless an image is called strat.
void refuse_misspelled(std::string_view word) {
  std::vector<std::string> verbs;
  for (const Verb& verb : all_verbs()) {
    if (!verb.is_heading()) verbs.emplace_back(verb.name);
  }
  const std::string question = question_about(word, verbs);
  if (question.empty()) return;
  try {
    find_image(std::string(word));
  } catch (const std::exception&) {
    throw UsageError(join({"no such verb, image or rootfs: ", word}), question);
  }
}

int call(const Verb& verb, int argc, char** argv, Runner runner) {
  return verb.call ? verb.call(argc, argv) : verb.call_with(argc, argv, runner);
}

// As with docker: 125 for an unknown option, 1 if words are missing or too many. run and exec
// return the exit status of their command, so their own failures are 125. A failure of any other
// verb is 1.
int call_for_status(const Verb& verb, int argc, char** argv, Runner runner) {
  try {
    return call(verb, argc, argv, runner);
  } catch (const WordsError& error) {
    throw Failure(message_of(error), {}, 1);
  } catch (const UsageError&) {
    throw;
  } catch (const std::exception& error) {
    const bool runs = verb.name == "run" || verb.name == "exec";
    if (runs || status_of(error) != kFailed) throw;
    throw Failure(message_of(error), {}, 1);
  }
}

}  // namespace

int dispatch(int argc, char** argv, Runner runner) {
  if (own_program_is_writable()) run_from_sealed_copy();
  block_signals();
  while (const int words = take_global_option(argc, argv)) {
    argc -= words;
    argv += words;
  }
  std::vector<char*> short_words = in_short({argv, argv + argc});
  argc = static_cast<int>(short_words.size());
  short_words.push_back(nullptr);
  argv = short_words.data();
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word == "help" && argc > 2) {
    char help[] = "--help";
    char* words[] = {argv[2], help, nullptr};
    if (const Verb* verb = find_verb(argv[2])) return call(*verb, 2, words, runner);
    const std::string text = help_of_noun(argv[2]);
    if (!text.empty()) return print(text), 0;
    throw UsageError(join({"no such verb: ", argv[2]}), "--help lists them");
  }
  if (word == "--help" || word == "-h" || word == "help") return print_help();
  if (const Verb* verb = find_verb(word == "--version" ? "version" : word))
    return call_for_status(*verb, argc - 1, argv + 1, runner);
  if (!word.starts_with('-')) refuse_misspelled(word);
  return run_without_verb(argc, argv, runner);
}

}  // namespace stepbox
