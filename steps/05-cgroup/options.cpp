#include "05-cgroup/options.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

// A number with an optional fraction at the start of `text`; `*rest` is what follows it.
static double leading_number(const std::string& text, std::string* rest) {
  const size_t end = text.find_first_not_of("0123456789.");
  const std::string digits = text.substr(0, end);
  *rest = end == std::string::npos ? "" : text.substr(end);
  char* stop = nullptr;
  const double number = std::strtod(digits.c_str(), &stop);
  return digits.empty() || *stop != '\0' ? -1 : number;
}

void parse_value(const std::string& text, CpuQuota& quota) {
  std::string rest;
  const double cpus = leading_number(text, &rest);
  // The kernel takes no quota below 1 ms, that is 0.01 CPUs.
  if (cpus < 0 || !rest.empty() || cpus > 10'000 || (cpus > 0 && cpus < 0.01)) {
    throw Failure(join({"'", text, "' is no number of CPUs"}), "0.01 or more, 0 for no limit");
  }
  quota.microseconds = std::llround(cpus * 100'000);
}

void parse_value(const std::string& text, Bytes& bytes) {
  std::string unit;
  const double number = leading_number(text, &unit);
  unit = in_lower_case(unit.empty() ? "b" : unit);
  if (unit == join({unit.substr(0, 1), "b"}) || unit == join({unit.substr(0, 1), "ib"}))
    unit.resize(1);
  const size_t power = unit.size() == 1 ? std::string_view("bkmgtp").find(unit) : unit.npos;
  const double count = power == unit.npos ? -1 : std::ldexp(number, static_cast<int>(power) * 10);
  if (number < 0 || count < 0 || count > 9e18) {
    throw Failure(join({"'", text, "' is no size"}), "as 64m or 0.5g; 0 for no limit");
  }
  // No program starts in less; it would be killed before it could say why.
  if (count > 0 && count < (1 << 20)) {
    throw Failure(join({"'", text, "' is too little"}), "1m or more");
  }
  bytes.count = static_cast<int64_t>(count);
}

void parse_value(const std::string& text, Count& count) {
  const auto number = parse_number(text);
  if (!number || *number < -1) {
    throw Failure(join({"'", text, "' is no count"}), "0 for no limit");
  }
  count.number = std::max<int64_t>(*number, 0);  // -1: docker's word for no limit
}

// The numbers in "0-2,4"; nothing if it is no such list.
static std::vector<int64_t> numbers_in(const std::string& list) {
  std::vector<int64_t> numbers;
  for (const std::string& part : split(list, ',')) {
    const size_t dash = part.find('-', 1);
    const auto first = parse_number(part.substr(0, dash));
    const auto last = dash == std::string::npos ? first : parse_number(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *first > *last || *last > 8191) return {};
    for (int64_t number = *first; number <= *last; ++number) numbers.push_back(number);
  }
  return numbers;
}

void parse_value(const std::string& text, CpuList& list) {
  const std::vector<int64_t> numbers = numbers_in(text);
  if (numbers.empty()) throw Failure(join({"'", text, "' is no list of CPUs"}), "as 0-3 or 0,2");
  const std::string here = read_file("/sys/devices/system/cpu/online");
  const std::vector<int64_t> online = numbers_in(here.substr(0, here.find('\n')));
  for (const int64_t number : numbers) {
    if (std::find(online.begin(), online.end(), number) != online.end()) continue;
    throw Failure(join({"'", text, "': there is no CPU ", std::to_string(number)}),
                  join({"this machine has ", here.substr(0, here.find('\n'))}));
  }
  list.text = text;
}

void add_limit_options(CommandLine& cli, Limits& limits) {
  const bool set = limits.memory.count > 0;  // steps 5 and 6 have defaults, step 7 has none
  cli.option("--cpus", "N", limits.cpus,
             join({"Number of CPUs, such as 0.5; 0: no limit", set ? " (0.2)" : " (0)"}));
  cli.option(
      "-m,--memory", "SIZE", limits.memory,
      join({"Limit of memory and swap, such as 64m; 0: no limit", set ? " (128m)" : " (0)"}));
  cli.option("--pids-limit", "N", limits.pids,
             join({"Limit of processes and threads; 0: no limit", set ? " (64)" : " (0)"}));
  cli.option("--cpuset-cpus", "LIST", limits.cpu_list, "CPUs to run on, such as 0-3 or 0,2");
}

void add_options(CommandLine& cli, Limits& limits) {
  add_limit_options(cli, limits);
  cli.flag("--stats", limits.stats, "Print the resource usage at the end");
}

}  // namespace stepbox
