#include "07-unionfs/files/blob.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "common/error.hpp"

namespace stepbox {

size_t Blob::read(void* buffer, size_t room) {
  if (size != -1) room = std::min(room, static_cast<size_t>(size));
  for (;;) {
    const ssize_t got =
        size == -1 ? ::read(file.get(), buffer, room) : ::pread(file.get(), buffer, room, offset);
    if (got == -1 && errno == EINTR) continue;
    if (got == -1) throw_errno({"read the image"});
    if (got == 0 && size > 0) throw Failure("read the image: the file is truncated");
    if (size != -1) {
      offset += got;
      size -= got;
    }
    return static_cast<size_t>(got);
  }
}

std::string Blob::text() {
  constexpr size_t kMost = 8 << 20;
  std::string text;
  char block[1 << 16];
  while (const size_t got = read(block, sizeof block)) {
    text.append(block, got);
    if (text.size() > kMost) throw Failure("read the image: a description of more than 8 MB");
  }
  return text;
}

Blob open_blob(const std::string& path) {
  Blob blob;
  blob.file = path == "-" ? Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3))
                          : Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!blob.file) throw_errno({"open ", path});
  struct stat status;
  if (::fstat(blob.file.get(), &status) == -1) throw_errno({"open ", path});
  const off_t here = ::lseek(blob.file.get(), 0, SEEK_CUR);
  if (S_ISREG(status.st_mode) && here != -1) {
    blob.offset = here;
    blob.size = std::max<off_t>(status.st_size - here, 0);
  }
  return blob;
}

Fd open_unnamed(const std::string& directory) {
  Fd file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file) throw_errno({"make a file in ", directory});
  return file;
}

}  // namespace stepbox
