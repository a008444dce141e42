// Step 7. Extracts a tar archive into a directory, for `cp`.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_EXTRACT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_EXTRACT_HPP_

#include "common/fd.hpp"

namespace stepbox {

// Prepares libarchive for names in UTF-8. Must be called before chroot(2): afterwards libc would
// load its character set modules, which are code, from the container (CVE-2019-14271).
void prepare_names();

// [child] Reads the archive from `tar`, and writes its files to `directory`. `root`, in which that
// is, becomes the root of the calling process, so that neither a name nor a link can lead out of
// it. Writes through links to directories; if `root` is the directory itself, only through those
// that stay in it. Replaces files, but no directory by a file and no file by a directory. Skips
// device nodes with a warning; a file that cannot be completed is removed. Throws Failure for a
// truncated archive, or for a name that leads out of the directory; system_error.
void extract(const Fd& tar, const Fd& directory, const Fd& root);
inline void extract(const Fd& tar, const Fd& directory) { extract(tar, directory, directory); }

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_EXTRACT_HPP_
