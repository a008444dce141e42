// Step 7. A progress line on stderr, if stderr is a terminal.
//
//   loading alpine.tar  45.2MB / 102MB
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_PROGRESS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_PROGRESS_HPP_

#include <cstdint>
#include <string>

namespace stepbox {

// Shows no progress from now on (--quiet).
void hide_progress();

class Progress {
 public:
  // `total`: expected bytes; 0 if unknown.
  explicit Progress(const std::string& what, int64_t total = 0);
  // Erases the line.
  ~Progress();
  Progress(const Progress&) = delete;

  // Adds `bytes` to those that are done. Redraws at most ten times a second.
  void add(int64_t bytes);

 private:
  std::string what_;
  int64_t total_;
  int64_t done_ = 0;
  int64_t shown_ = 0;  // time of the last redraw in ms; 0: nothing is drawn
  bool terminal_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_PROGRESS_HPP_
