// The rootfs of a stage: busybox with all its applets, our probe and breakout, and the few
// files in /etc that programs look for. Made afresh for each claim, in about 5 ms.
#ifndef STEPBOX_COMMON_TESTING_STAGE_ROOTFS_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_ROOTFS_HPP_

#include <string>
#include <vector>

namespace stepbox {

// What a rootfs is made of; looked up once.
struct Ingredients {
  std::string busybox;               // Debian's static one
  std::vector<std::string> applets;  // sh, ls, …
  std::string probe;                 // ours, from where verify is; may be empty
  std::string breakout;
};

// Throws Failure when there is no static busybox.
Ingredients find_ingredients();

// The file of that name in the folder that verify is in; empty if there is none.
std::string beside_verify(const std::string& name);

// Copies an executable file; root owns the copy, everybody can run it.
// Throws system_error.
void copy_program(const std::string& from, const std::string& to);

// Makes the directory `path` and fills it; root owns all, everybody can read it.
// Throws system_error.
void make_rootfs(const std::string& path, const Ingredients& ingredients);

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_ROOTFS_HPP_
