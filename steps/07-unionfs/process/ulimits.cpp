#include "07-unionfs/process/ulimits.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <iterator>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/text.hpp"

namespace stepbox {

struct Resource {
  const char* name;
  __rlimit_resource_t number;
};

constexpr Resource kResources[] = {
    {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
    {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
    {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK}};

static const Resource* find_resource(const std::string& name) {
  const Resource* found = std::find_if(std::begin(kResources), std::end(kResources),
                                       [&](const Resource& known) { return name == known.name; });
  return found == std::end(kResources) ? nullptr : found;
}

bool is_resource(const std::string& name) { return find_resource(name); }

void parse_value(const std::string& text, Ulimit& limit) {
  const size_t equals = text.find('=');
  const size_t colon = text.find(':', equals);
  if (equals == std::string::npos) throw Failure(join({"'", text, "' is not NAME=SOFT[:HARD]"}));
  limit.name = text.substr(0, equals);
  if (!is_resource(limit.name)) {
    throw Failure(join({"'", limit.name, "' is not a resource with a limit"}),
                  "as nofile, nproc, core: see setrlimit(2)");
  }
  const auto soft = parse_number(text.substr(equals + 1, colon - equals - 1));
  const auto hard = colon == std::string::npos ? soft : parse_number(text.substr(colon + 1));
  if (!soft || !hard || *soft < -1 || *hard < -1) {
    throw Failure(join({"'", text, "' is not NAME=SOFT[:HARD]"}), "whole numbers; -1: no limit");
  }
  // RLIM_INFINITY is the largest number, so an unsigned comparison is right for it.
  if (static_cast<uint64_t>(*soft) > static_cast<uint64_t>(*hard)) {
    throw Failure(join({"'", text, "': the soft limit is above the hard one"}));
  }
  limit.soft = *soft;
  limit.hard = *hard;
}

void set_limit(const Ulimit& limit) {
  const Resource& resource = *find_resource(limit.name);
  const std::string soft = std::to_string(limit.soft), hard = std::to_string(limit.hard);
  explain({"prlimit --pid $$ --", limit.name, "=", soft, ":", hard});
  const rlimit value{static_cast<rlim_t>(limit.soft), static_cast<rlim_t>(limit.hard)};
  if (::setrlimit(resource.number, &value) == -1) {
    throw_errno({"limit ", limit.name, " to ", soft, ":", hard});
  }
}

void allow_limit(pid_t process, const Ulimit& limit) {
  const auto resource = static_cast<__rlimit_resource>(find_resource(limit.name)->number);
  rlimit value{};
  if (::prlimit(process, resource, nullptr, &value) == -1) throw_errno({"read ", limit.name});
  if (value.rlim_max >= static_cast<rlim_t>(limit.hard)) return;
  value.rlim_max = static_cast<rlim_t>(limit.hard);
  ::prlimit(process, resource, &value, nullptr);
}

}  // namespace stepbox
