// Step 7. Extracts a tar archive into a directory, for `cp`.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_EXTRACT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_EXTRACT_HPP_

#include "common/fd.hpp"

namespace stepbox {

// Prepares libarchive for names in UTF-8. Must be called before chroot(2): afterwards libc would
// load its character set modules, which are code, from the container (CVE-2019-14271).
void prepare_names();

// [child] Reads the archive from `tar`. `directory` becomes the root of the calling process, so
// that neither a name nor a link in the archive can lead out of it. Replaces files, but no
// directory by a file and no file by a directory. Skips device nodes with a warning. Throws Failure
// for a truncated archive, or for a name with `..`.
void extract(const Fd& tar, const Fd& directory);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_EXTRACT_HPP_
