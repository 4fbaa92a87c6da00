#include "web/cli/ssh_keys.h"

#include "web/cli/commands.h"

#include <sstream>

namespace switchyard::web::cli {

using nlohmann::json;

Outcome<json> ssh_keys_of(const std::vector<std::string>& files) {
  json keys = json::array();
  for (const std::string& file : files) {
    const auto text = read_text_file(file);
    if (!text) return tl::unexpected(text.error());
    if (text->find("PRIVATE KEY-----") != std::string::npos)
      return wrong_usage(file + " is a private key, which must stay with you",
                         "give the public one, " + file + ".pub");
    const auto before = keys.size();
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty() && line.front() != '#') keys.push_back(line);
    }
    if (keys.size() == before) return wrong_usage(file + " has no SSH public key in it");
  }
  return keys;
}

}  // namespace switchyard::web::cli
