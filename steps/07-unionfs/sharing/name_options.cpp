#include "07-unionfs/sharing/name_options.hpp"

#include <unistd.h>

#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"
#include "common/text.hpp"

namespace stepbox {

void add_options(CommandLine& cli, NameOptions& names) {
  cli.list("--dns-option,--dns-opt", "OPTION", names.options,
           "Option of the resolver, such as ndots:2 (the host's)");
  cli.list("--dns-search", "DOMAIN", names.search,
           "Domain in which names are looked up; . for none (the host's)");
  cli.option("--domainname", "NAME", names.domain, "Domain of the host name");
}

void check(const NameOptions& names) {
  std::vector<std::string> all = names.search;
  all.insert(all.end(), names.options.begin(), names.options.end());
  all.push_back(names.domain.empty() ? "x" : names.domain);
  for (const std::string& text : all) {
    if (!text.empty() && text.find_first_of(" \t\n#;") == text.npos && text.size() <= 64) continue;
    throw Failure(join({"'", text, "' is no domain, and no option of the resolver"}),
                  "64 characters at most, no blanks");
  }
}

static void add_line(std::string& text, const char* key, const std::vector<std::string>& words) {
  if (words.empty() || words == std::vector<std::string>{"."}) return;
  text += key;
  for (const std::string& word : words) text += " " + word;
  text += "\n";
}

std::string completed_resolv_conf(const std::string& text, const NameOptions& names) {
  std::string completed;
  for (const std::string& line : split(text, '\n')) {
    const std::vector<std::string> words = words_in(line);
    const std::string key = words.empty() ? "" : words[0];
    const bool replaced = (!names.search.empty() && (key == "search" || key == "domain")) ||
                          (!names.options.empty() && key == "options");
    if (!key.empty() && !replaced) completed += line + "\n";
  }
  add_line(completed, "search", names.search);
  add_line(completed, "options", names.options);
  return completed;
}

// "172.16.0.2\tbox" becomes "172.16.0.2\tbox.example.org box": hostname -f asks for the first name.
static void add_domain_to_hosts(const std::string& domain) {
  char name[65] = "";
  ::gethostname(name, sizeof name - 1);
  std::string text = read_file("/etc/hosts");
  const std::string entry = join({"\t", name, "\n"});
  const size_t at = text.find(entry);
  if (at == text.npos) return;
  text.replace(at, entry.size(), join({"\t", name, ".", domain, " ", name, "\n"}));
  create_file("/etc/hosts", text);
}

void complete_names(const NameOptions& names) {
  if (!names.given()) return;
  if (exists("/etc/resolv.conf")) {
    create_file("/etc/resolv.conf", completed_resolv_conf(read_file("/etc/resolv.conf"), names));
  }
  if (names.domain.empty()) return;
  explain({"domainname ", quoted(names.domain)});
  if (::setdomainname(names.domain.data(), names.domain.size()) == -1) {
    throw_errno({"set the domain name to ", names.domain});
  }
  if (exists("/etc/hosts")) add_domain_to_hosts(names.domain);
}

}  // namespace stepbox
