#include "03-mount/options.hpp"

#include <limits.h>

#include <cstdlib>

#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

void parse_value(const std::string& text, Volume& volume) {
  const size_t colon = text.find(':');
  const size_t second = text.find(':', colon + 1);
  const std::string mode = second == std::string::npos ? "rw" : text.substr(second + 1);
  const bool complete = colon != std::string::npos && colon > 0 && text[colon + 1] == '/';
  if (!complete || (mode != "ro" && mode != "rw")) {
    throw Failure(join({"'", text, "' is not SRC:DST[:ro]"}), "DST begins with /");
  }
  const std::string named = text.substr(0, colon);
  char source[PATH_MAX];
  if (!::realpath(named.c_str(), source)) {
    if (errno != ENOENT) throw_errno({"open ", named});
    throw Failure(join({"open ", named, ": No such file or directory"}),
                  join({"SRC is a path of the host: mkdir ", quoted(named)}));
  }
  volume = {source, text.substr(colon + 1, second - colon - 1), mode == "ro"};
  if (volume.destination.find_first_not_of('/') == std::string::npos) {
    throw Failure(join({"'", text, "' would hide the whole rootfs"}), "name a directory below /");
  }
}

void add_options(CommandLine& cli, std::vector<Volume>& volumes) {
  cli.list("-v,--volume", "SRC:DST[:ro]", volumes,
           "Bind mount SRC of the host, a directory or a file, at DST");
}

}  // namespace stepbox
