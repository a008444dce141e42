#include "07-unionfs/images/layer_unpack.hpp"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "02-chroot/chroot.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/files/child_task.hpp"
#include "07-unionfs/files/extract.hpp"
#include "07-unionfs/files/layer_writer.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

la_ssize_t read_stream(archive* handle, void* stream, const void** data) {
  try {
    const std::string_view part = static_cast<LayerStream*>(stream)->next();
    *data = part.data();
    return static_cast<la_ssize_t>(part.size());
  } catch (const std::exception& error) {
    ::archive_set_error(handle, EIO, "%s", error.what());
    return -1;
  }
}

// [child] The layer's directory is its root directory.
int64_t write_files(LayerStream& stream) {
  const Archive tar(::archive_read_new());
  ::archive_read_support_format_tar(tar.get());
  ::archive_read_support_format_empty(tar.get());
  const Words what = {"read the layer"};
  if (::archive_read_open(tar.get(), &stream, nullptr, read_stream, nullptr) != ARCHIVE_OK) {
    throw_archive(tar.get(), what);
  }
  LayerWriter writer;
  archive_entry* entry = nullptr;
  for (int result; (result = ::archive_read_next_header(tar.get(), &entry)) != ARCHIVE_EOF;) {
    if (result < ARCHIVE_WARN) throw_archive(tar.get(), what);
    writer.take(tar.get(), entry);
  }
  stream.drain();
  return writer.finish();
}

}  // namespace

Unpacked unpack(Blob layer, const std::string& directory, const std::string& what) {
  Pipe result;
  const auto inside = [&] {
    ::umask(022);
    prepare_names();
    enter_chroot(directory);
    Progress progress(what, layer.size);
    LayerStream stream(std::move(layer), progress);
    const int64_t size = write_files(stream);
    const std::string report = join({stream.blob_digest(), stream.diff_id(),
                                     stream.ends_with_zeros() ? "1" : "0", std::to_string(size)});
    [[maybe_unused]] const ssize_t written =
        ::write(result.writer.get(), report.data(), report.size());
  };
  const int user =
      ::geteuid() == 0 ? 0 : CLONE_NEWUSER;  // a user namespace, to create files of subordinate ids
  run_in_child({.namespaces = user, .before_go = write_id_maps}, inside);
  char report[256];
  const ssize_t got = ::read(result.reader.get(), report, sizeof report);
  const std::string_view text(report, static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (text.size() < 130) throw Failure("unpack the layer: the child ended without a result");
  return {.blob_digest = std::string(text.substr(0, 64)),
          .diff_id = std::string(text.substr(64, 64)),
          .size = parse_number(text.substr(129)).value_or(0),
          .whole = text[128] == '1'};
}

}  // namespace stepbox
