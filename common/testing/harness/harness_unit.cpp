// The parts of the harness that need no root: command lines, verdicts, reports.
#include <doctest/doctest.h>

#include "common/testing/harness/adapt.hpp"
#include "common/testing/harness/by_hand.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/report.hpp"
#include "common/testing/stage/census.hpp"

namespace stepbox {
namespace {

using Words = std::vector<std::string>;

SubjectSpec subject_at(int level) {
  return {.name = "it", .level = level, .peer = false, .words = {"./it"}};
}

const RunSpec kAll{.options = {"-v", "/a:/b", "--hostname", "h", "--init", "-m", "1g", "-p", "1:2"},
                   .command = {"/bin/true"}};

}  // namespace

TEST_CASE("a subject gets no option of a later step") {
  CHECK(adapt(subject_at(2), kAll, "/r") == Words{"./it", "/r", "/bin/true"});
  CHECK(adapt(subject_at(3), kAll, "/r") == Words{"./it", "-v", "/a:/b", "/r", "/bin/true"});
  CHECK(adapt(subject_at(4), kAll, "/r") ==
        Words{"./it", "-v", "/a:/b", "--hostname", "h", "--init", "/r", "/bin/true"});
}

TEST_CASE("a challenge's program gets the claim's words and no others") {
  SubjectSpec program = subject_at(7);
  program.challenge = "shell";
  CHECK(adapt(program, {.command = {"up", "-v", "x"}}, "/r") == Words{"./it", "up", "-v", "x"});
}

TEST_CASE("step 1 gets no rootfs, but the probe's path on the host") {
  const RunSpec run{.command = {"/bin/probe", "words"}};
  CHECK(adapt(subject_at(1), run, "/r") == Words{"./it", "/r/bin/probe", "words"});
}

TEST_CASE("step 7 runs with the limits of step 5, unless the claim gives its own") {
  const Words words = adapt(subject_at(7), kAll, "/r");
  const Words head(words.begin(), words.begin() + 6);
  CHECK(head == Words{"./it", "--rm", "--cpus", "0.2", "--pids-limit", "64"});
}

TEST_CASE("an ordinary user gets no network, and limits only in delegated groups") {
  RunSpec run{.command = {"/bin/true"}, .ordinary_user = true};
  CHECK(adapt(subject_at(4), run, "/r") == Words{"./it", "/r", "/bin/true"});
  CHECK(adapt(subject_at(6), run, "/r") == Words{"./it", "--cpus", "0", "-m", "0", "--pids-limit",
                                                 "0", "--network", "none", "/r", "/bin/true"});
  run.delegated = true;
  CHECK(adapt(subject_at(6), run, "/r") == Words{"./it", "--network", "none", "/r", "/bin/true"});
}

TEST_CASE("a peer that lacks an option is not asked") {
  SubjectSpec peer = subject_at(5);
  peer.peer = true;
  CHECK_THROWS_AS(adapt(peer, {.options = {"--init"}, .command = {"x"}}, "/r"), Unasked);
}

static const bool declared =
    declare_claim("a claim of these tests", {.step = 4}, __FILE__, __LINE__);

TEST_CASE("an excuse holds from its step on, and is red where the claim is true") {
  SubjectSpec script = subject_at(5);
  script.by_hand = true;
  REQUIRE(declared);
  std::vector<Cell> cells{{.claim = &claims()[0], .subject = &script, .demand = Demand::kTrue}};
  const std::string name = claims()[0].name;
  excuse(cells, read_excuses("# why\n4  " + name + " | no such program\n"));
  CHECK(cells[0].verdict.answer == Answer::kNotApplicable);
  CHECK(cells[0].verdict.reason == "no such program");
  cells[0].verdict = {.answer = Answer::kTrue};
  excuse(cells, read_excuses("6  " + name + " | too early\n4? " + name + " | at times\n"));
  CHECK(cells[0].verdict.answer == Answer::kTrue);
  excuse(cells, read_excuses("4  " + name + " | not true\n"));
  CHECK(is_red(cells[0].verdict, Demand::kTrue));
  cells[0].verdict = {.answer = Answer::kFalse};
  excuse(cells, read_excuses("u  " + name + " | needs root\n"));
  CHECK(cells[0].verdict.answer == Answer::kFalse);
  SubjectSpec rootless = subject_at(7);
  rootless.ordinary_user = true;
  cells[0].subject = &rootless;
  excuse(cells, read_excuses("4  " + name + " | by hand\n"));
  CHECK(cells[0].verdict.answer == Answer::kFalse);
  excuse(cells, read_excuses("u  " + name + " | needs root\n"));
  CHECK(cells[0].verdict.answer == Answer::kSkipped);
  leave_out(cells, read_excuses("4  " + name + " | by hand\n"));
  CHECK(cells[0].wanted);
  leave_out(cells, read_excuses("u  " + name + " | needs root\n"));
  CHECK_FALSE(cells[0].wanted);
  CHECK_THROWS(read_excuses("a claim without a step | why\n"));
  CHECK_THROWS(excuse(cells, read_excuses("4  no such claim | why\n")));
}

TEST_CASE("runtimes_own names features of step 7, but no options that can be left out") {
  CHECK(runtimes_own({.options = {"-d"}}) == "option -d");
  CHECK(runtimes_own({.verb = "ps"}) == "verb ps");
  CHECK(runtimes_own({.rootfs = "busybox:1"}) == "image busybox:1");
  CHECK(runtimes_own({.options = {"--name", "box"}, .rootfs = "/srv/busybox"}) == "");
  const Words words = adapt(subject_at(4), {.options = {"--workdir=/tmp", "-v", "/a:/b"}}, "/r");
  CHECK(words == Words{"./it", "-v", "/a:/b", "/r"});
}

TEST_CASE("a subject is read from NAME=LEVEL:COMMAND") {
  const SubjectSpec crun = parse_subject("crun=peer5:/x/crun 'two words'");
  CHECK(crun.name == "crun");
  CHECK(crun.level == 5);
  CHECK(crun.peer);
  CHECK(crun.words == Words{"/x/crun", "two words"});
  CHECK_THROWS(parse_subject("step4"));
  CHECK_THROWS(parse_subject("step9=9:./step9"));
}

TEST_CASE("a new claim is false before its step and true from it on") {
  const Traits traits{.step = 4};
  CHECK(demand_of(traits, 2, false) == Demand::kNothing);
  CHECK(demand_of(traits, 3, false) == Demand::kFalse);
  CHECK(demand_of(traits, 4, false) == Demand::kTrue);
  CHECK(demand_of(traits, 7, false) == Demand::kTrue);
  CHECK(demand_of(traits, 4, true) == Demand::kNothing);
}

TEST_CASE("a hole is open until the step that closes it") {
  const Traits traits{.step = 2, .kind = kHole, .closed = 4};
  CHECK(demand_of(traits, 1, false) == Demand::kNothing);
  CHECK(demand_of(traits, 3, false) == Demand::kTrue);
  CHECK(demand_of(traits, 4, false) == Demand::kFalse);
  CHECK(is_asked(traits, 3));
  CHECK_FALSE(is_asked(traits, 4));
}

TEST_CASE("a subject that refuses to start proves nothing") {
  Verdict verdict{.answer = Answer::kFalse};
  CHECK_FALSE(is_red(verdict, Demand::kFalse));
  verdict.refused = true;
  CHECK(is_red(verdict, Demand::kFalse));
}

TEST_CASE("a claim with leftovers hints at these first") {
  const Claim claim{.name = "x", .traits = {.step = 1, .hint = "its own"}, .file = "", .line = 0};
  const SubjectSpec subject = subject_at(1);
  Cell cell{&claim, &subject, Demand::kTrue, {.answer = Answer::kFalse}};
  CHECK(as_line(cell, false).ends_with("        hint: its own\n"));
  // A process that runs on keeps its mounts.
  cell.verdict.left = kinds_of({"mount: proc on /x", "mount: tmpfs on /y", "process: 7 sleep"});
  CHECK(cell.verdict.left == std::set<std::string>{"mount", "process"});
  const std::string line = as_line(cell, false);
  CHECK(line.find("        hint: wait for every process") != line.npos);
  CHECK(line.ends_with(" (the claim's own hint: its own)\n"));
}

TEST_CASE("skipped is not passed") {
  const Claim claim{.name = "x", .traits = {.step = 1}, .file = "", .line = 0};
  const SubjectSpec subject = subject_at(1);
  std::vector<Cell> cells;
  for (const Answer answer :
       {Answer::kTrue, Answer::kFalse, Answer::kSkipped, Answer::kNotApplicable}) {
    cells.push_back({&claim, &subject, Demand::kTrue, {.answer = answer}});
  }
  CHECK(summary_of(tally_of(cells)) == "1 passed, 1 failed, 1 skipped");
}

TEST_CASE("the census ignores stepbox's own table, but not its elements or other tables") {
  const Census found = nft_lines(
      "table ip stepbox {\n\tmap tcp_ports {\n\t\ttype inet_service : ipv4_addr\n"
      "\t\telements = { 8080 : 172.16.0.2,\n\t\t\t     8081 : 172.16.0.3 }\n\t}\n}\n"
      "table ip filter {\n\tchain FORWARD {\n\t\tiifname \"stepbox0\" accept comment \"stepbox\"\n"
      "\t}\n}\n");
  CHECK(found.count("nft: table ip stepbox: elements = { 8080 : 172.16.0.2,") == 1);
  CHECK(found.count("nft: table ip stepbox: 8081 : 172.16.0.3 }") == 1);
  CHECK(found.count("nft: table ip filter: chain FORWARD {") == 1);
  CHECK(found.size() == 4);  // and the line of the foreign table itself
}

TEST_CASE("the census notices a second copy of an item") {
  CHECK(left_over({"mount: proc on /x"}, {"mount: proc on /x", "mount: proc on /x"}).size() == 1);
  CHECK(left_over({"link: lo"}, {"link: lo"}).empty());
}

}  // namespace stepbox
