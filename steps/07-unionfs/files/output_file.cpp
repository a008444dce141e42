#include "07-unionfs/files/output_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "common/error.hpp"

namespace stepbox {

void refuse_terminal() {
  if (!::isatty(STDOUT_FILENO)) return;
  throw Failure("an archive on a terminal is of no use", "name a file, or redirect stdout");
}

Output::Output(const std::string& file) : file_(file) {
  if (file.empty()) {
    refuse_terminal();
    return;
  }
  struct stat status;
  if (::stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    opened_ = Fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  } else {
    fresh_ = file + ".XXXXXX";
    opened_ = Fd(::mkostemp(fresh_.data(), O_CLOEXEC));
    if (!opened_) fresh_.clear();
  }
  if (!opened_) throw_errno({"create ", file});
}

Output::~Output() {
  if (!fresh_.empty()) ::unlink(fresh_.c_str());
}

void Output::write(std::string_view bytes) {
  if (file_.empty()) return FdSink(STDOUT_FILENO, "stdout").write(bytes);
  FdSink(opened_.get(), file_).write(bytes);
}

void Output::commit() {
  if (fresh_.empty()) return;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(opened_.get(), 0666 & ~mask) == -1 ||
      ::rename(fresh_.c_str(), file_.c_str()) == -1) {
    throw_errno({"create ", file_});
  }
  fresh_.clear();
}

}  // namespace stepbox
