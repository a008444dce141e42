#include "common/testing/harness/verify_cli.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "common/error.hpp"

namespace stepbox {

static constexpr int kUsage = 2;

std::optional<VerifyOptions> parse_verify_options(int argc, char** argv, int& status) {
  VerifyOptions options;
  std::string subject;
  int step = 0;
  std::vector<std::string> columns, steps;
  CLI::App app("Holds programs to the claims of steps 1 to 7. Needs root.", "verify");
  app.add_option("--subject", subject, "the program to ask, as one word: './step5'");
  app.add_option("--step", step, "all claims of steps 1 to N")->check(CLI::Range(1, 7));
  app.add_option("--challenge", options.challenge, "all claims of this one of steps/*/challenges/");
  app.add_option("--matrix", columns, "NAME=LEVEL:COMMAND..., all claims against all of them")
      ->expected(1, 100);
  app.add_option(
         "--grade", steps,
         "NAME=LEVEL:COMMAND..., each for the claims of its own step; LEVEL may be challenge")
      ->expected(1, 100);
  app.add_option("--excuses", options.excuses,
                 "what scripts cannot do, or a step without root, and why: a file (again for more)")
      ->allow_extra_args(false);
  app.add_option("--claim", options.claims, "only this one (again for more)")
      ->allow_extra_args(false);
  app.add_option("--beside", options.beside,
                 "only those in the same file as this one; with --claim, too");
  app.add_option("--format", options.format, "of the report")
      ->check(CLI::IsMember({"text", "json", "junit"}));
  app.add_flag("--judged", options.judged,
               "of a matrix, ask only what is judged: no peers, no step long before a claim's own, "
               "no claim with an excuse; of scripts, what their step adds");
  app.add_option("--keep", options.keep, "a file: gets the matrix, too");
  app.add_option("-j,--jobs", options.at_once, "claims at a time (2)")->check(CLI::Range(1, 64));
  app.add_option("--enough", options.enough, "stop after so many red ones")
      ->check(CLI::Range(1, 1000));
  app.add_flag("--list", options.list, "names the claims, and ends");
  app.footer(
      "Exit status: 0 nothing red, 1 something red, 2 bad usage.\n"
      "Example: sudo build/verify --subject ./step5 --step 5");
  try {
    app.parse(argc, argv);
    options.matrix = !columns.empty();
    options.grade = !steps.empty();
    for (const std::string& column : options.matrix ? columns : steps) {
      options.subjects.push_back(parse_subject(column));
    }
    if (!subject.empty() && step > 0) {
      const std::string name = "step" + std::to_string(step);
      options.subjects = {{.name = name, .level = step, .words = absolute(split_words(subject))}};
    }
    if (!subject.empty() && !options.challenge.empty()) {
      options.subjects = {parse_subject(options.challenge + "=challenge:" + subject)};
    }
    if (options.subjects.empty() && !options.list) {
      throw Failure("whom to ask? Say --subject and --step or --challenge, --matrix or --grade");
    }
  } catch (const CLI::ParseError& error) {
    status = app.exit(error) == 0 ? 0 : kUsage;
    return std::nullopt;
  } catch (const std::exception& error) {
    std::cerr << "verify: " << error.what() << "\n";
    status = kUsage;
    return std::nullopt;
  }
  return options;
}

}  // namespace stepbox
