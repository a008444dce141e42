// Step 7. The files of a tar archive, put into a directory: what `cp` copies.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_EXTRACT_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_EXTRACT_HPP_

#include "common/fd.hpp"

namespace stepbox {

// Makes libarchive ready for names in UTF-8. Before a chroot(2): libc would look inside for tables
// of character sets, and load code that it finds there.
void prepare_names();

// Reads the archive from `tar`. In a process of its own: `directory` becomes its root, so that
// neither a name nor a link in the archive leads out. Files are replaced; a directory never by a
// file, nor a file by a directory. Device nodes are left out, with a warning.
// Throws Failure for an archive that is torn, or a name with `..`.
void extract(const Fd& tar, const Fd& directory);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_EXTRACT_HPP_
