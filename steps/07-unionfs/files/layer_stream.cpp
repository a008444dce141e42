#include "07-unionfs/files/layer_stream.hpp"

#include <algorithm>

#include "07-unionfs/files/child_task.hpp"
#include "common/error.hpp"

namespace stepbox {

void support_filters(archive* handle) {
  ::archive_read_support_filter_gzip(handle);
  ::archive_read_support_filter_bzip2(handle);
  ::archive_read_support_filter_xz(handle);
  ::archive_read_support_filter_zstd(handle);
}

LayerStream::LayerStream(Blob blob, Progress& progress, size_t digits)
    : blob_(std::move(blob)),
      progress_(progress),
      buffer_(1 << 18),
      blob_sum_(digits),
      unpacker_(archive_read_new()) {
  archive* handle = unpacker_.get();
  support_filters(handle);
  ::archive_read_support_format_raw(handle);
  ::archive_read_support_format_empty(handle);
  archive_entry* entry = nullptr;
  int result = ::archive_read_open(handle, this, nullptr, read_blob, nullptr);
  if (result == ARCHIVE_OK) result = ::archive_read_next_header(handle, &entry);
  if (result < ARCHIVE_WARN) fail();
  ended_ = result == ARCHIVE_EOF;  // an empty blob
}

void LayerStream::fail() {
  if (failure_) std::rethrow_exception(failure_);
  throw_archive(unpacker_.get(), {"read the layer"});
}

// Called by libarchive.
la_ssize_t LayerStream::read_blob(archive* handle, void* self, const void** data) {
  auto& stream = *static_cast<LayerStream*>(self);
  try {
    const size_t got = stream.blob_.read(stream.buffer_.data(), stream.buffer_.size());
    stream.blob_sum_.add(stream.buffer_.data(), got);
    stream.progress_.add(static_cast<int64_t>(got));
    *data = stream.buffer_.data();
    return static_cast<la_ssize_t>(got);
  } catch (...) {
    stream.failure_ = std::current_exception();
    ::archive_set_error(handle, EIO, "read_blob");
    return -1;
  }
}

std::string_view LayerStream::next() {
  const void* data = nullptr;
  size_t size = 0;
  int64_t offset = 0;
  if (ended_) return {};
  const int result = ::archive_read_data_block(unpacker_.get(), &data, &size, &offset);
  ended_ = result == ARCHIVE_EOF;
  if (ended_) return {};
  if (result < ARCHIVE_WARN) fail();
  const std::string_view part(static_cast<const char*>(data), size);
  plain_sum_.add(data, size);
  const size_t last = part.find_last_not_of('\0');
  zeros_ = last == part.npos ? zeros_ + part.size() : part.size() - last - 1;
  return part;
}

void LayerStream::drain() {
  while (!next().empty()) continue;
  const void* rest = nullptr;  // bytes that the compressor appended
  while (const la_ssize_t got = read_blob(unpacker_.get(), this, &rest)) {
    if (got < 0) fail();
  }
}

Blob uncompressed(Blob blob, const std::string& directory) {
  Blob plain;
  plain.file = open_unnamed(directory);
  const auto unpack = [&] {
    Progress progress("reading", std::max<off_t>(blob.size, 0));
    LayerStream stream(std::move(blob), progress);
    for (std::string_view part; !(part = stream.next()).empty();) {
      while (!part.empty()) {
        const ssize_t written = ::write(plain.file.get(), part.data(), part.size());
        if (written == -1) throw_errno({"write to ", directory});
        part.remove_prefix(static_cast<size_t>(written));
      }
    }
  };
  run_in_child({}, unpack);
  plain.size = ::lseek(plain.file.get(), 0, SEEK_END);
  return plain;
}

}  // namespace stepbox
