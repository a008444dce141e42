#include "07-unionfs/registry/tool.hpp"

#include <sched.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "01-clone/process.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/files/blob.hpp"
#include "common/error.hpp"
#include "common/openers.hpp"
#include "common/program.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

// A part of a message, and what it means; null: as it says.
struct Reason {
  std::string_view part;
  const char* meaning;
};
constexpr Reason kReasons[] = {
    {"permission denied", nullptr},  // of a file here, not of the registry
    {"manifest unknown", "the registry has no image of that name"},
    {"name unknown", "the registry has no image of that name"},
    {"no image found in image index", "the image is not made for this platform"},
    {"no image found in manifest list", "the image is not made for this platform"},
    {"invalid username/password", "wrong user name or password"},
    {"not logged in", "not logged in"},
    {"unauthorized", "access denied, or there is no such image: `login` names the user"},
    {"denied", "access denied, or there is no such image: `login` names the user"},
    {"gave HTTP response to HTTPS client",
     "the registry speaks only http: with --tls-verify=false it is taken"},
    {"x509", "the certificate of the registry is not trusted: with --tls-verify=false it is taken"},
    {"deadline exceeded", "the registry has not answered in 15 s"},
    {"no such host", "the name of the registry cannot be resolved"},
    {"connection refused", "the registry cannot be reached: connection refused"},
    {"network is unreachable", "the registry cannot be reached: there is no network"},
    {"i/o timeout", "the registry cannot be reached: no answer"},
};

// The text of msg="…", in which quotes are escaped; else the line itself.
std::string message_in(const std::string& line) {
  const size_t begin = line.find("msg=\"");
  if (begin == line.npos) return line;
  std::string text;
  for (size_t i = begin + 5; i < line.size() && line[i] != '"'; ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) ++i;
    text += line[i];
  }
  return text;
}

// To the beginning of an unnamed file that has been written to.
Fd rewound(Fd file) {
  if (::lseek(file.get(), 0, SEEK_SET) == -1) throw_errno({"lseek"});
  return file;
}

std::string text_of(Fd file) { return Blob{rewound(std::move(file))}.text(); }

Fd file_with(const std::string& text) {
  Fd file = open_memfd("input");
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) throw_errno({"write a program's input"});
  return rewound(std::move(file));
}

// [child] The descriptor takes the place of a standard file.
void put(int file, int standard) {
  if (file != standard && ::dup2(file, standard) == -1) throw_errno({"dup2"});
}

}  // namespace

std::string reason_of(const std::string& errors) {
  std::string last = "it says nothing";
  for (const std::string& line : split(errors, '\n')) {
    if (!line.empty()) last = message_in(line);
  }
  for (const Reason& reason : kReasons) {
    if (last.find(reason.part) == last.npos) continue;
    if (reason.meaning) return reason.meaning;
    break;
  }
  size_t clause = last.rfind(": ");
  if (clause != last.npos && clause > 0) clause = last.rfind(": ", clause - 1);
  return clause == last.npos ? last : last.substr(clause + 2);
}

std::string run_tool(const std::vector<std::string>& words, const ToolFiles& files) {
  if (!has_program(words[0])) {
    throw Failure(join({words[0], " is not installed"}), join({"apt-get install ", words[0]}));
  }
  const Fd input = file_with(files.input);
  Fd output = open_memfd("output"), errors = open_memfd("errors");
  Child child = spawn({.namespaces = files.private_mounts ? CLONE_NEWNS : 0}, [&] {
    if (files.private_mounts) make_mounts_private({});
    if (!files.input.empty()) put(input.get(), STDIN_FILENO);
    put(files.output == -1 ? output.get() : files.output, STDOUT_FILENO);
    if (!files.shows_errors) put(errors.get(), STDERR_FILENO);
    return exec_command(words);
  });
  const int status = child.wait();
  if (status == 0) return text_of(std::move(output));
  if (status > kSignalBase) throw Failure(join({words[0], ": interrupted"}), "", status);
  if (files.shows_errors) throw Failure("it failed, as it says above");
  throw Failure(reason_of(text_of(std::move(errors))));
}

}  // namespace stepbox
