#include "common/testing/stage/tarball.hpp"

#include <archive.h>
#include <archive_entry.h>

#include "common/error.hpp"

namespace stepbox {

Tarball::Tarball(const std::string& path, const std::string& filter) : tar_(::archive_write_new()) {
  ::archive_write_set_format_pax_restricted(tar_);
  ::archive_write_set_options(tar_, "hdrcharset=BINARY");  // names are bytes, whatever the locale
  int result = ARCHIVE_OK;
  if (filter == "gzip") result = ::archive_write_add_filter_gzip(tar_);
  if (filter == "bzip2") result = ::archive_write_add_filter_bzip2(tar_);
  if (filter == "xz") result = ::archive_write_add_filter_xz(tar_);
  if (filter == "zstd") result = ::archive_write_add_filter_zstd(tar_);
  if (result == ARCHIVE_OK) result = ::archive_write_open_filename(tar_, path.c_str());
  if (result != ARCHIVE_OK)
    throw Failure(join({"make ", path, ": ", ::archive_error_string(tar_)}));
}

Tarball::~Tarball() { ::archive_write_free(tar_); }

archive_entry* Tarball::begin(const std::string& name, unsigned type, const Look& look) {
  archive_entry* entry = ::archive_entry_new();
  ::archive_entry_set_pathname(entry, name.c_str());
  ::archive_entry_set_filetype(entry, type);
  ::archive_entry_set_perm(entry, look.mode);
  ::archive_entry_set_uid(entry, look.uid);
  ::archive_entry_set_gid(entry, look.gid);
  ::archive_entry_set_mtime(entry, look.modified, 0);
  for (const auto& [key, value] : look.attributes) {
    ::archive_entry_xattr_add_entry(entry, key.c_str(), value.data(), value.size());
  }
  return entry;
}

void Tarball::write(archive_entry* entry, const std::string& content) {
  ::archive_entry_set_size(entry, static_cast<int64_t>(content.size()));
  const int result = ::archive_write_header(tar_, entry);
  ::archive_entry_free(entry);
  if (result != ARCHIVE_OK || ::archive_write_data(tar_, content.data(), content.size()) !=
                                  static_cast<la_ssize_t>(content.size())) {
    throw Failure(join({"write a tar: ", ::archive_error_string(tar_)}));
  }
}

Tarball& Tarball::file(const std::string& name, const std::string& content, const Look& look) {
  write(begin(name, AE_IFREG, look), content);
  return *this;
}

Tarball& Tarball::directory(const std::string& name, const Look& look) {
  write(begin(name, AE_IFDIR, look), "");
  return *this;
}

Tarball& Tarball::symlink(const std::string& name, const std::string& target) {
  archive_entry* entry = begin(name, AE_IFLNK, {});
  ::archive_entry_set_symlink(entry, target.c_str());
  write(entry, "");
  return *this;
}

Tarball& Tarball::hard_link(const std::string& name, const std::string& target) {
  archive_entry* entry = begin(name, AE_IFREG, {});
  ::archive_entry_set_hardlink(entry, target.c_str());
  write(entry, "");
  return *this;
}

Tarball& Tarball::device(const std::string& name, unsigned major, unsigned minor) {
  archive_entry* entry = begin(name, AE_IFCHR, {});
  ::archive_entry_set_rdevmajor(entry, major);
  ::archive_entry_set_rdevminor(entry, minor);
  write(entry, "");
  return *this;
}

}  // namespace stepbox
