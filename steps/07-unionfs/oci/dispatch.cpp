// Finds the verb, and reports errors as engines expect them.
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "01-clone/signals.hpp"
#include "07-unionfs/files/printing.hpp"
#include "07-unionfs/oci/verbs.hpp"
#include "07-unionfs/process/environment.hpp"
#include "07-unionfs/process/sealed_program.hpp"
#include "common/error.hpp"

namespace stepbox {

namespace {

struct OciVerb {
  const char* name;
  int (*call)(int argc, char** argv, Creator create);
  bool enters = false;  // puts a process into a container; early_start.cpp knows these verbs, too
};

constexpr OciVerb kVerbs[] = {
    {"create", oci_create, true}, {"delete", oci_delete},     {"events", oci_events},
    {"exec", oci_exec, true},     {"features", oci_features}, {"kill", oci_kill},
    {"list", oci_list},           {"pause", oci_pause},       {"ps", oci_ps},
    {"resume", oci_resume},       {"run", oci_run, true},     {"spec", oci_spec},
    {"start", oci_start},         {"state", oci_state},       {"update", oci_update}};

// --log FILE, --log-format text|json. Engines (go-runc) read "level", "msg" and "time" of a line.
struct OciLog {
  std::string file;
  std::string format = "text";

  // `level`: warning, error. False: it is not written, and must not be lost.
  bool write(std::string_view level, const std::string& message) const;
};

bool OciLog::write(std::string_view level, const std::string& message) const {
  if (file.empty()) return false;
  const std::string time = as_timestamp(::time(nullptr)), text = in_double_quotes(message);
  const std::string line =
      format == "json"
          ? join({R"({"level":")", level, R"(","msg":)", text, R"(,"time":")", time, "\"}\n"})
          : join({"time=\"", time, "\" level=", level, " msg=", text, "\n"});
  const Fd log(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (log && ::write(log.get(), line.data(), line.size()) != -1) return true;
  report(Failure(join({"write ", file, ": ", std::generic_category().message(errno)})));
  return false;
}

OciLog g_log;

// As runc: a warning goes to the log only, so that it does not mix with the output of a build.
void write_warning(const std::string& text) {
  if (!g_log.write("warning", text)) report(Failure(text));
}

struct GlobalOptions {
  bool debug = false;
  bool systemd = false;
  bool version = false;
  std::string root;
  std::string manager;   // crun's name for --systemd-cgroup
  std::string rootless;  // runc's: true, false, auto
};

void add_options(CommandLine& cli, GlobalOptions& options) {
  cli.describe(
      "An OCI runtime: create, start, state, kill, delete, run, exec, ps, list, pause, "
      "resume, update, events, spec, features");
  cli.option("--cgroup-manager", "NAME", options.manager, "cgroupfs (the default) or systemd");
  cli.flag("--debug", options.debug, "Accepted, and ignored");
  cli.option("--log", "FILE", g_log.file, "Append warnings to this file instead, errors too");
  cli.option("--log-format", "FORMAT", g_log.format, "text or json");
  cli.option("--root", "DIR", options.root, "Keep the state of containers here");
  cli.option("--rootless", "WHETHER", options.rootless, "Accepted, and ignored");
  cli.flag("--systemd-cgroup", options.systemd, "Make groups through systemd");
  cli.flag("-v,--version", options.version, "Print the version");
}

int print_version() {
  std::puts("stepbox-oci version " STEPBOX_VERSION "\nspec: 1.2.0");
  return 0;
}

int call(const std::vector<std::string>& words, Creator create) {
  const auto verb = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                 [&](const OciVerb& known) { return words[0] == known.name; });
  if (verb == std::end(kVerbs)) {
    throw UsageError(join({"no such command: ", words[0]}), "--help lists them");
  }
  if (verb->enters) run_from_read_only_mount();  // first: a program inherits blocked signals
  block_signals();
  return verb->call(static_cast<int>(words.size()), as_pointers(words).data(), create);
}

bool uses_systemd(const GlobalOptions& options) {
  const std::string& manager = options.manager;
  if (!manager.empty() && manager != "cgroupfs" && manager != "systemd") {
    throw Failure(join({"--cgroup-manager: '", manager, "' is not cgroupfs or systemd"}));
  }
  return options.systemd || manager == "systemd";
}

int parse_and_call(int argc, char** argv, Creator create, GlobalOptions& options) {
  CommandLine cli("[OPTIONS] VERB [ARG...]", "run --bundle BUNDLE ID");
  add_options(cli, options);
  cli.parse(argc, argv);
  send_warnings_to(write_warning);
  if (options.version) return print_version();
  if (!options.root.empty()) set_oci_root(options.root);
  std::vector<std::string> words = cli.take_all("VERB");
  const bool creates = words[0] == "create" || words[0] == "run";
  if (uses_systemd(options) && creates) words.insert(words.begin() + 1, "--systemd-cgroup");
  return call(words, create);
}

}  // namespace

int dispatch_oci(int argc, char** argv, Creator create) {
  GlobalOptions options;
  try {
    return parse_and_call(argc, argv, create, options);
  } catch (const std::exception& error) {
    g_log.write("error", message_of(error));
    report(error);
    return status_of(error) == kFailed ? 1 : status_of(error);
  }
}

}  // namespace stepbox
