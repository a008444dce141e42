// Random moments for the claims about kill -9.
#ifndef STEPBOX_STEPS_07_UNIONFS_CLAIMS_VERIFY_MOMENTS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CLAIMS_VERIFY_MOMENTS_HPP_

#include <time.h>

#include <cstdlib>
#include <random>

namespace stepbox {

constexpr int kMoments = 50;

// Moments of the first 30 ms, in microseconds; STEPBOX_SEED repeats them.
class Moments {
 public:
  Moments() {
    const char* given = std::getenv("STEPBOX_SEED");
    seed_ = given ? static_cast<unsigned>(std::atoi(given)) : std::random_device()();
    random_.seed(seed_);
  }
  void wait() {
    const timespec pause{0, std::uniform_int_distribution<long>(0, 30'000'000)(random_)};
    ::nanosleep(&pause, nullptr);
  }
  unsigned seed() const { return seed_; }

 private:
  unsigned seed_;
  std::mt19937 random_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CLAIMS_VERIFY_MOMENTS_HPP_
