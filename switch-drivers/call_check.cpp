#include "switch-drivers/call_check.h"

#include <algorithm>
#include <set>

namespace switchyard::switch_drivers {

Status check_all(std::span<const PortIntent> wished, CheckPolicy check_policy) {
  std::set<std::string> seen;
  for (const PortIntent& intent : wished) {
    if (auto status = check(intent); !status) return status;
    for (const Attachment& attachment : intent.attachments)
      if (auto status = check_policy(attachment.policy); !status)
        return tl::unexpected(status.error().in("port " + intent.port));
    if (!seen.insert(intent.port).second)
      return failure(Errc::Invalid, "port " + intent.port + " is wished twice");
  }
  return {};
}

Status check_change_id(std::string_view change_id) {
  const bool ok = !change_id.empty() && change_id.size() <= 40 && change_id.front() != '-' &&
                  std::all_of(change_id.begin(), change_id.end(), [](char c) {
                    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                  });
  if (!ok)
    return failure(Errc::Invalid, "a change id is 1 to 40 of a-z, 0-9 and -, not beginning with -");
  return {};
}

Status check_options(const ApplyOptions& options) {
  using std::chrono::seconds;
  if (options.undo_after < seconds{10} || options.undo_after > seconds{600})
    return failure(Errc::Invalid, "undo_after must be 10 s to 600 s");
  return check_change_id(options.change_id);
}

}  // namespace switchyard::switch_drivers
