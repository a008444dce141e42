// libseccomp's programs compare the number of a system call with each number of the profile. But
// neighbours mostly have one answer: docker's profile has 280 ranges of 900 numbers. The kernel
// translates a program whenever it is installed: with a third of the instructions, that takes a
// third of the time.
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <cstring>
#include <map>
#include <set>
#include <vector>

#include "07-unionfs/confinement/seccomp.hpp"

namespace stepbox {
namespace {

constexpr uint16_t kJump = BPF_JMP | BPF_JA;
constexpr uint16_t kEqual = BPF_JMP | BPF_JEQ | BPF_K;
constexpr uint16_t kGreater = BPF_JMP | BPF_JGT | BPF_K;
constexpr uint16_t kAtLeast = BPF_JMP | BPF_JGE | BPF_K;

bool returns(const sock_filter& one) { return BPF_CLASS(one.code) == BPF_RET; }

bool loads_number(const sock_filter& one) {
  return one.code == (BPF_LD | BPF_W | BPF_ABS) && one.k == offsetof(seccomp_data, nr);
}

// Copies a program, but for comparisons of the number. Jumps lead forward only, so instructions are
// placed in ascending order of their old positions, as soon as they are asked for.
class Copy {
 public:
  explicit Copy(const std::vector<sock_filter>& old) : old_(old) {
    for (const sock_filter& one : old) limits_.insert({one.k, one.k + 1});
  }

  // False if a jump is too long for its 8 bits.
  bool make() {
    while (!asked_.empty()) place(asked_.extract(asked_.begin()).value());
    for (const Jump& jump : jumps_) set(jump, placed_.at(jump.target));
    return !too_long_;
  }

  const std::vector<sock_filter>& program() const { return new_; }

 private:
  enum class Field { kTrue, kFalse, kAlways };
  struct Jump {
    size_t from;  // new
    Field field;
    size_t target;  // old
  };
  struct Range {
    uint32_t first;
    size_t target;  // old
  };
  using Ranges = std::vector<Range>;

  void set(const Jump& jump, size_t to) {
    const size_t offset = to - jump.from - 1;
    sock_filter& one = new_[jump.from];
    if (jump.field == Field::kAlways) {
      one.k = static_cast<uint32_t>(offset);
    } else {
      too_long_ = too_long_ || offset > UINT8_MAX;
      (jump.field == Field::kTrue ? one.jt : one.jf) = static_cast<uint8_t>(offset);
    }
  }

  void ask(const Jump& jump) {
    asked_.insert(jump.target);
    jumps_.push_back(jump);
  }

  void place(size_t at) {
    const sock_filter one = old_.at(at);
    const size_t here = placed_[at] = new_.size();
    new_.push_back(one);
    if (one.code == kJump) {
      ask({here, Field::kAlways, at + 1 + one.k});
    } else if (BPF_CLASS(one.code) == BPF_JMP) {
      ask({here, Field::kTrue, at + 1 + one.jt});
      ask({here, Field::kFalse, at + 1 + one.jf});
    } else if (!returns(one)) {
      const Ranges ranges = loads_number(one) ? ranges_at(at + 1) : Ranges();
      if (ranges.size() > 1) return search(ranges, 0, ranges.size());
      asked_.insert(at + 1);  // the lowest of all: it is placed next
    }
  }

  // The first instruction from `at` on that does not compare the number.
  size_t target_of(uint32_t number, size_t at) const {
    for (;;) {
      const sock_filter& one = old_.at(at);
      const auto branch = [&](bool taken) -> size_t { return taken ? one.jt : one.jf; };
      switch (one.code) {
        case kJump:
          at += 1 + one.k;
          break;
        case kEqual:
          at += 1 + branch(number == one.k);
          break;
        case kGreater:
          at += 1 + branch(number > one.k);
          break;
        case kAtLeast:
          at += 1 + branch(number >= one.k);
          break;
        default:
          return at;
      }
    }
  }

  Ranges ranges_at(size_t at) const {
    Ranges ranges;
    std::map<uint32_t, size_t> results;  // one target for each
    for (const uint32_t number : limits_) {
      size_t target = target_of(number, at);
      if (old_[target].code == (BPF_RET | BPF_K)) {
        target = results.try_emplace(old_[target].k, target).first->second;
      }
      if (ranges.empty() || ranges.back().target != target) ranges.push_back({number, target});
    }
    return ranges;
  }

  void search(const Ranges& ranges, size_t begin, size_t end) {
    constexpr size_t kFew = 64;  // their jumps are short enough
    if (end - begin <= kFew) return search_few(ranges, begin, end);
    const size_t middle = (begin + end) / 2, here = new_.size();
    new_.push_back(BPF_JUMP(kAtLeast, ranges[middle].first, 0, 1));
    new_.push_back(BPF_JUMP(kJump, 0, 0, 0));
    search(ranges, begin, middle);
    set({here + 1, Field::kAlways, 0}, new_.size());
    search(ranges, middle, end);
  }

  void search_few(const Ranges& ranges, size_t begin, size_t end) {
    std::vector<Jump> answers;
    compare(ranges, begin, end, answers);
    std::map<size_t, size_t> shared;  // new positions, by targets
    for (const Jump& answer : answers) {
      const auto [known, added] = shared.try_emplace(answer.target, new_.size());
      set(answer, known->second);
      if (!added) continue;
      const sock_filter& target = old_[answer.target];
      new_.push_back(returns(target) ? target : sock_filter(BPF_JUMP(kJump, 0, 0, 0)));
      if (!returns(target)) ask({known->second, Field::kAlways, answer.target});
    }
  }

  void compare(const Ranges& ranges, size_t begin, size_t end, std::vector<Jump>& answers) {
    const size_t middle = (begin + end) / 2, here = new_.size();
    new_.push_back(BPF_JUMP(kAtLeast, ranges[middle].first, 0, 0));
    const auto half = [&](Field field, size_t from, size_t to) {
      const Jump jump{here, field, ranges[from].target};
      if (to - from == 1) return answers.push_back(jump);
      set(jump, new_.size());
      compare(ranges, from, to, answers);
    };
    half(Field::kFalse, begin, middle);
    half(Field::kTrue, middle, end);
  }

  const std::vector<sock_filter>& old_;
  std::set<uint32_t> limits_ = {0};  // numbers where the answer may change
  std::vector<sock_filter> new_;
  std::set<size_t> asked_ = {0};     // old positions
  std::map<size_t, size_t> placed_;  // new positions, by old ones
  std::vector<Jump> jumps_;          // to be set when all is placed
  bool too_long_ = false;
};

}  // namespace

CallFilter with_ranges(const CallFilter& filter) {
  if (filter.empty()) return filter;  // memcpy(3) wants memory
  std::vector<sock_filter> old(filter.size() / sizeof(sock_filter));
  ::memcpy(old.data(), filter.data(), old.size() * sizeof(sock_filter));
  Copy copy(old);
  if (!copy.make() || copy.program().size() >= old.size()) return filter;
  return {reinterpret_cast<const char*>(copy.program().data()),
          copy.program().size() * sizeof(sock_filter)};
}

}  // namespace stepbox
