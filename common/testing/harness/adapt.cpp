#include "common/testing/harness/adapt.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/error.hpp"
#include "common/testing/harness/claim.hpp"

namespace stepbox {
namespace {

struct Option {
  std::string_view name;
  int since;  // the first step that has it
  bool has_value;
  bool peers_know_it;  // scripts/adapters/ and by-hand.sh have it, too
  bool vital = false;  // without it a claim that uses it tests nothing
};

constexpr std::array kOptions{
    Option{"--explain", 1, false, false},
    Option{"--help", 1, false, false},
    Option{"-v", 3, true, true},
    Option{"--volume", 3, true, true},
    Option{"--hostname", 4, true, true},
    Option{"--share", 4, true, false},
    Option{"--userns", 4, false, false},
    Option{"--init", 4, false, false},
    Option{"--cpus", 5, true, true},
    Option{"-m", 5, true, true},
    Option{"--memory", 5, true, true},
    Option{"--pids-limit", 5, true, true},
    Option{"--stats", 5, false, false},
    Option{"--network", 6, true, false},
    Option{"-p", 6, true, false},
    Option{"--publish", 6, true, false},
    Option{"--dns", 6, true, false},
    Option{"--add-host", 6, true, false},
    Option{"--name", 7, true, false},
    Option{"--rm", 7, false, false},
    Option{"--storage", 7, true, false},
    Option{"--root", 7, true, false},
    Option{"--cap-add", 7, true, false},
    Option{"--cap-drop", 7, true, false},
    Option{"--privileged", 7, false, false},
    Option{"--security-opt", 7, true, false},
    Option{"--read-only", 7, false, false},
    Option{"-e", 7, true, false},
    Option{"--env", 7, true, false},
    Option{"--env-file", 7, true, false},
    Option{"-u", 7, true, false},
    Option{"--user", 7, true, false},
    Option{"-w", 7, true, false},
    Option{"--tmpfs", 7, true, false},
    Option{"--entrypoint", 7, true, false},
    Option{"--ulimit", 7, true, false},
    Option{"-l", 7, true, false},
    Option{"--label", 7, true, false},
    Option{"--cidfile", 7, true, false},
    Option{"--pull", 7, true, false},
    Option{"--stop-signal", 7, true, false},
    Option{"--workdir", 7, true, false},
    Option{"--stop-timeout", 7, true, false},
    Option{"--cpuset-cpus", 7, true, false},
    Option{"-d", 7, false, false, true},
    Option{"-i", 7, false, false, true},
    Option{"-t", 7, false, false, true},
    Option{"--restart", 7, true, false, true},
};

// `word`: --name, or --name=value.
const Option* find_option(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  const auto* const found = std::find_if(kOptions.begin(), kOptions.end(),
                                         [&](const Option& option) { return option.name == name; });
  return found == kOptions.end() ? nullptr : found;
}

// The options that by-hand.sh has, but no peer.
bool is_network_option(std::string_view name) {
  return name == "--network" || name == "-p" || name == "--publish";
}

// The options that the subject has, and words that are no option: a claim may test such.
std::vector<std::string> known_options(const SubjectSpec& subject,
                                       const std::vector<std::string>& options) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < options.size(); ++i) {
    const Option* option = find_option(options[i]);
    const bool by_hand = subject.by_hand && option && is_network_option(option->name);
    if (option && !subject.is_step() && !option->peers_know_it && !by_hand) {
      not_applicable(subject.name + " has no " + options[i]);
    }
    const size_t words = option && option->has_value && options[i] == option->name ? 2 : 1;
    if (!option || option->since <= subject.level) {
      for (size_t k = i; k < i + words && k < options.size(); ++k) kept.push_back(options[k]);
    }
    i += words - 1;
  }
  return kept;
}

bool mentions(const std::vector<std::string>& options, std::string_view name) {
  return std::find(options.begin(), options.end(), name) != options.end();
}

void append(std::vector<std::string>& words, std::initializer_list<const char*> more) {
  words.insert(words.end(), more.begin(), more.end());
}

// Step 7 removes the container afterwards, and has the default limits of steps 5 and 6.
void append_step7_defaults(std::vector<std::string>& words, const std::vector<std::string>& options,
                           bool privileged) {
  if (!mentions(options, "--name")) append(words, {"--rm"});
  if (privileged) append(words, {"--privileged"});
  if (!mentions(options, "--cpus")) append(words, {"--cpus", "0.2"});
  if (!mentions(options, "-m") && !mentions(options, "--memory")) append(words, {"-m", "128m"});
  if (!mentions(options, "--pids-limit")) append(words, {"--pids-limit", "64"});
}

