// The files a network catalog puts on a server.
#pragma once

#include "catalogs/catalog_definition.h"
#include "catalogs/render/template_engine.h"
#include "catalogs/server_view.h"
#include "core/result.h"

#include <string>
#include <vector>

namespace switchyard::catalogs {

struct RenderedFile {
  std::string path{};
  std::string mode{};
  std::string owner{};
  std::string content{};
  std::string made_by{};  // the template
  friend bool operator==(const RenderedFile&, const RenderedFile&) = default;
};

struct RenderedServer {
  std::vector<RenderedFile> files{};
  std::vector<Fault> faults{};  // empty: `files` are all there
};

// In the order of the definition, by VRF, link or leg within; `vars` are the server's variables and
// the defaults of the catalog's schema. Faults: a template's own, a path that
// is not one ('..', a control character, not absolute), the same path twice. Errors: of the engine.
[[nodiscard]] Result<RenderedServer> render_server(TemplateEngine& engine,
                                                   const TemplateFiles& files,
                                                   const CatalogDefinition& definition,
                                                   const ServerView& server);

}  // namespace switchyard::catalogs
