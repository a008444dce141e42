// Step 7. Adds images to the store atomically.
//
// A new image is built in a directory of its own in staging/, synced, then renamed into place.
// Layers that no image uses are removed by the last process that leaves staging/. A killed process
// leaves its directory there; the next verb sees it and sweeps.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_STAGING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_STAGING_HPP_

#include <string>
#include <vector>

#include "07-unionfs/files/blob.hpp"
#include "07-unionfs/images/archive_index.hpp"
#include "common/lock_order.hpp"

namespace stepbox {

// [parent] A directory in staging/, and a shared lock on staging.lock while it exists.
class Staging {
 public:
  Staging();
  ~Staging();  // removes what was not published; sweeps if no other Staging exists
  Staging(const Staging&) = delete;
  const std::string& path() const { return path_; }

  // Unpacks a layer on top of the one before, and returns its diff id. Checks it against `diff_id`
  // unless that is empty. Does not read a layer that the store has already.
  // Throws Failure if a digest does not match.
  std::string add_layer(const ArchiveFiles& files, const ImagePart& part,
                        const std::string& diff_id);
  std::string add_layer(Blob tar, const ImagePart& part, const std::string& diff_id = {});

  // Makes the image visible under `names`, on disk before it returns. Returns its id.
  std::string publish(const std::string& image_file, const std::vector<std::string>& names);

 private:
  std::string tree_of(const std::string& diff_id) const;

  FileLock lock_;
  std::string path_;
  std::vector<std::string> layers_;
};

// Called by every verb: removes what killed processes left in staging/, unless a Staging exists.
void sweep_staging();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_STAGING_HPP_
