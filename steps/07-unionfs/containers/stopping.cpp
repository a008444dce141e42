#include "07-unionfs/containers/stopping.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "01-clone/signals.hpp"
#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/printing.hpp"
#include "common/deadline.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/id.hpp"
#include "common/openers.hpp"

namespace stepbox {

using Clock = std::chrono::steady_clock;

[[noreturn]] static void throw_not_running(const Record& record) {
  throw Failure(join({"container ", record.name, " is not running"}));
}

static void send(const Fd& process, const Record& record, int signal) {
  explain({"kill -", ::sigabbrev_np(signal) ? ::sigabbrev_np(signal) : std::to_string(signal), " ",
           std::to_string(record.pid)});
  if (!send_signal(process, signal) && errno != ESRCH) {
    throw_errno({"send a signal to container ", record.name});
  }
}

static int stop_signal_of(const Record& record) {
  const int signal = record.options.process.stop_signal.number;
  return signal == 0 ? SIGTERM : signal;
}

static void unpause(const std::string& id) {
  try {
    set_paused(id, false);
  } catch (const std::exception&) {
    // It has ended, or another process has resumed it.
  }
}

void send_signal(const Record& record, int signal) {
  const bool stop = signal == stop_signal_of(record);
  if (stop) request_stop(record.id);
  const Fd process = open_process(record);
  if (!process) throw_not_running(record);
  send(process, record, signal);
  if (stop && record.paused) unpause(record.id);
}

Stop::Stop(const Record& record, int signal, StopTimeout timeout)
    : id_(record.id),
      waits_forever_(timeout.seconds < 0),
      deadline_(Clock::now() + std::chrono::seconds(timeout.seconds)) {
  request_stop(
      id_);  // before the record is read: a monitor that starts it later sees this, and ends it
  const Record now = read_or_empty(id_);
  process_ = open_process(now);
  if (!process_) return;
  const bool init = now.options.namespaces.own(CLONE_NEWPID);
  send(process_, now, init && takes_default_action(now.pid, signal) ? SIGKILL : signal);
  if (now.paused) unpause(id_);
}

// The monitor may have started the container again before it saw the request to stop.
static void kill_late(const std::string& id) {
  const Record record = read_or_empty(id);
  const Fd process = open_process(record);
  if (process) send(process, record, SIGKILL);
}

void Stop::finish() {
  if (process_) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    pollfd ended{process_.get(), POLLIN, 0};
    ::poll(&ended, 1, waits_forever_ ? -1 : static_cast<int>(std::max<int64_t>(left, 0)));
  }
  const auto given_back = [&] {
    if (is_released(id_)) return true;
    kill_late(id_);
    return false;
  };
  if (!wait_until(10, given_back)) {
    throw Failure(join({"container ", short_id(id_), " does not end"}));
  }
  recover_container_records();  // its holder may have been killed meanwhile
}

void finish(NamedStop& stop) {
  stop.second.finish();
  print(stop.first + "\n");
}

void kill_container(const Record& record) { Stop(record, SIGKILL, {0}).finish(); }

static void parse_value(const std::string& text, std::optional<StopTimeout>& timeout) {
  parse_value(text, timeout.emplace());
}

void add_options(CommandLine& cli, StopOptions& options) {
  cli.option("-s,--signal", "SIGNAL", options.signal,
             "Signal to send first (default: the container's stop signal)");
  cli.option(
      "-t,--time,--timeout", "SECONDS", options.timeout,
      "Seconds to wait before killing the container; -1: no limit (default: its stop timeout)");
}

Stop begin_stop(const Record& record, const StopOptions& options) {
  const int signal = options.signal.number;
  return Stop(record, signal == 0 ? stop_signal_of(record) : signal,
              options.timeout.value_or(record.options.process.stop_timeout));
}

Stop begin_kill(const Record& record) {
  if (!open_process(record)) throw_not_running(record);
  return Stop(record, SIGKILL, {0});
}

void set_paused(const std::string& id, bool paused) {
  change_record(id, [&](Record& record) {
    if (!open_process(record)) throw_not_running(record);
    if (record.paused == paused) {
      throw Failure(
          join({"container ", record.name, paused ? " is already paused" : " is not paused"}));
    }
    freeze_container(id, paused);
    record.paused = paused;
  });
}

}  // namespace stepbox
