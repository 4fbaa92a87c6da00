// What the service tells the RAM system to do. One JSON document of at most 1 MiB each way.
#pragma once

#include "core/result.h"
#include "core/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace switchyard::pxe::installer {

class Fields;

enum class ImageFormat { Tar, TarZst, Raw, RawZst };

// Of a disk with its partitions, and not of files.
[[nodiscard]] bool is_whole_disk(ImageFormat format);

struct Image {
  std::string name{};
  std::string url{};  // a path below the service's address: "/files/images/debian-12.tar.zst"
  ImageFormat format{};
  std::uint64_t bytes{};  // of the file that is fetched, more than 0
  std::string sha256{};   // of the file that is fetched, 64 lower-case hex digits
  bool phones_home{};     // of a manifest: it has the program that does (image/build-debian.sh)
  bool has_cloud_init{};  // of a manifest
};

struct Layout {
  std::string disk{"auto"};  // or a path below /dev
  std::string filesystem{"ext4"};
  bool raid1{};
  bool lvm{};
};

struct TaskFile {
  std::string path{};   // absolute, without "." and ".." parts
  unsigned mode{};      // 0..07777; four octal digits on the wire
  std::string owner{};  // "user:group" of the image, or empty: root
  std::string content{};
};

struct PhoneHome {
  std::string url{};  // https
  std::string pin{};  // "sha256//BASE64" of the certificate's public key
  Secret token{};
};

struct InstallWork {
  std::string hostname{};
  Image image{};
  Layout layout{};
  std::vector<TaskFile> files{};  // at most 256
  std::optional<PhoneHome> phone_home{};
};

struct WipeWork {};

struct InspectWork {};

struct RescueWork {
  std::vector<std::string> ssh_keys{};  // lines of authorized_keys, 1..64
};

// A file below the service's address, fetched whole and checked.
struct Download {
  std::string url{};  // a path: "/files/images/debian-12-native/linux"
  std::uint64_t bytes{};
  std::string sha256{};
};

// Another system takes over: a distribution's own installer, which speaks to the service itself.
struct HandOverWork {
  Download kernel{};
  Download initrd{};
  // Of the kernel. "{session}" stands for the session's secret, "{bootif}" for the NIC
  // the server booted from, as in PXELINUX's BOOTIF=.
  std::string arguments{};
};

struct Task {
  std::string operation{};
  std::variant<InstallWork, WipeWork, InspectWork, RescueWork, HandOverWork> work{};
};

// Invalid, naming the field. Unknown fields are refused.
[[nodiscard]] Result<Task> parse_task(std::string_view body);
// A download within a larger document, {"url":"/files/…","bytes":1,"sha256":"…"}.
[[nodiscard]] Download read_download(Fields fields);
// Lower-case hex, 64 digits.
[[nodiscard]] bool is_sha256(std::string_view text);
// An image as its builder describes it (image/build-debian.sh): the same fields without the URL.
[[nodiscard]] Result<Image> parse_manifest(std::string_view body);
[[nodiscard]] std::string_view to_string(ImageFormat format);  // "tar", "tar.zst", "raw", "raw.zst"
// The body of an answer; holds the phone-home token in clear.
[[nodiscard]] std::string to_json_text(const Task& task);

// Absolute, at most 512 bytes, no empty, "." or ".." part, no control character.
[[nodiscard]] bool is_clean_path(std::string_view path);

}  // namespace switchyard::pxe::installer
