// Step 7. Tar archives, written by libarchive: export, save, commit and cp speak tar. (tar(5))
//
// The same tree gives the same bytes each time, so that a layer has one digest: names sorted (Tree
// does), no times but the files' own, ids as numbers. Kept are mode, owner, times, extended
// attributes, links of both kinds, device nodes; sockets are left out, for tar has none.
#ifndef STEPBOX_STEPS_07_UNIONFS_FILES_TAR_WRITER_HPP_
#define STEPBOX_STEPS_07_UNIONFS_FILES_TAR_WRITER_HPP_

#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "07-unionfs/files/file_tree.hpp"
#include "07-unionfs/files/progress.hpp"
#include "common/fd.hpp"

struct archive;
struct archive_entry;

namespace stepbox {

// Where the bytes of an archive go.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(std::string_view bytes) = 0;  // all of them, or throws
};

class FdSink : public Sink {
 public:
  // `name` is for people. The descriptor is the caller's.
  FdSink(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  void write(std::string_view bytes) override;

 private:
  int fd_;
  std::string name_;
};

// Says how far it is (progress.hpp), and passes on.
class MeasuredSink : public Sink {
 public:
  MeasuredSink(Sink& sink, const std::string& what) : sink_(sink), progress_(what) {}
  void write(std::string_view bytes) override {
    sink_.write(bytes);
    progress_.add(static_cast<int64_t>(bytes.size()));
  }

 private:
  Sink& sink_;
  Progress progress_;
};

class TarWriter {
 public:
  explicit TarWriter(Sink& sink);
  TarWriter(const TarWriter&) = delete;
  ~TarWriter();

  // From here on all that is added is told to be root's: what `cp` puts somewhere is that place's.
  void set_owner(uid_t user, gid_t group);

  // The file that `entry` of a Tree stands for now, called `name`. Throws system_error.
  void add(const FTSENT& entry, const std::string& name);

  // A file that is not on any disk: `size` bytes, to be written by write(); all belong to root.
  void begin_file(const std::string& name, size_t size);
  void write(std::string_view bytes);
  void add_file(const std::string& name, std::string_view content);
  void add_directory(const std::string& name);

  // The end of the archive: without it, it is torn.
  void finish();

 private:
  void put_header();
  void put_content(int file, const std::string& name);
  void put_xattrs(const std::string& path);
  void check(long result, std::string_view what);
  static long pass_on(archive*, void* writer, const void* bytes, size_t size);

  Sink& sink_;
  std::exception_ptr failure_;  // of the sink: no exception may cross libarchive's functions
  archive* archive_;
  archive_entry* entry_;
  uid_t user_ = 0;
  gid_t group_ = 0;
  bool owner_set_ = false;
  std::map<std::pair<dev_t, ino_t>, std::string> linked_;  // files of more than one name, so far
};

// A whole tree, in an archive: `name` stands for its beginning, which is itself left out if `name`
// is empty.
void add_tree(TarWriter& tar, Tree& tree, const std::string& name);

// A layer as overlay has it on disk, in the OCI's words: whiteouts become .wh.NAME, opaque
// directories get a .wh..wh..opq. (github.com/opencontainers/image-spec, layer.md)
void add_layer(TarWriter& tar, Tree& layer);

// The name of the whiteout for `path`: "etc/.wh.motd".
std::string whiteout_name(const std::string& path);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_TAR_WRITER_HPP_
