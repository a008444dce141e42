// Step 7. What a layer's tar holds besides the content of its files: headers, padding, its end.
//
// The store keeps a layer as files, and names it by the digest of its tar. Two programs pack the
// same files into different tars, so the bytes are kept from which the same tar can be packed
// again: then a saved image keeps its id.
//
//   <layer>/headers.gz   for each content: 8 bytes: the number of bytes before it; 8 bytes: its
//                        size; the bytes before it
//   <layer>/names.gz     for each content the path of its file, and a NUL
#ifndef STEPBOX_STEPS_07_UNIONFS_IMAGES_TAR_RECIPE_HPP_
#define STEPBOX_STEPS_07_UNIONFS_IMAGES_TAR_RECIPE_HPP_

#include <string>
#include <string_view>

#include "07-unionfs/files/tar_writer.hpp"
#include "common/fd.hpp"

struct gzFile_s;

namespace stepbox {

class TarRecipe {
 public:
  // Creates the two files in `layer`. Throws system_error.
  explicit TarRecipe(const std::string& layer);
  TarRecipe(const TarRecipe&) = delete;
  ~TarRecipe();

  void add(std::string_view bytes);       // the next bytes of the tar
  void add_content_of(const char* path);  // the next content was written to this file
  void finish();                          // throws system_error, as the two above

  // Whether the tar can be packed again: sparse files and files of more than 8 GB are not known.
  bool is_usable() const { return usable_; }

 private:
  void read_header();
  void put(uint64_t content);
  static void write(gzFile_s* file, const void* data, size_t size);

  gzFile_s* headers_ = nullptr;
  gzFile_s* names_ = nullptr;
  std::string block_, kept_;  // an incomplete header; bytes that are not written yet
  size_t body_ = 0;           // where in `kept_` the body of the last header begins
  uint64_t left_ = 0;         // bytes up to the next header, without `padding_`
  uint64_t padding_ = 0;      // after the content
  bool in_content_ = false, ended_ = false, usable_ = true;
};

void remove_recipe(const std::string& layer);

// Packs the tar again. Returns false if there is no recipe, or if a file in `layer`/tree is not
// the one of the tar: of two entries of one name the store keeps the last.
bool pack_by_recipe(const std::string& layer, Sink& sink);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_IMAGES_TAR_RECIPE_HPP_
