// The real programs that can say whether a rendered file is one of theirs.
#pragma once

#include "catalogs/render_server.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::catalogs {

struct SyntaxCheck {
  std::vector<Fault> faults{};  // file and line of what was rendered
  std::optional<std::string>
      note{};  // why nobody looked: "/etc/frr/frr.conf: vtysh is not installed"
};

// Looks at a file by its path: FRR's own vtysh for /etc/frr/frr.conf, sh for shell scripts. Nothing
// is run that the file says. Writes into a temporary folder; at most 20 s.
[[nodiscard]] SyntaxCheck check_syntax(const RenderedFile& file);

}  // namespace switchyard::catalogs
