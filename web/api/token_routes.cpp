#include "web/api/token_routes.h"

#include "web/api/authorise.h"
#include "web/api/fields.h"
#include "web/api/page.h"

namespace switchyard::web::api {
namespace {

json to_json(const Token& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"role", std::string(to_string(token.role))},
          {"scopes", token.scopes},
          {"project", token.project},
          {"created_at", time_json(token.created)},
          {"created_by", token.created_by},
          {"expires_at", time_json(token.expires)},
          {"last_used_at", time_json(token.last_used)},
          {"revoked_at", time_json(token.revoked)},
          {"version", token.version}};
}

Reply token_reply(const Token& token) {
  return {.body = to_json(token), .etag = etag_of(token.version)};
}

void read_scopes(Fields& fields, Token& token) {
  token.scopes = fields.texts("scopes", 8);
  for (const std::string& scope : token.scopes) {
    if (!parse_scope(scope))
      fields.report("scopes", "invalid",
                    "knows read, deploy, network and administer, not " + scope);
  }
}

void read_expiry(Fields& fields, Token& token) {
  const auto text = fields.maybe_text("expires_at");
  if (!text) return;
  const auto time = parse_time(*text);
  if (time)
    token.expires = *time;
  else
    fields.report("expires_at", "invalid", time.error().message);
}

void read_name(Fields& fields, Token& token) {
  token.name = fields.text("name");
  if (token.name.size() > 100) fields.report("name", "invalid", "must have at most 100 bytes");
}

Checked<Token> parse_new_token(const Call& call) {
  const auto body = json_body(call);
  if (!body) return tl::unexpected(body.error());
  std::vector<FieldError> errors;
  Fields fields(*body, "", errors);
  Token token{.created_by = call.principal.name};
  read_name(fields, token);
  const std::string role = fields.text("role");
  const auto known = parse_role(role);
  if (!known && !role.empty())
    fields.report("role", "invalid", "must be viewer, developer, network-engineer or admin");
  token.role = known.value_or(Role::Viewer);
  read_scopes(fields, token);
  token.project = fields.text_or("project", "");
  if (token.project.size() > 100)
    fields.report("project", "invalid", "must have at most 100 bytes");
  read_expiry(fields, token);
  fields.done();
  const auto good = no_errors(std::move(errors));
  if (!good) return tl::unexpected(good.error());
  return token;
}

Answer create(Api& api, const Call& call) {
  auto wanted = parse_new_token(call);
  if (!wanted) return tl::unexpected(wanted.error());
  if (call.dry_run) return Reply{.body = to_json(*wanted)};
  const auto made = checked(api.tokens().create(std::move(*wanted)));
  if (!made) return tl::unexpected(made.error());
  Reply reply = token_reply(made->token);
  reply.status = 201;
  reply.location = "/api/v1/tokens/" + made->token.id;
  // Shown this once: what is kept for a replay has no secret.
  reply.stored_body = reply.body;
  reply.body["secret"] = made->text.reveal();
  return reply;
}

// JSON Merge Patch (RFC 7396) of name, scopes and expires_at.
Answer change(Api& api, const Call& call) {
  auto found = checked(api.tokens().find(call.parameter("id")));
  if (!found) return tl::unexpected(found.error());
  const auto fresh = require_version(call, found->version);
  if (!fresh) return tl::unexpected(fresh.error());
  const auto body = json_body(call);
  if (!body) return tl::unexpected(body.error());
  std::vector<FieldError> errors;
  Fields fields(*body, "", errors);
  if (fields.has("name")) read_name(fields, *found);
  if (fields.has("scopes")) read_scopes(fields, *found);
  if (fields.has("expires_at")) {
    found->expires = {};
    read_expiry(fields, *found);
  }
  fields.done();
  const auto good = no_errors(std::move(errors));
  if (!good) return tl::unexpected(good.error());
  if (call.dry_run) return Reply{.body = to_json(*found)};
  const auto stored = checked(api.tokens().update(*found));
  if (!stored) return tl::unexpected(stored.error());
  ++found->version;
  return token_reply(*found);
}

Answer revoke(Api& api, const Call& call) {
  const auto found = checked(api.tokens().find(call.parameter("id")));
  if (!found) return tl::unexpected(found.error());
  const auto fresh = require_version(call, found->version);
  if (!fresh) return tl::unexpected(fresh.error());
  if (call.dry_run) return Reply{.status = 204};
  const auto revoked = checked(api.tokens().revoke(found->id));
  if (!revoked) return tl::unexpected(revoked.error());
  return Reply{.status = 204};
}

Answer list(Api& api, const Call& call) {
  const auto page = page_of(call, api.keys());
  if (!page) return tl::unexpected(page.error());
  const auto found = checked(api.tokens().list(page->after, page->size));
  if (!found) return tl::unexpected(found.error());
  json items = json::array();
  for (const Token& token : found->items)
    items.push_back(to_json(token));
  return list_reply(call, api.keys(), std::move(items), found->next);
}

}  // namespace

void add_tokens(Api& api) {
  api.get("/api/v1/tokens", {"page_size", "page_token"},
          [&api](const Call& call) { return list(api, call); });
  api.post("/api/v1/tokens", [&api](const Call& call) { return create(api, call); });
  api.get("/api/v1/tokens/:id", {}, [&api](const Call& call) -> Answer {
    const auto found = checked(api.tokens().find(call.parameter("id")));
    if (!found) return tl::unexpected(found.error());
    return token_reply(*found);
  });
  api.patch("/api/v1/tokens/:id", [&api](const Call& call) { return change(api, call); });
  api.remove("/api/v1/tokens/:id", [&api](const Call& call) { return revoke(api, call); });
}

}  // namespace switchyard::web::api
