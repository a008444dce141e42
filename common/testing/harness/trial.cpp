// Runs the doctest case of one claim, and makes a verdict of its result.
#include <unistd.h>

#include <sstream>

#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {
namespace {

Subject* the_subject = nullptr;
Stage* the_stage = nullptr;
std::string* complaints = nullptr;

// The two sides of a comparison, on one line; an empty side becomes "".
std::string shown(std::string sides) {
  for (const char* op : {" == ", " != "}) {
    if (sides.starts_with(op)) sides.insert(0, "\"\"");
    if (sides.ends_with(op)) sides += "\"\"";
  }
  for (size_t at = 0; (at = sides.find('\n', at)) != sides.npos;) sides.replace(at, 1, "\\n");
  return sides;
}

void complain(const char* file, int line, const std::string& text) {
  std::string_view name = file;  // relative to the repository: steps/04-namespaces/verify.cpp
  for (const std::string_view top : {"/steps/", "/common/"}) {
    if (const auto at = name.rfind(top); at != name.npos) name.remove_prefix(at + 1);
  }
  std::ostringstream entry;
  entry << text << "\n    (" << name << ":" << line << ")\n";
  // The texts of INFO() and CAPTURE(), which come first.
  std::string context;
  const int count = doctest::IReporter::get_num_active_contexts();
  for (int i = 0; i < count; ++i) {
    std::ostringstream words;
    doctest::IReporter::get_active_contexts()[i]->stringify(&words);
    context += words.str() + "\n";
  }
  *complaints += context + entry.str();
}

// Collects the texts of failed assertions, and ignores other events of doctest.
struct Complaints : doctest::IReporter {
  explicit Complaints(const doctest::ContextOptions&) {}
  void log_assert(const doctest::AssertData& data) override {
    if (!data.m_failed) return;
    // The expression called FAIL(), whose message is there already; doctest reports the exception
    // without a name.
    if (data.m_threw && !complaints->empty()) return;
    std::string text = std::string(doctest::assertString(data.m_at)) + "( " + data.m_expr + " )";
    if (data.m_threw) {
      text += std::string(" threw: ") + data.m_exception.c_str();
    } else {
      text += " does not hold: " + shown(data.m_decomp.c_str());
    }
    complain(data.m_file, data.m_line, text);
  }
  void log_message(const doctest::MessageData& data) override {
    complain(data.m_file, data.m_line, data.m_string.c_str());
  }
  void test_case_exception(const doctest::TestCaseException& exception) override {
    *complaints += std::string(exception.error_string.c_str()) + "\n";
  }
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats&) override {}
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};
REGISTER_REPORTER("complaints", 1, Complaints);

// doctest catches Unasked, the exception of skip() and not_applicable(): its answer is stored here.
Verdict* the_verdict = nullptr;
doctest::String translate(const Unasked& unasked) {
  the_verdict->answer = unasked.answer;
  the_verdict->reason = unasked.why;
  return unasked.why.c_str();
}
REGISTER_EXCEPTION_TRANSLATOR(const Unasked& unasked) { return translate(unasked); }

}  // namespace

Subject& current_subject() { return *the_subject; }
Stage& current_stage() { return *the_stage; }

Verdict ask(const Claim& claim, Subject& subject, Stage& stage) {
  std::string said;
  Verdict verdict{.answer = Answer::kTrue};
  the_subject = &subject;
  the_stage = &stage;
  complaints = &said;
  the_verdict = &verdict;

  stage.census_before();
  doctest::Context context;
  context.setOption("reporters", "complaints");
  context.setOption("no-breaks", true);
  context.addFilter("test-case", claim.name.c_str());
  const bool failed = context.run() != 0;

  if (verdict.answer != Answer::kTrue) return verdict;  // skip() or not_applicable()
  const Census rest = failed ? Census() : stage.census_after();
  if (!rest.empty()) said = "left behind, though all that is asked holds:\n";
  for (const std::string& line : rest) said += "    " + line + "\n";
  verdict.left = kinds_of(rest);
  verdict.refused = subject.refused();
  if (said.empty() && !failed) return verdict;
  verdict.answer = Answer::kFalse;
  verdict.reason = said + subject.transcript();
  return verdict;
}

}  // namespace stepbox
