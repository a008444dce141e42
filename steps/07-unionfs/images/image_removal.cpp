// Removes images, for rmi and prune.
#include <algorithm>
#include <set>

#include "07-unionfs/images/image.hpp"
#include "07-unionfs/images/image_reference.hpp"
#include "07-unionfs/images/image_staging.hpp"
#include "07-unionfs/images/image_store.hpp"
#include "common/error.hpp"
#include "common/id.hpp"

namespace stepbox {

namespace {

// Docker's message for an image that cannot be removed; empty if it can.
std::string conflict(const std::vector<ImageUser>& users, const std::string& id,
                     const std::string& reference, bool by_id) {
  const auto user = std::find_if(users.begin(), users.end(),
                                 [&](const ImageUser& one) { return one.image == id; });
  if (user == users.end()) return "";
  const std::string container = short_id(user->container);
  if (by_id) {
    return join({"conflict: unable to delete ", short_id(id), " (cannot be forced) - image is ",
                 "being used by ", user->running ? "running" : "stopped", " container ",
                 container});
  }
  return join({"conflict: unable to remove repository reference \"", reference,
               "\" (must force) - container ", container, " is using its referenced image ",
               short_id(id)});
}

bool in_several_repositories(const std::vector<std::string>& names) {
  std::set<std::string> repositories;
  for (const std::string& name : names) repositories.insert(parse_reference(name).repository);
  return repositories.size() > 1;
}

// The layers of this image that no other image has, the topmost first.
std::vector<std::string> own_layers(const std::string& id) {
  std::vector<std::string> layers = diff_ids_of(id);
  for (const std::string& other : image_ids()) {
    if (other == id) continue;
    for (const std::string& layer : diff_ids_of(other)) std::erase(layers, layer);
  }
  return {layers.rbegin(), layers.rend()};
}

Pruned remove(ImageIndex& index, const std::string& id) {
  Pruned pruned;
  const Fd held = hold_image(id, Lock::kAlone);
  if (!held) {
    throw Failure(join({"conflict: unable to delete ", short_id(id),
                        " (cannot be forced) - a container is about to start from it"}));
  }
  const std::vector<std::string> layers = own_layers(id);
  for (const std::string& name : names_of(id)) {
    index.untag(name);
    pruned.lines.push_back("Untagged: " + name);
  }
  index.remove(id);
  pruned.lines.push_back("Deleted: sha256:" + id);
  for (const std::string& layer : layers) {
    pruned.lines.push_back("Deleted: sha256:" + layer);
    pruned.bytes += layer_size(layer);
  }
  return pruned;
}

}  // namespace

std::vector<std::string> remove_image(const std::string& reference, bool force,
                                      ListImageUsers list_users) {
  const Staging staging;
  ImageIndex index(staging.path());
  const std::string id = find_image_id(reference);
  const std::vector<std::string> all_names = names_of(id);
  const bool by_id = !is_reference(reference) || id_of_tag(parse_reference(reference).text()) != id;
  const std::vector<std::string> names =
      by_id ? all_names : std::vector{parse_reference(reference).text()};
  if (by_id && in_several_repositories(names) && !force) {
    throw Failure(join({"conflict: unable to delete ", short_id(id),
                        " (must be forced) - image is referenced in multiple repositories"}));
  }
  const bool last = names.size() == all_names.size();
  const std::string used = last ? conflict(list_users(), id, reference, by_id) : "";
  if (!used.empty() && (!force || names.empty())) throw Failure(used);
  if (last && used.empty()) return remove(index, id).lines;
  std::vector<std::string> lines;
  for (const std::string& name : names) {
    index.untag(name);
    lines.push_back("Untagged: " + name);
  }
  return lines;
}

Pruned prune_images(bool all, ListImageUsers list_users) {
  const Staging staging;
  ImageIndex index(staging.path());
  const std::vector<ImageUser> users = list_users();
  Pruned sum;
  for (const std::string& id : image_ids()) {
    if ((!all && !names_of(id).empty()) || !conflict(users, id, id, true).empty()) continue;
    const Pruned one = remove(index, id);
    sum.lines.insert(sum.lines.end(), one.lines.begin(), one.lines.end());
    sum.bytes += one.bytes;
  }
  return sum;
}

}  // namespace stepbox
