// A tar archive, made entry by entry. It may be malformed or hostile, as tar(1) makes none.
//
//   Tarball(stage.scratch("evil.tar")).symlink("out", "/etc").file("out/passwd", "x");
#ifndef STEPBOX_COMMON_TESTING_STAGE_TARBALL_HPP_
#define STEPBOX_COMMON_TESTING_STAGE_TARBALL_HPP_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

struct archive;
struct archive_entry;

namespace stepbox {

class Tarball {
 public:
  // The attributes of an entry, besides its name and content.
  struct Look {
    unsigned mode = 0755;
    int64_t uid = 0;
    int64_t gid = 0;
    int64_t modified = 1'000'000'000;                                  // seconds since 1970
    std::vector<std::pair<std::string, std::string>> attributes = {};  // extended ones
  };

  // `filter`: none, gzip, bzip2, xz, zstd. Throws Failure.
  explicit Tarball(const std::string& path, const std::string& filter = "none");
  ~Tarball();  // completes and closes the file
  Tarball(const Tarball&) = delete;

  Tarball& file(const std::string& name, const std::string& content) {
    return file(name, content, {});
  }
  Tarball& file(const std::string& name, const std::string& content, const Look& look);
  Tarball& directory(const std::string& name) { return directory(name, {}); }
  Tarball& directory(const std::string& name, const Look& look);
  Tarball& symlink(const std::string& name, const std::string& target);
  Tarball& hard_link(const std::string& name, const std::string& target);
  Tarball& device(const std::string& name, unsigned major, unsigned minor);

 private:
  archive_entry* begin(const std::string& name, unsigned type, const Look& look);
  void write(archive_entry* entry, const std::string& content);

  archive* tar_;
};

}  // namespace stepbox

#endif  // STEPBOX_COMMON_TESTING_STAGE_TARBALL_HPP_
