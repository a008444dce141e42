#include "common/testing/harness/subject.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/stage/rootfs.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

using Clock = std::chrono::steady_clock;

std::string outcome_of(const Run& run) {
  if (run.status == -1) return "did not end by itself";
  if (run.signal != 0) return "killed by signal " + std::to_string(run.signal);
  return "exit status " + std::to_string(run.status);
}

// Appends the last 1,500 characters at most: the error is usually at the end.
void append_output(std::string& text, const char* name, const std::string& output) {
  if (output.empty()) return;
  constexpr size_t kMost = 1500;
  const std::string tail =
      output.size() > kMost ? "…" + output.substr(output.size() - kMost) : output;
  text += std::string("\n    ") + name + ": ";
  for (size_t i = 0; i < tail.size(); ++i) {
    text += tail[i] == '\0' ? '?' : tail[i];  // such as in a tar archive: the report is text
    if (tail[i] == '\n' && i + 1 < tail.size()) text += "      ";
  }
  while (text.back() == '\n') text.pop_back();
}

}  // namespace

Running::Running(Subject& subject, size_t line, pid_t pid, const Launch& launch, bool may_refuse)
    : subject_(&subject),
      line_(line),
      pid_(pid),
      out_(launch.out),
      err_(launch.err),
      may_refuse_(may_refuse) {}

Running::Running(Running&& other) noexcept
    : subject_(other.subject_),
      line_(other.line_),
      pid_(std::exchange(other.pid_, -1)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)),
      may_refuse_(other.may_refuse_) {}

Running::~Running() {
  if (pid_ == -1) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  subject_->record(line_, {.out = out(), .err = err()}, true);
}

void Running::signal(int number) const {
  if (::kill(pid_, number) == -1) throw_errno({"signal the subject"});
}

void stop(Running& running) {
  running.signal(SIGTERM);
  running.wait();
}

void Running::kill_hard() {
  subject_->stage_.expect_orphans();
  signal(SIGKILL);
  wait();
}

std::string Running::out() const { return read_file(out_); }
std::string Running::err() const { return read_file(err_); }

bool Running::ended() const {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid == pid_;
}

Run Running::wait(Milliseconds patience) {
  const std::optional<int> status = wait_for_end(pid_, subject_->at_most_for_peers(patience));
  if (!status) {
    FAIL("the subject should have ended within " << patient(patience).count()
                                                 << " ms, but runs on");
  }
  pid_ = -1;
  Run run{.out = out(), .err = err()};
  run.signal = WIFSIGNALED(*status) ? WTERMSIG(*status) : 0;
  run.status = run.signal != 0 ? kSignalBase + run.signal : WEXITSTATUS(*status);
  subject_->record(line_, run, may_refuse_);
  return run;
}

