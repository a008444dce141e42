#include "07-unionfs/containers/file_changes.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "07-unionfs/containers/run_lock.hpp"
#include "07-unionfs/files/file_tree.hpp"
#include "common/error.hpp"
#include "common/files.hpp"

namespace stepbox {

namespace {

// A name in the image. A directory may be merged from several layers.
struct ImageEntry {
  std::optional<struct stat> status = {};     // none: no such file
  std::vector<std::string> directories = {};  // the uppermost first; empty: not a directory

  bool is_directory() const { return !directories.empty(); }
};

// Looks up `name` in a directory of the image as overlayfs would.
ImageEntry look_up(const ImageEntry& parent, const std::string& name) {
  ImageEntry found;
  for (const std::string& directory : parent.directories) {
    const std::string path = directory + "/" + name;
    struct stat status;
    if (::lstat(path.c_str(), &status) == -1) {
      if (errno != ENOENT) throw_errno({"read ", path});
      continue;
    }
    if (is_whiteout(status)) break;
    if (!found.status) found.status = status;
    if (!S_ISDIR(status.st_mode)) break;
    found.directories.push_back(path);
    if (is_opaque(path)) break;
  }
  return found;
}

std::set<std::string> names_in(const ImageEntry& entry) {
  std::set<std::string> names;
  for (const std::string& directory : entry.directories) {
    for (const auto& file : std::filesystem::directory_iterator(directory)) {
      const std::string name = file.path().filename();
      if (look_up(entry, name).status) names.insert(name);
    }
  }
  return names;
}

bool same_owner_and_mode(const struct stat& a, const struct stat& b) {
  return a.st_mode == b.st_mode && a.st_uid == b.st_uid && a.st_gid == b.st_gid;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return same_owner_and_mode(a, b) && a.st_rdev == b.st_rdev && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

// A directory of the container above the file that is compared now.
struct Level {
  ImageEntry in_image;
  bool hides;  // nothing of the image is merged: files that are not here were deleted
  std::set<std::string> seen;  // names in it, if `hides`
  size_t changes_before;       // number of changes when it was entered
};

class Comparer {
 public:
  explicit Comparer(const Comparison& comparison)
      : comparison_(comparison), tree_(comparison.own) {}

  std::vector<Change> run() {
    while (const FTSENT* entry = tree_.next()) {
      if (entry->fts_info == FTS_D) {
        enter(*entry);
      } else if (entry->fts_info == FTS_DP) {
        leave(*entry);
      } else {
        compare_file(*entry);
      }
    }
    std::sort(changes_.begin(), changes_.end(),
              [](const Change& a, const Change& b) { return a.path < b.path; });
    return std::move(changes_);
  }

 private:
  ImageEntry in_image(const std::string& name) {
    Level& parent = levels_.back();
    if (parent.hides) parent.seen.insert(name);
    return look_up(parent.in_image, name);
  }

  void enter(const FTSENT& entry) {
    if (levels_.empty()) {
      const ImageEntry root{.directories = comparison_.layers};
      levels_.push_back({root, comparison_.whole, {}, 0});
      return;
    }
    const std::string path = entry.fts_accpath;
    const bool hides = levels_.back().hides || is_opaque(path);
    ImageEntry found = in_image(entry.fts_name);
    levels_.push_back({std::move(found), hides, {}, changes_.size()});
  }

  void leave(const FTSENT& entry) {
    const Level level = std::move(levels_.back());
    levels_.pop_back();
    const std::string path = tree_.path_of(entry);
    if (level.hides) {
      for (const std::string& name : names_in(level.in_image)) {
        if (!level.seen.contains(name)) changes_.push_back({'D', path + "/" + name});
      }
    }
    if (levels_.empty()) return;  // the root itself
    const bool changed_inside = changes_.size() > level.changes_before;
    if (!level.in_image.status) {
      if (changed_inside || !leads_to_mount_point(path)) changes_.push_back({'A', path});
    } else if (changed_inside || !same_owner_and_mode(*entry.fts_statp, *level.in_image.status)) {
      changes_.push_back({'C', path});
    }
  }

  void compare_file(const FTSENT& entry) {
    const std::string path = tree_.path_of(entry);
    const ImageEntry before = in_image(entry.fts_name);
    if (is_whiteout(*entry.fts_statp)) {
      if (before.status) changes_.push_back({'D', path});
    } else if (!before.status) {
      const bool ours = entry.fts_statp->st_size == 0 && comparison_.mount_points.contains(path);
      if (!ours) changes_.push_back({'A', path});
    } else if (!comparison_.whole || !same_file(*entry.fts_statp, *before.status)) {
      changes_.push_back({'C', path});
    }
  }

  // Whether stepbox created it, as a mount point or above one.
  bool leads_to_mount_point(const std::string& path) const {
    const auto below = comparison_.mount_points.lower_bound(path + "/");
    return comparison_.mount_points.contains(path) ||
           (below != comparison_.mount_points.end() && below->starts_with(path + "/"));
  }

  const Comparison& comparison_;
  Tree tree_;
  std::vector<Level> levels_;
  std::vector<Change> changes_;
};

std::set<std::string> mount_points_of(const Options& options) {
  std::set<std::string> points{"/dev", "/proc", "/sys"};
  const auto add = [&](const std::string& destination) {
    std::string point = std::filesystem::path(destination).lexically_normal();
    if (point.ends_with('/')) point.pop_back();
    points.insert(point);
  };
  for (const Volume& volume : options.volumes) add(volume.destination);
  for (const Tmpfs& tmpfs : options.tmpfs) add(tmpfs.destination);
  return points;
}

}  // namespace

std::vector<Change> compare(const Comparison& comparison) { return Comparer(comparison).run(); }

Fd open_own_files(const Record& record) {
  const bool copy = record.options.storage == StorageKind::kCopy;
  return open_directory(directory_of(record.id) + (copy ? "/rootfs" : "/upper"));
}

std::vector<Change> changes_of(const Record& record) {
  const Fd own = open_own_files(record);
  return compare({.own = own,
                  .whole = record.options.storage == StorageKind::kCopy,
                  .layers = record.image.layers,
                  .mount_points = mount_points_of(record.options)});
}

// Whether a Tree comes to `a` before `b`: name by name, not letter by letter ("a-b" after "a/b").
static bool comes_before(const std::string& a, const std::string& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c); };
    return rank(x) < rank(y);
  });
}

// In the order that add_layer() will have, once it is unpacked: so the digest will be the same.
void add_changes(TarWriter& tar, Tree& tree, const std::vector<Change>& changes) {
  std::set<std::string> kept;
  std::vector<std::string> deleted;
  for (const Change& change : changes) {
    if (change.kind == 'D') {
      deleted.push_back(change.path);
    } else {
      kept.insert(change.path);
    }
  }
  std::sort(deleted.begin(), deleted.end(), comes_before);
  auto next = deleted.begin();
  const auto add_whiteouts = [&](const std::string* until) {
    for (; next != deleted.end() && (!until || comes_before(*next, *until)); ++next) {
      tar.add_file(whiteout_name(next->substr(1)), "");
    }
  };
  while (const FTSENT* entry = tree.next()) {
    const std::string path = tree.path_of(*entry);
    if (entry->fts_info == FTS_DP || !kept.contains(path)) continue;
    refuse_whiteout_name(path);
    add_whiteouts(&path);
    tar.add(*entry, path.substr(1));
  }
  add_whiteouts(nullptr);
}

}  // namespace stepbox
