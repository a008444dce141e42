// Step 7. Writes tar archives with libarchive, for export, save, commit and cp. (tar(5))
//
// The output is reproducible, so that a layer has one digest: entries are sorted by name, carry the
// files' own modification times only, and ids as numbers. It keeps mode, owner, modification time,
// extended attributes, hard and symbolic links and device nodes; tar cannot hold sockets.
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

// Receives the bytes of an archive.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(std::string_view bytes) = 0;  // writes all of them, or throws
};

class FdSink : public Sink {
 public:
  // `name` appears in messages. The caller keeps the ownership of the descriptor.
  FdSink(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  void write(std::string_view bytes) override;

 private:
  int fd_;
  std::string name_;
};

// Counts the bytes for a progress line, and passes them on.
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

  // Sets the owner of all entries that are added from now on.
  void set_owner(uid_t user, gid_t group);

  // Adds entries without setuid, setgid and file capabilities from now on: rights that a file's
  // owner in a container gave must not become rights on the host.
  void drop_rights() { rights_dropped_ = true; }

  // Adds the current entry of a Tree under `name`. Throws system_error.
  void add(const FTSENT& entry, const std::string& name);

  // Adds a file from memory, owned by root: begin_file(), then write() for `size` bytes in all.
  void begin_file(const std::string& name, size_t size);
  void write(std::string_view bytes);
  void add_file(const std::string& name, std::string_view content);
  void add_directory(const std::string& name);

  // Writes the end of the archive; without it the archive is truncated.
  void finish();

 private:
  void put_header();
  void put_content(int file, const std::string& name);
  void put_xattrs(const std::string& path);
  void check(long result, std::string_view what);
  static long pass_on(archive*, void* writer, const void* bytes, size_t size);

  Sink& sink_;
  std::exception_ptr failure_;  // thrown by the sink; kept here, as none may pass through C code
  archive* archive_;
  archive_entry* entry_;
  uid_t user_ = 0;
  gid_t group_ = 0;
  bool owner_set_ = false;
  bool rights_dropped_ = false;
  std::map<std::pair<dev_t, ino_t>, std::string>
      linked_;  // files with several hard links, by the first name
};

// Adds a whole tree; `name` replaces its root. If `name` is empty the root itself is left out.
void add_tree(TarWriter& tar, Tree& tree, const std::string& name);

// Adds a whole tree, with its root, to become a layer. Throws Failure for a file .wh.NAME: a layer
// cannot hold it, there it means that NAME is deleted.
void add_as_layer(TarWriter& tar, Tree& tree);
void refuse_whiteout_name(const std::string& path);

// Adds an overlay layer in the OCI's format: a whiteout becomes .wh.NAME, an opaque directory gets
// an entry .wh..wh..opq. (github.com/opencontainers/image-spec, layer.md)
void add_layer(TarWriter& tar, Tree& layer);

// The name of the whiteout for `path`: "etc/.wh.motd".
std::string whiteout_name(const std::string& path);

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_FILES_TAR_WRITER_HPP_
