#include "common/testing/harness/claim.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "common/error.hpp"

namespace stepbox {

// Filled before main(), by the initializers of CLAIM; a static of a function is constructed in
// time.
static std::vector<Claim>& registry() {
  static std::vector<Claim> all;
  return all;
}

bool declare_claim(std::string_view name, const Traits& traits, const char* file, int line) {
  registry().push_back({std::string(name), traits, file, line});
  return true;
}

static void check_declaration(const Claim& claim) {
  const Traits& traits = claim.traits;
  const char* mistake = nullptr;
  if (claim.name.find_first_of(",*\\") != std::string::npos)
    mistake = "a comma, * or \\ in its name";
  if (traits.step < 1) mistake = "no step";
  if ((traits.kind == kHole) != (traits.closed > traits.step)) mistake = "a hole needs .closed";
  if ((traits.kind == kKept) != !traits.sabotage.empty()) mistake = "a kept claim needs .sabotage";
  if (!traits.challenge.empty() && traits.kind != kNew) mistake = "a challenge, and not new";
  if (mistake) throw Failure(join({"claim \"", claim.name, "\": ", mistake}));
}

const std::vector<Claim>& claims() {
  static const std::vector<Claim> sorted = [] {
    std::vector<Claim> all = registry();
    std::sort(all.begin(), all.end(), [](const Claim& a, const Claim& b) {
      return std::tie(a.traits.step, a.file, a.line) < std::tie(b.traits.step, b.file, b.line);
    });
    std::set<std::string> names;
    for (const Claim& claim : all) {
      check_declaration(claim);
      if (!names.insert(claim.name).second) throw Failure("two claims are named: " + claim.name);
    }
    return all;
  }();
  return sorted;
}

bool is_about_runtime(const Claim& claim) {
  return claim.traits.step == 7 && !claim.file.ends_with("/verify.cpp");
}

Demand demand_of(const Traits& traits, int level, bool peer) {
  if (peer) return Demand::kNothing;
  if (level >= traits.step) {
    const bool shut = traits.kind == kHole && level >= traits.closed;
    return shut ? Demand::kFalse : Demand::kTrue;
  }
  const bool just_before = traits.kind == kNew && level == traits.step - 1;
  return just_before ? Demand::kFalse : Demand::kNothing;
}

bool is_asked(const Traits& traits, int level) {
  return demand_of(traits, level, false) == Demand::kTrue;
}

bool is_red(const Verdict& verdict, Demand demand) {
  if (verdict.answer == Answer::kSkipped || verdict.answer == Answer::kNotApplicable) return false;
  switch (demand) {
    case Demand::kTrue:
      return verdict.answer != Answer::kTrue;
    case Demand::kFalse:
      return verdict.answer == Answer::kTrue || verdict.refused;
    case Demand::kNothing:
      break;
  }
  return false;
}

}  // namespace stepbox