void Running::wait_for_output(std::string_view text, Milliseconds patience) const {
  const auto deadline = Clock::now() + patient(patience);
  while (out().find(text) == std::string::npos) {
    const bool over = ended();
    if (over && out().find(text) != std::string::npos) return;
    if (over) subject_->skip_if_root_is_needed(err());
    if (over || Clock::now() > deadline) {
      FAIL("waited for \"" << text << "\" on the command's stdout, but "
                           << std::string(over ? "the subject ended" : "it did not come")
                           << "; there is: \"" << out() << "\"; on stderr: \"" << err() << "\"");
    }
    const timespec pause{.tv_sec = 0, .tv_nsec = 2'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

Subject::Subject(const SubjectSpec& spec, Stage& stage, int topic)
    : spec_(spec), stage_(stage), topic_(topic) {}

// Peers have no demand, and some hang in some claims: 2 s are enough for them.
Milliseconds Subject::at_most_for_peers(Milliseconds patience) const {
  return spec_.peer ? std::min(patience, Milliseconds(2000)) : patience;
}

Launch Subject::prepare(const RunSpec& asked) {
  RunSpec run = asked;
  run.ordinary_user |= spec_.ordinary_user;
  run.topic = topic_;
  run.delegated = !stage_.his_group().empty();
  const std::string missing = spec_.level < 7 ? runtimes_own(run) : "";
  if (!missing.empty()) FAIL("it has no " << missing);
  Launch launch{.words = adapt(spec_, run, stage_.rootfs())};
  launch.ordinary_user = run.ordinary_user;
  launch.group = stage_.his_group();
  launch.left_open = run.left_open;
  const bool moves = run.ordinary_user || !run.through.empty();
  for (size_t i = 0; moves && i < spec_.words.size(); ++i) {  // `env X=Y /path/step7`
    if (launch.words[i].front() == '/') launch.words[i] = stage_.reachable(launch.words[i]);
  }
  launch.words.insert(launch.words.begin(), run.through.begin(), run.through.end());
  std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  if (spec_.level == 1) path += ":" + stage_.rootfs() + "/bin";  // for probe and breakout
  if (spec_.level == 7 && !spec_.challenge.empty()) path += ":" + beside_verify("");  // for step7
  launch.environment = {path, "TERM=xterm", "TMPDIR=" + stage_.scratch("tmp"),
                        run.ordinary_user ? "HOME=" + stage_.home() : "HOME=/root"};
  if (spec_.ordinary_user) launch.environment.emplace_back("STEPBOX_ROOT=/var/lib/stepbox");
  launch.environment.insert(launch.environment.end(), run.environment.begin(),
                            run.environment.end());
  const std::string number = std::to_string(++runs_);
  launch.out = stage_.scratch("out-" + number);
  launch.err = stage_.scratch("err-" + number);
  lines_.push_back({quoted(launch.words), "", "did not end"});
  if (!run.stdin_text.empty()) {
    if (run.stdin_text.size() < 200) append_output(lines_.back().input, "stdin", run.stdin_text);
    launch.in = stage_.scratch("in-" + number);
    create_file(launch.in, run.stdin_text);
  }
  return launch;
}

Running Subject::start(const RunSpec& run) {
  const Launch what = prepare(run);
  return Running(*this, lines_.size() - 1, launch(what), what, run.may_refuse);
}

Run Subject::run(const RunSpec& run, Milliseconds patience) { return start(run).wait(patience); }

PtyRun Subject::start_on_pty(const RunSpec& run) {
  return PtyRun(prepare(run), at_most_for_peers(kPatience));
}

void Subject::settle() {
  stage_.await_orphans();
  run({.command = {"/bin/true"}});
}

// In the column without root, skips the claim if the subject says that it needs root. Not if
// cgroups were delegated to the user, and the message is about these.
void Subject::skip_if_root_is_needed(const std::string& err) const {
  if (!spec_.ordinary_user || !holds(err, "be root")) return;
  if (!stage_.his_group().empty() && holds(err, "cgroup")) return;
  skip("needs root: " + err.substr(0, err.find('\n')));
}

void Subject::record(size_t line, const Run& run, bool may_refuse) {
  std::string& outcome = lines_[line].outcome;
  outcome = outcome_of(run);
  append_output(outcome, "stderr", run.err);
  append_output(outcome, "stdout", run.out);
  if (run.status == kFailed) skip_if_root_is_needed(run.err);
  if (run.status != kFailed || may_refuse || !spec_.challenge.empty()) return;
  refused_ = true;
  ADD_FAIL_CHECK_AT("common/testing/harness/subject.cpp", __LINE__,
                    "the subject itself failed (exit status 125): " << run.err);
}

std::string Subject::transcript() const {
  constexpr size_t kMost = 6;
  std::string text;
  const size_t first = lines_.size() > kMost ? lines_.size() - kMost : 0;
  if (first > 0) text += "  … and " + std::to_string(first) + " runs before:\n";
  for (size_t i = first, next; i < lines_.size(); i = next) {
    for (next = i + 1; next < lines_.size() && lines_[next] == lines_[i];) ++next;
    const std::string times = next - i > 1 ? "   (" + std::to_string(next - i) + " times)" : "";
    text +=
        "  $ " + lines_[i].command + times + lines_[i].input + "\n    " + lines_[i].outcome + "\n";
  }
  return text;
}

}  // namespace stepbox
