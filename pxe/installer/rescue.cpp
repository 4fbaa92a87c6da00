#include "pxe/installer/rescue.h"

#include "pxe/installer/place_file.h"
#include "pxe/installer/process.h"
#include "pxe/installer/target.h"

#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace switchyard::pxe::installer {
namespace {

const std::string kHostKey = "/run/rescue-host-key";
const std::string kPidFile = "/run/rescue.pid";

std::string fingerprint_in(const std::string& said) {
  const auto at = said.find("Fingerprint: ");
  return at == std::string::npos ? "" : said.substr(at + 13, said.find('\n', at) - at - 13);
}

Result<std::string> host_key() {
  std::error_code ignored;
  if (std::filesystem::exists(kHostKey, ignored))
    return run({.argv = {"dropbearkey", "-y", "-f", kHostKey}}).map(fingerprint_in);
  return run({.argv = {"dropbearkey", "-t", "ed25519", "-f", kHostKey}}).map(fingerprint_in);
}

}  // namespace

Result<std::string> start_rescue(const RescueWork& work, Reporter& reporter) {
  end_rescue();
  TaskFile keys{.path = "/root/.ssh/authorized_keys", .mode = 0600};
  for (const auto& key : work.ssh_keys)
    keys.content += key + "\n";
  if (auto placed = place_file("/", keys); !placed) return tl::unexpected(placed.error());
  const auto print = host_key();
  if (!print) return print;
  // No passwords, no forwarding in either direction: the server is in the provisioning network.
  return run_logged({.argv = {"dropbear", "-s", "-j", "-k", "-r", kHostKey, "-P", kPidFile}},
                    reporter)
      .map([&] { return *print; });
}

void end_rescue() {
  std::ifstream stream{kPidFile};
  pid_t pid = 0;
  if (stream >> pid && pid > 1) {
    ::kill(pid, SIGTERM);
    // Sessions are its children's; a shell somebody left must not hold a disk.
    (void)run({.argv = {"/bin/busybox", "killall", "-q", "-9", "dropbear"}});
  }
  std::error_code ignored;
  std::filesystem::remove(kPidFile, ignored);
  std::filesystem::remove("/root/.ssh/authorized_keys", ignored);
}

}  // namespace switchyard::pxe::installer
