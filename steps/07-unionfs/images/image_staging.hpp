// Step 7. How images come into the store, and go: all or nothing.
//
// What is new is made in a folder of its own in staging/, synced, and renamed: an image is there or
// it is not. What no image needs is swept away by the last one who leaves. Who is killed leaves his
// folder behind, so the next verb knows that there is something to sweep.
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_STAGING_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_STAGING_HPP_

#include <string>
#include <vector>

#include "07-unionfs/files/blob.hpp"
#include "07-unionfs/images/archive_index.hpp"
#include "common/lock_order.hpp"

namespace stepbox {

// Work on the images: what is on its way there, and what it leaves if it does not arrive. Outside.
class Staging {
 public:
  Staging();
  ~Staging();  // what was not published goes; and what no image needs, if nobody else is at work
  Staging(const Staging&) = delete;
  const std::string& path() const { return path_; }

  // Unpacks a layer on top of the one before, and returns its diff id. `diff_id` is what it has to
  // be; empty: anything. One that the store has already is not looked at.
  // Throws Failure when a digest is another.
  std::string add_layer(const ArchiveFiles& files, const ImagePart& part,
                        const std::string& diff_id);
  std::string add_layer(Blob tar, const ImagePart& part, const std::string& diff_id = {});

  // From now on the image is there, whatever happens, by the names given. Returns its id.
  std::string publish(const std::string& image_file, const std::vector<std::string>& names);

 private:
  std::string tree_of(const std::string& diff_id) const;

  FileLock lock_;
  std::string path_;
  std::vector<std::string> layers_;
};

// By every verb: what those who were killed have left goes, unless somebody is at work.
void sweep_staging();

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_IMAGE_STAGING_HPP_
