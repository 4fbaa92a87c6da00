#include "pxe/files/boot_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace switchyard::pxe {
namespace {

constexpr std::size_t kLongestName = 1024;

int open_beneath(int folder, const char* name, std::uint64_t flags) {
  ::open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, folder, name, &how, sizeof how));
}

Error open_error(const std::string& name, int code) {
  switch (code) {
    case EACCES:
    case EPERM: return {Errc::Rejected, "file " + name + " is not readable"};
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN: return {Errc::Unavailable, "file " + name + " cannot be opened at the moment"};
    default: return {Errc::NotFound, "no file " + name};
  }
}

}  // namespace

BootFile::~BootFile() { ::close(descriptor_); }

std::string BootFile::entity_tag() const {
  return "\"" + std::to_string(inode_) + "-" + std::to_string(modified_) + "-" +
         std::to_string(size_) + "\"";
}

std::size_t BootFile::read_at(std::uint64_t offset, char* to, std::size_t count) const {
  std::size_t done = 0;
  while (done < count) {
    const auto got =
        ::pread(descriptor_, to + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<std::string> relative_name(std::string_view name) {
  if (name.size() > kLongestName)
    return failure(Errc::Invalid, "a file name is longer than 1024 bytes");
  std::string relative;
  bool at_start = true;  // of a segment
  for (const char given : name) {
    const char c = given == '\\' ? '/' : given;
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return failure(Errc::Invalid, "a file name has a control character");
    if (at_start && c == '/') continue;
    if (at_start && c == '.')
      return failure(Errc::Invalid, "a file name has a part that begins with a dot");
    at_start = c == '/';
    relative += c;
  }
  if (relative.empty() || at_start) return failure(Errc::Invalid, "a file name is empty");
  return relative;
}

BootRoot::~BootRoot() { ::close(descriptor_); }

Result<std::shared_ptr<const BootRoot>> BootRoot::open(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    const auto code = errno == ENOENT || errno == ENOTDIR ? Errc::NotFound : Errc::Unavailable;
    return failure(code,
                   "boot files folder " + folder + ": " + std::generic_category().message(errno));
  }
  auto root = std::make_shared<const BootRoot>(descriptor);
  const int probe = open_beneath(descriptor, ".", O_PATH | O_DIRECTORY);
  if (probe < 0) {
    return failure(Errc::Unavailable, "boot files folder " + folder +
                                          ": openat2: " + std::generic_category().message(errno));
  }
  ::close(probe);
  return root;
}

Result<std::shared_ptr<const BootFile>> BootRoot::find(std::string_view name) const {
  const auto relative = relative_name(name);
  if (!relative) return tl::unexpected(relative.error());
  // O_NONBLOCK: a FIFO in the folder must not make us wait for its writer.
  const int descriptor = open_beneath(descriptor_, relative->c_str(), O_RDONLY | O_NONBLOCK);
  if (descriptor < 0) return tl::unexpected(open_error(*relative, errno));
  auto file = std::make_shared<BootFile>(descriptor);

  struct stat facts {};

  if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode))
    return failure(Errc::NotFound, *relative + " is not a file");
  file->size_ = static_cast<std::uint64_t>(facts.st_size);
  file->inode_ = facts.st_ino;
  file->modified_ = facts.st_mtim.tv_sec * std::int64_t{1'000'000} + facts.st_mtim.tv_nsec / 1000;
  return file;
}

}  // namespace switchyard::pxe
