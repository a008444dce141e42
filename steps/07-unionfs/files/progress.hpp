// Step 7. What takes long says how far it is, on a terminal (stderr); else nothing.
//
//   loading alpine.tar  45.2MB / 102MB
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_PROGRESS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_PROGRESS_HPP_

#include <cstdint>
#include <string>

namespace stepbox {

// From now on as without a terminal.
void hide_progress();

class Progress {
 public:
  // `total`: bytes to come; 0 where nobody knows.
  explicit Progress(const std::string& what, int64_t total = 0);
  // Wipes the line.
  ~Progress();
  Progress(const Progress&) = delete;

  // So many bytes more are done. Writes ten times a second at most.
  void add(int64_t bytes);

 private:
  std::string what_;
  int64_t total_;
  int64_t done_ = 0;
  int64_t shown_ = 0;  // when the line was written last, in ms; 0: it is not there
  bool terminal_;
};

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_PROGRESS_HPP_