// Turns off limits and network if the host or the user cannot have them.
void append_what_cannot_be_had(std::vector<std::string>& words, const SubjectSpec& subject,
                               const RunSpec& run) {
  if (subject.peer) return;
  // Claims about limits or the network keep the defaults: if these need root, the claim is skipped
  // (Subject::skip_if_root_is_needed()).
  const bool refusal_tells = subject.ordinary_user && run.topic == 5;
  const bool without_limits = run.ordinary_user && !run.delegated && !refusal_tells;
  const bool networked = run.topic == 6 || mentions(run.options, "-p");
  const bool without_network = run.ordinary_user && !(subject.ordinary_user && networked);
  if (subject.level >= 5 && (without_limits || subject.without_limits)) {
    append(words, {"--cpus", "0", "-m", "0", "--pids-limit", "0"});
  }
  if (subject.level >= 6 && without_network) append(words, {"--network", "none"});
}

}  // namespace

std::vector<std::string> split_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  char quote = 0;
  for (const char c : line) {
    if (quote ? c == quote : c == '\'' || c == '"') {
      quote = quote ? '\0' : c;
      open = true;
    } else if (!quote && (c == ' ' || c == '\t')) {
      if (open) words.push_back(word);
      word.clear();
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(word);
  return words;
}

std::vector<std::string> absolute(std::vector<std::string> words) {
  char here[4096];
  if (!::getcwd(here, sizeof here)) throw_errno({"getcwd"});
  for (std::string& word : words) {
    const bool is_path = word.find('/') != word.npos && word[0] != '/';
    if (is_path && ::access(word.c_str(), F_OK) == 0) word = join({here, "/", word});
  }
  return words;
}

SubjectSpec parse_subject(const std::string& text) {
  const size_t equals = text.find('=');
  const size_t colon = text.find(':', equals == text.npos ? 0 : equals);
  if (equals == text.npos || colon == text.npos) {
    throw Failure("no subject: " + text, "NAME=LEVEL:COMMAND, as in step4=4:./step4");
  }
  std::string level = text.substr(equals + 1, colon - equals - 1);
  SubjectSpec subject{.name = text.substr(0, equals),
                      .words = absolute(split_words(text.substr(colon + 1)))};
  if (level == "challenge" && !subject.words.empty()) {
    subject.challenge = subject.name;
    return subject;
  }
  subject.peer = level.starts_with("peer");
  subject.by_hand = level.starts_with("hand");
  subject.ordinary_user = level.starts_with("user");
  if (!subject.is_step() || subject.ordinary_user) level.erase(0, 4);
  if (level.size() != 1 || level[0] < '1' || level[0] > '7' || subject.words.empty()) {
    throw Failure("no subject: " + text,
                  "the level is 1 to 7, or peer1, hand1, user1 and so on, or challenge");
  }
  subject.level = level[0] - '0';
  return subject;
}

std::string runtimes_own(const RunSpec& run) {
  if (!run.verb.empty()) return "verb " + run.verb;
  for (const std::string& word : run.options) {
    const Option* option = find_option(word);
    if (option && option->vital) return "option " + word;
  }
  const bool image = !run.rootfs.empty() && run.rootfs.find('/') == run.rootfs.npos;
  return image ? "image " + run.rootfs : "";
}

std::vector<std::string> adapt(const SubjectSpec& subject, const RunSpec& run,
                               const std::string& rootfs) {
  if (!subject.is_step() && !run.verb.empty()) {
    not_applicable(subject.name + " has no " + run.verb);
  }
  std::vector<std::string> words = subject.words;
  if (!subject.challenge.empty()) {
    words.insert(words.end(), run.command.begin(), run.command.end());
    return words;
  }
  const bool runtime = subject.level == 7 && subject.is_step();
  const bool plain_run = run.verb.empty() || run.verb == "run";
  if (!run.verb.empty()) words.push_back(run.verb);
  if (runtime && plain_run) append_step7_defaults(words, run.options, run.privileged);
  if (plain_run) append_what_cannot_be_had(words, subject, run);

  const std::vector<std::string> options = known_options(subject, run.options);
  words.insert(words.end(), options.begin(), options.end());
  std::vector<std::string> command = run.command;
  if (subject.level > 1) {
    if (plain_run && !run.no_rootfs) words.push_back(run.rootfs.empty() ? rootfs : run.rootfs);
  } else if (!command.empty() && command[0] == "/bin/probe") {
    command[0] = rootfs + command[0];  // the host has none
  }
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

}  // namespace stepbox
