#include "common/program.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <future>

#include "common/boost_process.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/text.hpp"

namespace stepbox {

// search_path() of Boost 1.74 would need a library to link.
std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  for (const std::string& folder :
       split(join({path ? path : "/usr/bin:/bin", ":/usr/sbin:/sbin"}), ':')) {
    if (!folder.starts_with('/')) continue;  // whose files are below the working directory?
    const std::string file = join({folder, "/", name});
    struct stat about;
    const bool is_file = ::stat(file.c_str(), &about) == 0 && S_ISREG(about.st_mode);
    if (is_file && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

std::string run_program(const std::vector<std::string>& command, const std::string& input,
                        int seconds) {
  const std::string program = find_program(command[0]);
  if (program.empty()) {
    throw Failure(join({"no program ", command[0]}), "`make setup` installs what stepbox needs");
  }
  // Both pipes are read while it runs: a full one would block the program for ever.
  boost::asio::io_context io;
  std::future<std::string> output;
  std::future<std::string> errors;
  bp::child child(
      bp::exe = program, bp::args(std::vector<std::string>(command.begin() + 1, command.end())),
      bp::std_in<boost::asio::buffer(input), bp::std_out> output, bp::std_err > errors, io,
      bp::extend::on_exec_setup = [](auto&) { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
  if (seconds == 0) {
    io.run();
  } else {
    io.run_for(std::chrono::seconds(seconds));
  }
  if (!io.stopped()) {  // its pipes are still open
    child.terminate();
    throw Failure(join({quoted(command), ": not done within ", std::to_string(seconds), " s"}));
  }
  child.wait();
  if (child.native_exit_code() == 0) return output.get();
  throw Failure(join({quoted(command), ": ", split(errors.get(), '\n')[0]}));
}

}  // namespace stepbox
