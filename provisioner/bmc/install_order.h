// What is put on a server.
#pragma once

#include <cstddef>
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

// How the root is put on the disks, for images that bring no partitions of their own.
struct DiskLayout {
  bool raid1{};  // over two disks, each of which boots
  bool lvm{};    // a volume, on the disk or on the mirror
  friend bool operator==(const DiskLayout&, const DiskLayout&) = default;
};

// An account on the server beside root.
struct HostUser {
  std::string name{};
  std::vector<std::string> ssh_keys{};  // OpenSSH public keys, at least one
  bool sudo{};                          // may become root
  friend bool operator==(const HostUser&, const HostUser&) = default;
};

inline constexpr std::size_t kMostUserData = 32U << 10U;  // bytes, for cloud-init

struct InstallOrder {
  std::string operation{};  // makes it idempotent: the same operation is the same install
  std::string image{};
  int image_version{};  // 0: the inventory's
  std::string hostname{};
  DiskLayout layout{};
  std::vector<HostFile> files{};
  std::vector<std::string> ssh_keys{};  // of whoever ordered, for installers that make users
  bool needs_cloud_init{};              // there is user data among `files`
};

struct RescueOrder {
  std::string operation{};
  std::vector<std::string> ssh_keys{};  // OpenSSH public keys of those who get in
};

}  // namespace switchyard::provisioner
