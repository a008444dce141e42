#include "07-unionfs/images/layer_unpack.hpp"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "02-chroot/chroot.hpp"
#include "04-namespaces/namespaces.hpp"
#include "07-unionfs/files/child_task.hpp"
#include "07-unionfs/files/extract.hpp"
#include "07-unionfs/files/layer_stream.hpp"
#include "07-unionfs/files/layer_writer.hpp"
#include "07-unionfs/images/tar_recipe.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

// What libarchive reads the tar from.
struct Source {
  LayerStream& stream;
  TarRecipe& recipe;
  size_t size = 0;
  std::exception_ptr failure = {};  // none may pass through C code
};

// `umoci insert` leaves out the end of a tar, and the padding of its last file, which libarchive
// wants. A digest, or the check for the end, still tells a truncated archive.
std::string_view padding_of(size_t size) {
  constexpr size_t kBlock = 512;
  static constexpr char kZeros[kBlock] = {};
  return {kZeros, (kBlock - size % kBlock) % kBlock};
}

la_ssize_t read_source(archive* handle, void* data, const void** bytes) {
  Source& source = *static_cast<Source*>(data);
  try {
    std::string_view part = source.stream.next();
    source.recipe.add(part);
    if (part.empty()) part = padding_of(source.size);
    source.size += part.size();
    *bytes = part.data();
    return static_cast<la_ssize_t>(part.size());
  } catch (...) {
    source.failure = std::current_exception();
    ::archive_set_error(handle, EIO, "read_source");
    return -1;
  }
}

// [child] The layer's directory is its root directory.
int64_t write_files(Source& source) try {
  const Archive tar(::archive_read_new());
  ::archive_read_support_format_tar(tar.get());
  ::archive_read_support_format_empty(tar.get());
  const Words what = {"read the layer"};
  if (::archive_read_open(tar.get(), &source, nullptr, read_source, nullptr) != ARCHIVE_OK) {
    throw_archive(tar.get(), what);
  }
  LayerWriter writer;
  archive_entry* entry = nullptr;
  for (int result; (result = ::archive_read_next_header(tar.get(), &entry)) != ARCHIVE_EOF;) {
    if (result < ARCHIVE_WARN) throw_archive(tar.get(), what);
    writer.take(tar.get(), entry);
    const bool has_content =
        ::archive_entry_filetype(entry) == AE_IFREG && !::archive_entry_hardlink(entry);
    if (!has_content || ::archive_entry_size(entry) == 0) continue;
    source.recipe.add_content_of(::archive_entry_pathname(entry));
  }
  for (std::string_view rest; !(rest = source.stream.next()).empty();) source.recipe.add(rest);
  source.stream.drain();
  source.recipe.finish();
  return writer.finish();
} catch (...) {
  if (source.failure) std::rethrow_exception(source.failure);
  throw;
}

}  // namespace

Unpacked unpack(Blob layer, const std::string& directory, size_t digits, const std::string& what) {
  Pipe result;
  const auto inside = [&] {
    ::umask(022);
    prepare_names();
    TarRecipe recipe(directory);
    enter_chroot(directory + "/tree");
    Progress progress(what, layer.size);
    LayerStream stream(std::move(layer), progress, digits);
    Source source{stream, recipe};
    const std::string size = std::to_string(write_files(source));
    const std::string report =
        join({stream.blob_digest(), " ", stream.diff_id(), " ", size,
              stream.ends_with_zeros() ? " whole" : " -", recipe.is_usable() ? " recipe" : " -"});
    [[maybe_unused]] const ssize_t written =
        ::write(result.writer.get(), report.data(), report.size());
  };
  const int user =
      ::geteuid() == 0 ? 0 : CLONE_NEWUSER;  // a user namespace, to create files of subordinate ids
  run_in_child({.namespaces = user, .before_go = write_id_maps}, inside);
  char report[512];
  const ssize_t got = ::read(result.reader.get(), report, sizeof report);
  const std::vector<std::string> words =
      words_in({report, static_cast<size_t>(std::max<ssize_t>(got, 0))});
  if (words.size() < 5) throw Failure("unpack the layer: the child ended without a result");
  if (words[4] == "-") remove_recipe(directory);
  return {.blob_digest = words[0],
          .diff_id = words[1],
          .size = parse_number(words[2]).value_or(0),
          .whole = words[3] == "whole"};
}

}  // namespace stepbox
