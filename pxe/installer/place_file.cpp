#include "pxe/installer/place_file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>

namespace switchyard::pxe::installer {
namespace {

class Handle {
 public:
  explicit Handle(int number) : number_(number) {}

  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  ~Handle() {
    if (number_ >= 0) ::close(number_);
  }

  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

// RESOLVE_IN_ROOT: absolute links and ".." end at `root` (openat2(2)).
int open_inside(int root, const std::string& path, std::uint64_t flags) {
  open_how how{.flags = flags | O_CLOEXEC, .mode = 0, .resolve = RESOLVE_IN_ROOT};
  return static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how));
}

tl::unexpected<Error> failed(const std::string& path, const std::string& doing) {
  return failure(Errc::Rejected, path + ": " + doing + ": " + std::strerror(errno));
}

// Makes the folders above `path` that are missing, each inside the one above it.
Status make_parents(int root, const std::string& path) {
  std::string above = ".";
  for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    const auto folder = path.substr(0, at);
    const Handle parent{open_inside(root, above, O_PATH | O_DIRECTORY)};
    const auto name = folder.substr(folder.rfind('/') + 1);
    if (::mkdirat(parent.get(), name.c_str(), 0755) != 0 && errno != EEXIST)
      return failed(path, "make " + folder);
    above = folder;
  }
  return {};
}

// The third field of the line of `name` in a file like passwd.
std::optional<unsigned> number_of(int root, const std::string& file, const std::string& name) {
  const Handle opened{open_inside(root, file, O_RDONLY)};
  if (opened.get() < 0) return std::nullopt;
  std::ifstream stream{"/proc/self/fd/" + std::to_string(opened.get())};
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with(name + ":")) continue;
    const auto second = line.find(':', name.size() + 1);
    if (second == std::string::npos) return std::nullopt;
    return static_cast<unsigned>(std::strtoul(line.c_str() + second + 1, nullptr, 10));
  }
  return std::nullopt;
}

Status write_whole(int file, const TaskFile& wanted, unsigned user, unsigned group) {
  std::string_view left = wanted.content;
  while (!left.empty()) {
    const auto put = ::write(file, left.data(), left.size());
    if (put <= 0) return failed(wanted.path, "write");
    left.remove_prefix(static_cast<std::size_t>(put));
  }
  // The owner first: chown takes the set-id bits away.
  if (::fchown(file, user, group) != 0 || ::fchmod(file, wanted.mode) != 0 || ::fsync(file) != 0)
    return failed(wanted.path, "owner or mode");
  return {};
}

}  // namespace

Status place_file(const std::string& root, const TaskFile& file) {
  const Handle top{::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (top.get() < 0) return failed(root, "open");
  unsigned user = 0, group = 0;
  if (const auto colon = file.owner.find(':'); colon != std::string::npos) {
    const auto found_user = number_of(top.get(), "/etc/passwd", file.owner.substr(0, colon));
    const auto found_group = number_of(top.get(), "/etc/group", file.owner.substr(colon + 1));
    if (!found_user || !found_group)
      return failure(Errc::NotFound, file.path + ": the image has no " + file.owner);
    user = *found_user;
    group = *found_group;
  }
  if (auto made = make_parents(top.get(), file.path); !made) return made;
  const auto slash = file.path.rfind('/');
  const Handle folder{
      open_inside(top.get(), slash == 0 ? "." : file.path.substr(0, slash), O_PATH | O_DIRECTORY)};
  if (folder.get() < 0) return failed(file.path, "open its folder");
  const auto name = file.path.substr(slash + 1);
  const std::string fresh = ".switchyard-new";
  ::unlinkat(folder.get(), fresh.c_str(), 0);
  const Handle opened{::openat(folder.get(), fresh.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (opened.get() < 0) return failed(file.path, "create");
  if (auto written = write_whole(opened.get(), file, user, group); !written) return written;
  if (::renameat(folder.get(), fresh.c_str(), folder.get(), name.c_str()) != 0)
    return failed(file.path, "rename");
  return {};
}

Status has_content(const std::string& root, const TaskFile& file) {
  const Handle top{::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  const Handle opened{open_inside(top.get(), file.path, O_RDONLY)};
  if (opened.get() < 0) return failed(file.path, "read back");

  struct stat about {};

  if (::fstat(opened.get(), &about) != 0 || (about.st_mode & 07777U) != file.mode)
    return failure(Errc::Rejected, file.path + ": read back with another mode");
  std::ifstream stream{"/proc/self/fd/" + std::to_string(opened.get()), std::ios::binary};
  const std::string content{std::istreambuf_iterator<char>{stream}, {}};
  if (content != file.content)
    return failure(Errc::Rejected, file.path + ": read back with another content");
  return {};
}

}  // namespace switchyard::pxe::installer
