// Does parse() separate stepbox's options from the words of the command?
#include <doctest/doctest.h>
#include <unistd.h>

#include "common/cli.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/fd.hpp"
#include "common/testing/stage/forked.hpp"

namespace stepbox {
namespace {

using Typed = std::vector<std::string>;

struct Even {
  int number = 0;
};
void parse_value(const std::string& text, Even& even) {
  if (text != "2" && text != "4") throw Failure("'" + text + "' is not even", "try 2");
  even.number = text[0] - '0';
}

// A command line with one option of each sort, and the parsed values.
struct Example {
  CommandLine cli{"[OPTIONS] ROOTFS COMMAND [ARG...]", "busybox /bin/sh"};
  bool stats = false, tty = true;
  std::string name = "nobody";
  Even even{2};
  std::vector<std::string> volumes;

  Example() {
    cli.flag("-s,--stats", stats, "A switch");
    cli.flag("-t,--tty", tty, "Another");
    cli.switch_off_by("--tty", "host");
    cli.option("-n,--name", "NAME", name, "A value");
    cli.option("--even", "N", even,
               "A value of a type of its own, and more of a help than would fit into the one line "
               "that it begins in");
    cli.list("-v,--volume", "A:B", volumes, "A list");
  }
  void parse(const Typed& words) {
    std::vector<const char*> argv{"example"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    cli.parse(static_cast<int>(argv.size()), argv.data());
  }
};

// The output of --help.
std::string help_of(Example& example) {
  Pipe pipe;
  const pid_t child = start_forked([&] {
    ::dup2(pipe.writer.get(), STDOUT_FILENO);
    example.parse({"--help"});
    return 1;
  });
  pipe.writer.close();
  std::string help;
  char block[4096];
  for (ssize_t got; (got = ::read(pipe.reader.get(), block, sizeof block)) > 0;) {
    help.append(block, static_cast<size_t>(got));
  }
  CHECK(wait_for(child) == 0);
  return help;
}

// The words after the options.
Typed words_after(const Typed& words) {
  Example example;
  example.parse(words);
  return example.cli.take_all("COMMAND");
}

std::string refusal_of(const Typed& words) {
  try {
    Example example;
    example.parse(words);
    example.cli.take("ROOTFS");
    return "";
  } catch (const Failure& failure) {
    CHECK(failure.status() == kFailed);
    return failure.what();
  }
}

}  // namespace

TEST_CASE("short options stand together, with a value after = or without") {
  Example example;
  example.parse({"-st=false", "-n=a=b", "-v=c", "-vd", "-v", "-e", "rootfs", "-v=x", "--even="});
  CHECK(example.stats);
  CHECK_FALSE(example.tty);
  CHECK(example.name == "a=b");
  CHECK(example.volumes == Typed{"c", "d", "-e"});
  CHECK(example.cli.take_all("ROOTFS") == Typed{"rootfs", "-v=x", "--even="});
  CHECK(refusal_of({"-st=maybe", "x"}).find("--tty takes =true or =false") != std::string::npos);
  CHECK(refusal_of({"-sx=1", "x"}).find("unknown option -x") != std::string::npos);
  CHECK(refusal_of({"-n", "--even="}).find("no ROOTFS") != std::string::npos);
}

TEST_CASE("a switch may have another word for false") {
  Example example;
  example.parse({"--tty=host", "x"});
  CHECK_FALSE(example.tty);
  CHECK(refusal_of({"--stats=host", "x"}).find("--stats takes") != std::string::npos);
}

TEST_CASE("options are read in all their forms") {
  Example example;
  example.parse({"--stats", "-n", "anna", "--even=4", "-v", "a:b", "--volume=c:d", "rootfs"});
  CHECK(example.stats);
  CHECK(example.name == "anna");
  CHECK(example.even.number == 4);
  CHECK(example.volumes == Typed{"a:b", "c:d"});
  CHECK(example.cli.take("ROOTFS") == "rootfs");
  example.cli.end();
}

TEST_CASE("an option that is not given keeps its default") {
  Example example;
  example.parse({"rootfs"});
  CHECK_FALSE(example.stats);
  CHECK(example.name == "nobody");
  CHECK(example.even.number == 2);
  CHECK(example.volumes.empty());
}

TEST_CASE("an option that is given twice has its last value") {
  Example example;
  example.parse({"--name", "anna", "-n", "bert", "rootfs"});
  CHECK(example.name == "bert");
}

TEST_CASE("a list option takes one word, and leaves ROOTFS") {
  Example example;
  example.parse({"-v", "a:b", "rootfs", "-v", "c:d"});
  CHECK(example.volumes == Typed{"a:b"});
  CHECK(example.cli.take_all("ROOTFS") == Typed{"rootfs", "-v", "c:d"});
}

TEST_CASE("options end at the first other word: the rest belongs to the command") {
  const Typed command{"rootfs", "cmd", "--help", "--stats", "-n", "x", "--no-such", "--", "-"};
  Example example;
  example.parse(command);
  CHECK_FALSE(example.stats);
  CHECK(example.name == "nobody");
  CHECK(example.cli.take_all("COMMAND") == command);
}

TEST_CASE("words are passed on unchanged") {
  const Typed odd{"sh",        "-c",         "[ -f /x ]", "[1,2]", "{a}", "",
                  "two words", "\"quoted\"", "a=b,c",     "'x'",   "\\n", "\xff"};
  CHECK(words_after(odd) == odd);
}

TEST_CASE("-- ends the options, once") {
  CHECK(words_after({"--", "--stats", "x"}) == Typed{"--stats", "x"});
  CHECK(words_after({"--stats", "--", "--", "x"}) == Typed{"--", "x"});
}

TEST_CASE("parse_mixed takes options between words, up to --") {
  Example example;
  const std::vector<const char*> words{"example", "a", "-n", "anna", "b",
                                       "--stats", "-", "--", "-v"};
  example.cli.parse_mixed(static_cast<int>(words.size()), words.data());
  CHECK(example.name == "anna");
  CHECK(example.stats);
  CHECK(example.cli.take_all("WORD") == Typed{"a", "b", "-", "-v"});
  Example other;
  const std::vector<const char*> unknown{"example", "a", "--no-such"};
  CHECK_THROWS_WITH_AS(other.cli.parse_mixed(3, unknown.data()),
                       doctest::Contains("unknown option --no-such"), Failure);
}

TEST_CASE("--name= gives an empty value, and does not take the next word") {
  Example example;
  example.parse({"--name=", "rootfs", "--name="});
  CHECK(example.name.empty());
  CHECK(example.cli.take_all("ROOTFS") == Typed{"rootfs", "--name="});
}

TEST_CASE("an unknown option is refused by its name") {
  CHECK(refusal_of({"--no-such", "rootfs"}).find("--no-such") != std::string::npos);
  CHECK(refusal_of({"-x", "rootfs"}).find("-x") != std::string::npos);
  CHECK(refusal_of({"--stats", "--no-such=1", "rootfs"}).find("--no-such") != std::string::npos);
}

TEST_CASE("a bad value is refused with the option and the text") {
  CHECK(refusal_of({"--even", "3", "rootfs"}) == "--even: '3' is not even: try 2");
  CHECK(refusal_of({"--even", "4", "--even", "x", "rootfs"}) == "--even: 'x' is not even: try 2");
}

TEST_CASE("a switch takes true and false as its value") {
  Example example;
  example.parse({"--stats=false", "rootfs"});
  CHECK_FALSE(example.stats);
  example.parse({"--stats=true", "rootfs"});
  CHECK(example.stats);
  CHECK(
      refusal_of({"--stats=maybe", "rootfs"}).starts_with("--stats takes =true or =false, or no"));
}

TEST_CASE("a missing value or word is refused") {
  CHECK(refusal_of({"--name"}).starts_with("--name needs a value: "));
  CHECK(refusal_of({"-n"}).starts_with("--name needs a value"));
  CHECK(refusal_of({}).starts_with("no ROOTFS given"));
  CHECK(refusal_of({"--stats", "--"}).starts_with("no ROOTFS given"));
}

TEST_CASE("remaining words are refused") {
  Example example;
  example.parse({"box", "more"});
  CHECK(example.cli.take("CONTAINER") == "box");
  CHECK_THROWS_WITH_AS(example.cli.end(), doctest::Contains("unexpected word more"), Failure);
}

TEST_CASE("CommandLine adds --explain") {
  Example().parse({"--explain", "rootfs"});
  CHECK(explaining());
  set_explaining(false);
  Example().parse({"rootfs"});
  CHECK_FALSE(explaining());
}

TEST_CASE("--help prints usage, options and exit statuses, and exits 0") {
  Example example;
  const std::string help = help_of(example);
  for (const char* part : {"[OPTIONS] ROOTFS COMMAND", "--stats", "-v,--volume", "A:B", "125",
                           "126", "127", "128+N", "busybox /bin/sh"}) {
    CAPTURE(std::string(part));
    CHECK(help.find(part) != std::string::npos);
  }
  CHECK(help.find("would fit\n" + std::string(34, ' ') + "into the one") != std::string::npos);
}

// Whether `parts` appear in `text` in this order.
static bool in_order(const std::string& text, const Typed& parts) {
  size_t at = 0;
  for (const std::string& part : parts) {
    at = text.find(part, at);
    if (at == std::string::npos) return false;
  }
  return true;
}

TEST_CASE("--help without groups lists all options by their long names") {
  Example example;
  CHECK(in_order(help_of(example), {"\nOptions:\n", "--even", "--explain", "-h,--help", "-n,--name",
                                    "--stats", "-v,--volume"}));
}

TEST_CASE("--help lists the options of each group under its title, ungrouped ones last") {
  Example example;
  std::string value;
  example.cli.describe("Run a command");
  example.cli.group("Network");
  example.cli.option("-p,--publish", "PORT", value, "A port");
  example.cli.group("Files");
  example.cli.option("-a,--write", "FILE", value, "A file");
  example.cli.group("Network");
  example.cli.option("--dns", "ADDRESS", value, "A server");
  example.cli.group("");
  example.cli.option("--after", "X", value, "Anything");
  CHECK(in_order(help_of(example),
                 {"Run a command.\n", "\nNetwork:\n", "--dns", "--publish", "\nFiles:\n", "--write",
                  "\nGeneral:\n", "--after", "--even", "--stats", "Exit status"}));
}

}  // namespace stepbox
