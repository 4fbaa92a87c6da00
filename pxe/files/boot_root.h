// The folder that boot files come from. Nothing outside of it can be opened, whatever a client
// names and whatever symbolic links are in it: the kernel itself resolves every name beneath the
// folder (openat2 with RESOLVE_BENEATH, Linux 5.6).
#pragma once

#include "core/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace switchyard::pxe {

// An open regular file, read only. Closed with its owner. Thread-safe.
class BootFile {
 public:
  explicit BootFile(int descriptor) : descriptor_(descriptor) {}

  ~BootFile();
  BootFile(const BootFile&) = delete;
  BootFile& operator=(const BootFile&) = delete;

  // Bytes, as of the opening.
  [[nodiscard]] std::uint64_t size() const { return size_; }

  // When its content changed last, microseconds since 1970 UTC, as of the opening.
  [[nodiscard]] std::int64_t modified() const { return modified_; }

  // Changes whenever the content does (RFC 9110 8.8.3, with the quotes).
  [[nodiscard]] std::string entity_tag() const;

  // Bytes read at `offset`, at most `count`; fewer only at the end of the file or when it fails.
  [[nodiscard]] std::size_t read_at(std::uint64_t offset, char* to, std::size_t count) const;

  // For sendfile(2); stays ours.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  friend class BootRoot;
  int descriptor_;
  std::uint64_t size_{};
  std::uint64_t inode_{};
  std::int64_t modified_{};
};

// A name as a client may write it, made relative to the root: a leading '/', doubled '/' and '\'
// for '/' (old firmware) go. Invalid: empty, longer than 1,024 bytes, a control character, or a
// segment that begins with '.' (which has "..", and files that are still being written).
[[nodiscard]] Result<std::string> relative_name(std::string_view name);

// Thread-safe.
class BootRoot {
 public:
  // NotFound: no such folder; Unavailable: it cannot be opened, or the kernel has no openat2.
  [[nodiscard]] static Result<std::shared_ptr<const BootRoot>> open(const std::string& folder);

  explicit BootRoot(int descriptor) : descriptor_(descriptor) {}

  ~BootRoot();
  BootRoot(const BootRoot&) = delete;
  BootRoot& operator=(const BootRoot&) = delete;

  // `name` as of a client (see relative_name). NotFound: there is none, it is not a regular file or
  // leads out of the folder; Invalid: never a name; Rejected: not readable; Unavailable: too many
  // open files. The text may be shown to the client: it has the name and nothing of the folder.
  [[nodiscard]] Result<std::shared_ptr<const BootFile>> find(std::string_view name) const;

 private:
  int descriptor_;
};

}  // namespace switchyard::pxe
