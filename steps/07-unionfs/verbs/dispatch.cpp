#include <algorithm>
#include <string_view>

#include "01-clone/signals.hpp"
#include "07-unionfs/files/store.hpp"
#include "07-unionfs/formats/table.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/process/sealed_program.hpp"
#include "07-unionfs/verbs/edit_distance.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

struct Verb {
  std::string_view name;
  int (*call)(int argc, char** argv, Runner runner);  // none: a heading of --help
  std::string_view about;
};

// In the order of --help.
constexpr Verb kVerbs[] = {
    {"Run", nullptr, ""},
    {"attach", verb_attach, "Connect this terminal to a container that runs"},
    {"create", verb_create, "Make a new container of an image, for start to run"},
    {"exec", verb_exec, "Run one more command in a container that runs"},
    {"run", verb_run, "Make a new container of an image, and run a command in it"},
    {"start", verb_start, "Run containers that have ended once more, with their changes"},

    {"Control", nullptr, ""},
    {"kill", verb_kill, "Send containers a signal, KILL if none is named"},
    {"pause", verb_pause, "Let all processes of containers stand still"},
    {"rename", verb_rename, "Call a container something else"},
    {"rescue", verb_rescue, "Remove what killed containers have left, of all steps"},
    {"restart", verb_restart, "Stop containers, and start them again"},
    {"rm", verb_rm, "Remove containers, with all that they changed"},
    {"stop", verb_stop, "Ask containers to end, and kill those that do not in time"},
    {"unpause", verb_unpause, "Let them go on"},
    {"update", verb_update, "Give containers other limits, while they run too"},
    {"wait", verb_wait, "Wait until containers have ended; print their exit statuses"},

    {"Files", nullptr, ""},
    {"cp", verb_cp, "Copy files between a container and the host"},
    {"diff", verb_diff, "List what a container changed in the files of its image"},
    {"export", verb_export, "Write the files of a container as a tar archive"},

    {"Images", nullptr, ""},
    {"commit", verb_commit, "Make an image of a container and its changes"},
    {"history", verb_history, "Show how an image came about"},
    {"images", verb_images, "List the images"},
    {"import", verb_import, "Make an image of a tar of its files"},
    {"load", verb_load, "Take the images of an archive: docker's, podman's, skopeo's"},
    {"rmi", verb_rmi, "Remove images, or names of them"},
    {"save", verb_save, "Write images as an archive, for podman, skopeo or load"},
    {"tag", verb_tag, "Give an image one more name"},

    {"Ask", nullptr, ""},
    {"inspect", verb_inspect, "Tell all that is known of containers and images, as JSON"},
    {"logs", verb_logs, "Print what a container wrote while nobody watched"},
    {"port", verb_port, "Tell which ports of the host lead to a container's"},
    {"ps", verb_ps, "List containers"},
    {"stats", verb_stats, "Tell what containers use, again each second"},
    {"top", verb_top, "List the processes of a container"},

    {"The whole", nullptr, ""},
    {"info", verb_info, "Tell how many containers and images there are, and what this host offers"},
    {"prune", verb_prune, "Remove the containers that do not run, and images without a name"},
    {"version", verb_version, "Tell which stepbox this is"},
};

const Verb* find_verb(std::string_view name) {
  const Verb* verb = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                  [&](const Verb& one) { return one.call && one.name == name; });
  return verb == std::end(kVerbs) ? nullptr : verb;
}

// Options of all verbs may stand before the verb, as docker's do: how many words the next one
// takes.
int take_global_option(int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word == "--explain") return set_explaining(true), 1;
  if (word.starts_with("--root=")) return set_store(argv[1] + 7), 1;
  if (word == "--root" && argc > 2) return set_store(argv[2]), 2;
  return 0;
}

int print_help() {
  const std::string_view me = program_invocation_short_name;
  std::string text = join({"Usage: ", me, " [--root DIR] [--explain] VERB [OPTIONS] [ARG...]\n",
                           "       ", me, " [OPTIONS] IMAGE COMMAND [ARG...]    (as run does)\n"});
  for (const Verb& verb : kVerbs) {
    if (!verb.call) {
      text += join({"\n", verb.name, ":\n"});
    } else {
      text += join({"  ", verb.name, std::string(12 - verb.name.size(), ' '), verb.about, "\n"});
    }
  }
  print(join({text, "\n", me, " VERB --help tells more of each.\n"}));
  return 0;
}

// Who types `strat box` means start; but an image may be called strat.
void refuse_misspelled(std::string_view word) {
  const auto distance = [&](const Verb& verb) {
    return verb.call ? edit_distance(word, verb.name) : word.size() + verb.name.size();
  };
  const Verb& nearest =
      *std::min_element(std::begin(kVerbs), std::end(kVerbs),
                        [&](const Verb& a, const Verb& b) { return distance(a) < distance(b); });
  if (distance(nearest) > 2 || distance(nearest) * 2 > word.size()) return;
  try {
    find_image(std::string(word));
  } catch (const std::exception&) {
    throw UsageError(join({"no such verb, image or rootfs: ", word}),
                     join({"did you mean ", nearest.name, "?"}));
  }
}

// run and exec hand on the status of their command, so their own failures are 125; those of all
// other verbs are 1.
int call(const Verb& verb, int argc, char** argv, Runner runner) {
  try {
    return verb.call(argc, argv, runner);
  } catch (const UsageError&) {
    throw;
  } catch (const std::exception& error) {
    if (verb.call == verb_run || verb.call == verb_exec || status_of(error) != kFailed) throw;
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
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word == "help" && argc > 2) {
    char help[] = "--help";
    char* words[] = {argv[2], help, nullptr};
    if (const Verb* verb = find_verb(argv[2])) return verb->call(2, words, runner);
    throw UsageError(join({"no verb is called ", argv[2]}), "--help lists them");
  }
  if (word == "--help" || word == "-h" || word == "help") return print_help();
  if (const Verb* verb = find_verb(word == "--version" ? "version" : word))
    return call(*verb, argc - 1, argv + 1, runner);
  if (!word.starts_with('-')) refuse_misspelled(word);
  return verb_run(argc, argv, runner);
}

}  // namespace stepbox
