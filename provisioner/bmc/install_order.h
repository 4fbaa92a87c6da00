// What is put on a server.
#pragma once

#include <string>
#include <vector>

namespace switchyard::provisioner {

// A file for the installed system, rendered for this server.
struct HostFile {
  std::string path{};
  std::string mode{"0644"};
  std::string owner{};  // "user:group" of the image, or empty: root
  std::string content{};
};

struct InstallOrder {
  std::string operation{};  // makes it idempotent: the same operation is the same install
  std::string image{};
  std::string hostname{};
  std::vector<HostFile> files{};
  std::vector<std::string> ssh_keys{};  // of whoever ordered, for installers that make users
};

}  // namespace switchyard::provisioner
