#include "web/api/system.h"

#include "web/api/authorise.h"
#include "web/api/openapi.h"

namespace switchyard::web::api {
namespace {

Answer whoami(const Call& call) {
  const Principal& who = call.principal;
  json scopes = json::array();
  for (const std::string_view scope : {"read", "deploy", "network", "administer"}) {
    const bool listed = who.scopes.empty() ||
                        std::find(who.scopes.begin(), who.scopes.end(), scope) != who.scopes.end();
    if (listed && role_has(who.role, *parse_scope(scope))) scopes.push_back(scope);
  }
  return Reply{.body = {{"token_id", who.id},
                        {"name", who.name},
                        {"role", std::string(to_string(who.role))},
                        {"project", who.project},
                        {"scopes", std::move(scopes)}}};
}

}  // namespace

void add_system(Api& api, const std::string& version) {
  // Liveness only: it says that the process answers, not that the fabric is well.
  api.get("/api/v1/healthz", {}, [](const Call&) -> Answer {
    return Reply{.body = {{"status", "ok"}}};
  });
  api.get("/api/v1/version", {}, [version](const Call&) -> Answer {
    return Reply{.body = {{"version", version}, {"api", "v1"}}};
  });
  api.get("/api/v1/whoami", {}, whoami);
  api.get("/api/v1/openapi.json", {}, [document = openapi_document()](const Call&) -> Answer {
    return Reply{.body = document};
  });
}

}  // namespace switchyard::web::api
