// cp: copies files between a container and the host, or standard input and output as a tar archive.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "07-unionfs/containers/container_files.hpp"
#include "07-unionfs/files/extract.hpp"
#include "07-unionfs/files/output_file.hpp"
#include "07-unionfs/files/scoped_path.hpp"
#include "07-unionfs/files/tar_writer.hpp"
#include "07-unionfs/verbs/verbs.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"

namespace stepbox {

namespace {

// One end of a copy, as it was typed: box:/etc, ./etc, or - for stdin or stdout.
struct End {
  std::string container;  // empty: the host
  std::string path;
  bool is_stream() const { return container.empty() && path == "-"; }
};

// A word that begins with / or . is a path of the host, even with a colon: ./a:b
End parse_end(const std::string& word) {
  const size_t colon = word.find(':');
  if (word.starts_with('/') || word.starts_with('.') || colon == std::string::npos || colon == 0) {
    return {"", word};
  }
  const std::string path = word.substr(colon + 1);
  return {word.substr(0, colon), path.starts_with('/') ? path : "/" + path};
}

// Files to read or to write: a name in a directory.
struct Files {
  Fd directory;
  std::string name;  // "." is the whole directory
  bool is_directory = false;
};

[[noreturn]] void throw_missing(const End& end) {
  if (end.container.empty()) throw_errno({"open ", end.path}, ENOENT);
  throw Failure(join({"Could not find the file ", end.path, " in container ", end.container}), "",
                1);
}

Files find_source(const Fd& root, const End& end, bool follow) {
  ScopedPath place = look_up(root, end.path, follow);
  if (!place.status) throw_missing(end);
  if (!place.is_directory()) return {std::move(place.directory), place.name, false};
  return {place.open(), ".", true};
}

// SRC/. means the contents of SRC; SRC/ and SRC mean the directory itself.
std::string own_name(const std::string& path) {
  const std::filesystem::path clean = std::filesystem::path(path).lexically_normal();
  const std::string name = clean.has_filename() ? clean.filename() : clean.parent_path().filename();
  return path.ends_with("/.") || name == "." || name == ".." ? "" : name;
}

// The directory to copy into, and the name there; an empty name for the contents of a directory.
Files find_destination(const Fd& root, const End& end, bool source_is_directory,
                       const std::string& source_name) {
  ScopedPath place = look_up(root, end.path, true);
  if (place.is_directory()) return {place.open(), source_name, true};
  if (!place.directory) throw_missing(end);
  if (place.status && source_is_directory) {
    throw Failure(join({"cannot copy a directory to a file: ", end.path}), "", 1);
  }
  if (!place.status && !source_is_directory && end.path.ends_with('/')) {
    throw Failure(join({"no such directory: ", end.path}),
                  join({"mkdir ", stepbox::quoted(end.path)}), 1);
  }
  return {Fd(::openat(place.directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), place.name,
          true};
}

// This process packs the source; a child, which has only the destination, unpacks it. One of the
// two has the ids of the container.
int copy(const Files& source, const Files& destination, bool keep_owners,
         const ContainerRoot& container, const Fd& root, bool out) {
  const bool keep_rights = keep_owners && ::geteuid() == 0;
  Pipe pipe;
  Child child = spawn({}, [&] {
    restore_signal_mask();
    pipe.writer.close();
    if (!out) container.take_ids();
    if (out) {
      extract(pipe.reader, destination.directory);
    } else {
      extract(pipe.reader, destination.directory, root);
    }
    return 0;
  });
  pipe.reader.close();
  if (out) container.take_ids();
  try {
    FdSink sink(pipe.writer.get(), "the copy");
    TarWriter tar(sink);
    if (!keep_owners) tar.set_owner(0, 0);
    if (!keep_rights) tar.drop_rights();
    Tree tree(source.directory, source.name);
    add_tree(tar, tree, destination.name);
    tar.finish();
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::broken_pipe) throw;  // the child reports why it stopped reading
  }
  pipe.writer.close();
  return child.wait();
}

int pack_to_stdout(const Files& source, const std::string& name) {
  FdSink sink(STDOUT_FILENO, "stdout");
  TarWriter tar(sink);
  Tree tree(source.directory, source.name);
  add_tree(tar, tree, name);
  tar.finish();
  return 0;
}

int unpack_stdin(const Fd& root, const End& end) {
  const ScopedPath place = look_up(root, end.path, true);
  if (!place.status) throw_missing(end);
  if (!place.is_directory()) throw Failure("not a directory: " + end.path, "", 1);
  extract(Fd(::dup(STDIN_FILENO)), place.open(), root);
  return 0;
}

}  // namespace

int verb_cp(int argc, char** argv) {
  bool keep_owners = false, follow = false;
  VerbLine cli("cp [OPTIONS] CONTAINER:SRC DST|-\n       cp [OPTIONS] SRC|- CONTAINER:DST",
               "cp box:/etc/hosts .");
  cli.flag(
      "-a,--archive", keep_owners,
      "Keep owners, setuid, setgid and capabilities; else the copies are root's, without these");
  cli.flag("-L,--follow-link", follow, "If SRC is a symbolic link, copy its target");
  cli.parse_mixed(argc, argv);
  End source = parse_end(cli.take("SRC")), destination = parse_end(cli.take("DST"));
  cli.end();
  if (source.container.empty() == destination.container.empty()) {
    throw UsageError(source.container.empty() ? "neither SRC nor DST is in a container"
                                              : "copying between containers is not supported",
                     "CONTAINER:PATH is a path in a container");
  }
  recover_crashed_containers();
  const bool out = !source.container.empty();
  const Record record = find_container(out ? source.container : destination.container);
  if (destination.is_stream()) refuse_terminal();
  End& hosts = out ? destination : source;
  if (!hosts.is_stream() && !hosts.path.starts_with('/')) {
    hosts.path = join({std::filesystem::current_path().string(), "/", hosts.path});
  }
  const Fd host(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  ContainerRoot container(record);
  return run_in_private_mounts(record, [&] {
    const Fd root = container.open();
    if (source.is_stream() || destination.is_stream()) container.take_ids();
    if (source.is_stream()) return unpack_stdin(root, destination);
    const Files from = find_source(out ? root : host, source, follow);
    const std::string name = own_name(source.path);
    if (destination.is_stream()) return pack_to_stdout(from, name);
    return copy(from, find_destination(out ? host : root, destination, from.is_directory, name),
                keep_owners, container, root, out);
  });
}

}  // namespace stepbox
