#include "07-unionfs/images/image_reference.hpp"

#include <algorithm>

#include "common/error.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool consists_of(std::string_view text, std::initializer_list<std::string_view> alphabets) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return std::any_of(alphabets.begin(), alphabets.end(), [&](std::string_view alphabet) {
      return alphabet.find(c) != alphabet.npos;
    });
  });
}

bool begins_and_ends_with(std::string_view text,
                          std::initializer_list<std::string_view> alphabets) {
  return !text.empty() && consists_of(text.substr(0, 1), alphabets) &&
         consists_of(text.substr(text.size() - 1), alphabets);
}

// Lower case letters and digits; separators only between them.
bool is_part(std::string_view part) {
  return consists_of(part, {kDigits, kLower, "_.-"}) &&
         begins_and_ends_with(part, {kDigits, kLower});
}

// A registry has a dot or a port; otherwise the part belongs to the name.
bool is_registry(std::string_view part) {
  return part.find_first_of(".:") != part.npos &&
         consists_of(part, {kDigits, kLower, kUpper, ".-:"}) &&
         begins_and_ends_with(part, {kDigits, kLower, kUpper});
}

bool is_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= 128 && consists_of(tag, {kDigits, kLower, kUpper, "_.-"}) &&
         tag.find_first_of(".-") != 0;
}

bool is_repository(const std::string& repository) {
  const std::vector<std::string> parts = split(repository, '/');
  const auto first = parts.begin() + (parts.size() > 1 && is_registry(parts[0]) ? 1 : 0);
  return std::all_of(first, parts.end(), is_part);
}

std::string without_prefixes(std::string repository) {
  for (std::string_view prefix : {"index.docker.io/", "docker.io/", "localhost/", "library/"}) {
    if (repository.starts_with(prefix)) repository.erase(0, prefix.size());
  }
  return repository;
}

Reference split_reference(const std::string& text) {
  const size_t slash = text.rfind('/');
  const size_t colon = text.find(':', slash == text.npos ? 0 : slash);
  if (colon == text.npos) return {without_prefixes(text), "latest"};
  return {without_prefixes(text.substr(0, colon)), text.substr(colon + 1)};
}

// A tag becomes part of a file name.
bool is_valid(const Reference& reference) {
  return is_repository(reference.repository) && is_tag(reference.tag) &&
         reference.text().size() <= 255;
}

}  // namespace

std::string Reference::registry() const {
  const size_t slash = repository.find('/');
  const std::string first = repository.substr(0, slash);
  return slash != repository.npos && is_registry(first) ? first : "docker.io";
}

std::string Reference::full_text() const {
  if (repository.starts_with(registry() + "/")) return text();
  const bool official = repository.find('/') == repository.npos;
  return join({"docker.io/", official ? "library/" : "", text()});
}

bool is_reference(const std::string& text) { return is_valid(split_reference(text)); }

Reference parse_reference(const std::string& text) {
  Reference reference = split_reference(text);
  if (is_valid(reference)) return reference;
  throw Failure(join({"'", text, "' is not a valid image name"}),
                "NAME[:TAG], in lower case letters, digits and ._-/");
}

}  // namespace stepbox
