#include "common/program.hpp"

#include <boost/asio/io_context.hpp>
#include <future>

#include "common/boost_process.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/text.hpp"

namespace stepbox {

static auto find_program(const std::string& name) {
  auto folders = ::boost::this_process::path();
  folders.insert(folders.end(), {"/usr/sbin", "/sbin"});
  return bp::search_path(name, folders);
}

bool has_program(const std::string& name) { return !find_program(name).empty(); }

std::string run_program(const std::vector<std::string>& command, const std::string& input) {
  const auto program = find_program(command[0]);
  if (program.empty()) {
    throw Failure(join({"no program ", command[0]}), "`make setup` installs what stepbox needs");
  }
  // Pipes are served while we wait: a full one would stop the program, and us with it.
  boost::asio::io_context io;
  std::future<std::string> output;
  std::future<std::string> errors;
  bp::child child(program, bp::args(std::vector<std::string>(command.begin() + 1, command.end())),
                  bp::std_in<boost::asio::buffer(input), bp::std_out> output, bp::std_err > errors,
                  io);
  io.run();
  child.wait();
  if (child.native_exit_code() == 0) return output.get();
  throw Failure(join({quoted(command), ": ", split(errors.get(), '\n')[0]}));
}

}  // namespace stepbox
