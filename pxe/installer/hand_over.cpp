#include "pxe/installer/hand_over.h"

#include "pxe/installer/checked_fetch.h"

#include <linux/reboot.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace switchyard::pxe::installer {
namespace {

// A file in memory, closed when it ends.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : descriptor_(::memfd_create(name, MFD_CLOEXEC)) {}

  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  ~MemoryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  [[nodiscard]] int descriptor() const { return descriptor_; }

  Status write(const char* data, std::size_t size) const {
    while (size > 0) {
      const ssize_t written = ::write(descriptor_, data, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0)
        return failure(Errc::Unavailable, std::string("no memory for it: ") + strerror(errno));
      data += written;
      size -= static_cast<std::size_t>(written);
    }
    return {};
  }

 private:
  int descriptor_;
};

Status fetch_into(const MemoryFile& memory, const Download& file, const std::string& name,
                  ServiceClient& service, Reporter& reporter) {
  const Status fetched =
      fetch_checked(file, name, service, reporter,
                    [&](const char* data, std::size_t size) { return memory.write(data, size); });
  if (!fetched) return tl::unexpected(fetched.error().in(name + " " + file.url));
  return {};
}

}  // namespace

Status hand_over(const HandOverWork& work, const std::string& arguments, ServiceClient& service,
                 Reporter& reporter) {
  const MemoryFile kernel("kernel"), initrd("initrd");
  if (const Status done = fetch_into(kernel, work.kernel, "kernel", service, reporter); !done)
    return done;
  if (const Status done = fetch_into(initrd, work.initrd, "initrd", service, reporter); !done)
    return done;
  if (::syscall(SYS_kexec_file_load, kernel.descriptor(), initrd.descriptor(), arguments.size() + 1,
                arguments.c_str(), 0UL) != 0)
    return failure(Errc::Rejected, "kernel " + work.kernel.url +
                                       " cannot be booted from here: " + strerror(errno) +
                                       " (under Secure Boot its signature must be one this "
                                       "firmware knows)");
  if (const Status told = reporter.report(Phase::Writing, 100, "handing over"); !told) return told;
  ::sync();
  ::reboot(static_cast<int>(LINUX_REBOOT_CMD_KEXEC));
  return failure(Errc::Rejected,
                 "kernel " + work.kernel.url + " was not booted: " + strerror(errno));
}

}  // namespace switchyard::pxe::installer
