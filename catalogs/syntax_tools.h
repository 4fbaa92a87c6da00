// The real programs that can say whether rendered files are theirs.
#pragma once

#include "catalogs/render_server.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::catalogs {

struct SyntaxCheck {
  std::vector<Fault> faults{};       // file and line of what was rendered
  std::vector<std::string> notes{};  // what nobody looked at, and why
};

// Where the answers to an installer lie for these programs: "/answers/preseed.cfg".
inline constexpr std::string_view kAnswers = "/answers/";

// Looks at files by their paths: FRR's vtysh, netplan, ifupdown2's own reader, nmcli; sh and bash
// for scripts; debconf, cloud-init, ignition-validate and xmllint for answers. Nothing is run that
// a file says, and no program sees another file than those it is given. Writes into a temporary
// folder; at most 20 s a program. What a program said of a text is kept for the life of the
// process. Not thread-safe.
class SyntaxTools {
 public:
  // Of one server: those that a program reads together are given to it together. What was looked at
  // before is not looked at again.
  [[nodiscard]] SyntaxCheck check(const std::vector<RenderedFile>& files);

 private:
  std::set<std::string> seen_{};
};

}  // namespace switchyard::catalogs
