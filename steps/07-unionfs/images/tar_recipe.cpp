#include "07-unionfs/images/tar_recipe.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>

#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

static std::string headers_of(const std::string& layer) { return layer + "/headers.gz"; }
static std::string contents_of(const std::string& layer) { return layer + "/names.gz"; }

// Level 1: headers are mostly zeros.
static gzFile create(const std::string& path) {
  const gzFile file = ::gzopen(path.c_str(), "wbe1");
  if (!file) throw_errno({"create ", path});
  return file;
}

TarRecipe::TarRecipe(const std::string& layer)
    : headers_(create(headers_of(layer))), names_(create(contents_of(layer))) {}

TarRecipe::~TarRecipe() {
  for (gzFile_s* file : {headers_, names_}) {
    if (file) ::gzclose(file);
  }
}

void TarRecipe::write(gzFile_s* file, const void* data, size_t size) {
  if (::gzwrite(file, data, static_cast<unsigned>(size)) == static_cast<int>(size)) return;
  throw_errno({"keep the headers of the layer"});
}

void TarRecipe::put(uint64_t content) {
  const uint64_t sizes[] = {kept_.size(), content};
  write(headers_, sizes, sizeof sizes);
  if (!kept_.empty()) write(headers_, kept_.data(), kept_.size());
  kept_.clear();
  body_ = 0;
}

// Header of an entry (tar(5)): its size in octal at 124, its type at 156. The next header begins at
// a multiple of 512 bytes.
void TarRecipe::read_header() {
  kept_ += block_;
  ended_ = block_.find_first_not_of('\0') == block_.npos;
  if (ended_) return;
  const std::string digits = block_.substr(124, 12);
  left_ = std::strtoull(digits.c_str(), nullptr, 8);
  padding_ = (512 - left_ % 512) % 512;
  const char type = block_[156];
  const bool is_file = type == '0' || type == '\0' || type == '7';
  const bool has_none = type >= '1' && type <= '6';  // links, devices, directories: no content
  usable_ = usable_ && digits[0] >= 0 && type != 'S' && !(has_none && left_ > 0);
  in_content_ = is_file && left_ > 0;
  if (in_content_) return put(left_);
  left_ += padding_;
  padding_ = 0;
  body_ = kept_.size();
}

void TarRecipe::add(std::string_view bytes) {
  while (usable_ && !bytes.empty()) {
    if (kept_.size() > 1 << 16 && left_ == 0) put(0);
    const bool in_header = left_ == 0 && !ended_;
    const uint64_t most = in_header ? 512 - block_.size() : ended_ ? bytes.size() : left_;
    const std::string_view part = bytes.substr(0, std::min<uint64_t>(most, bytes.size()));
    bytes.remove_prefix(part.size());
    if (in_header) {
      block_ += part;
      if (block_.size() < 512) continue;
      read_header();
      block_.clear();
      continue;
    }
    if (!in_content_) kept_ += part;
    if (ended_ || (left_ -= part.size()) > 0) {
      if (kept_.size() > 1 << 16) put(0);
      continue;
    }
    left_ = in_content_ ? padding_ : 0;
    in_content_ = false;
    padding_ = 0;
    // A pax header may give the next file another size.
    const size_t begin = std::min(body_, kept_.size());
    usable_ = kept_.find(" GNU.sparse.", begin) == kept_.npos &&
              kept_.find(" size=", begin) == kept_.npos;
  }
}

void TarRecipe::add_content_of(const char* path) {
  if (usable_) write(names_, path, std::string_view(path).size() + 1);
}

void TarRecipe::finish() {
  kept_ += block_;
  put(0);
  for (gzFile_s** file : {&headers_, &names_}) {
    if (::gzclose(std::exchange(*file, nullptr)) != Z_OK)
      throw_errno({"keep the headers of the layer"});
  }
}

void remove_recipe(const std::string& layer) {
  ::unlink(headers_of(layer).c_str());
  ::unlink(contents_of(layer).c_str());
}

namespace {

// The two files of a recipe, opened.
class RecipeFile {
 public:
  explicit RecipeFile(const std::string& path) : file_(::gzopen(path.c_str(), "rbe")) {}
  RecipeFile(const RecipeFile&) = delete;
  ~RecipeFile() {
    if (file_) ::gzclose(file_);
  }
  explicit operator bool() const { return file_ != nullptr; }
  bool read(void* data, size_t size) {
    return ::gzread(file_, data, static_cast<unsigned>(size)) == static_cast<int>(size);
  }
  std::string text() {
    std::string text;
    for (int c; (c = gzgetc(file_)) > 0;) text += static_cast<char>(c);
    return text;
  }

 private:
  gzFile file_;
};

// The files of a hostile layer may have become links since their content was written.
Fd open_regular(const Fd& tree, const std::string& name) {
  return open_resolved(tree, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
                       RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

bool copy_content(const Fd& tree, const std::string& name, uint64_t size, Sink& sink) {
  const Fd file = open_regular(tree, name);
  struct stat status;
  if (!file || ::fstat(file.get(), &status) == -1 || !S_ISREG(status.st_mode) ||
      static_cast<uint64_t>(status.st_size) != size) {
    return false;
  }
  std::string block(1 << 18, '\0');
  while (size > 0) {
    const ssize_t got = ::read(file.get(), block.data(), std::min<uint64_t>(size, block.size()));
    if (got == -1) throw_errno({"read ", name, " of a layer"});
    if (got == 0) return false;
    sink.write({block.data(), static_cast<size_t>(got)});
    size -= static_cast<uint64_t>(got);
  }
  return true;
}

}  // namespace

bool pack_by_recipe(const std::string& layer, Sink& sink) {
  RecipeFile headers(headers_of(layer)), names(contents_of(layer));
  if (!headers || !names) return false;
  const Fd tree = open_directory(layer + "/tree");
  std::string bytes;
  for (uint64_t sizes[2]; headers.read(sizes, sizeof sizes);) {
    if (sizes[0] > 1 << 20) return false;  // not ours
    bytes.resize(sizes[0]);
    if (!headers.read(bytes.data(), bytes.size())) return false;
    sink.write(bytes);
    if (sizes[1] > 0 && !copy_content(tree, names.text(), sizes[1], sink)) return false;
  }
  return true;
}

}  // namespace stepbox
