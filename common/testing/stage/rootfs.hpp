// The rootfs of a stage: busybox with all its applets, the programs probe and breakout, and the
// files in /etc that programs look for. Each claim has a new one; making it takes about 5 ms.
#ifndef STEPBOX_COMMON_TESTING_STAGE_ROOTFS_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_ROOTFS_HPP_

#include <string>
#include <vector>

namespace stepbox {

// The programs that a rootfs is made of; looked up once.
struct Ingredients {
  std::string busybox;               // the path of a static one
  std::vector<std::string> applets;  // sh, ls, …
  std::string probe;                 // beside verify; empty if there is none
  std::string breakout;              // the same
};

// Throws Failure when there is no static busybox.
Ingredients find_ingredients();

// The path of the file `name` in the directory of verify; empty if there is none.
std::string beside_verify(const std::string& name);

// Copies an executable file. The copy has mode 0755, and belongs to root.
// Throws system_error.
void copy_program(const std::string& from, const std::string& to);

// Makes a rootfs at `path`. All files belong to root, and all users can read them.
// Throws system_error.
void make_rootfs(const std::string& path, const Ingredients& ingredients);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_ROOTFS_HPP_
