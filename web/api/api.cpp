#include "web/api/api.h"

#include "core/db/transaction.h"
#include "core/log.h"
#include "web/api/authorise.h"
#include "web/api/outgoing.h"

#include <algorithm>
#include <exception>

namespace switchyard::web::api {
namespace {

const Error kRefused{Errc::Rejected, "the handler refused"};

using Parameters = std::map<std::string, std::string, std::less<>>;

tl::unexpected<Problem> bad_parameter(const std::string& name, const std::string& detail) {
  Problem bad{.status = 400, .code = "invalid_parameter", .detail = detail};
  bad.errors.push_back({"?" + name, "invalid", detail});
  return tl::unexpected(std::move(bad));
}

Checked<void> read_query(const Route& route, const Incoming& incoming, Call& call) {
  const auto pairs = edge::parse_query(incoming.query);
  if (!pairs) return refuse(400, "invalid_parameter", "the query has a broken percent-code");
  for (const auto& [name, value] : *pairs) {
    const bool is_known =
        std::find(route.query.begin(), route.query.end(), name) != route.query.end();
    if (!is_known) return bad_parameter(name, "the parameter '" + name + "' is not known here");
    if (!call.query.emplace(name, value).second)
      return bad_parameter(name, "the parameter '" + name + "' is there twice");
  }
  const std::string dry_run = call.query_or("dry_run", "false");
  if (dry_run != "true" && dry_run != "false")
    return bad_parameter("dry_run", "dry_run must be true or false");
  call.dry_run = dry_run == "true";
  return {};
}

Checked<Call> make_call(const Route& route, const Incoming& incoming, Principal principal) {
  auto parameters = match_path(route.pattern, incoming.path);
  if (!parameters) return refuse(400, "malformed_target", "the path has a broken percent-code");
  Call call{.method = incoming.method,
            .path = incoming.path,
            .pattern = route.pattern,
            .parameters = std::move(*parameters),
            .headers = incoming.headers,
            .body = incoming.body,
            .request_id = incoming.request_id,
            .principal = std::move(principal)};
  const auto read = read_query(route, incoming, call);
  if (!read) return tl::unexpected(read.error());
  return call;
}

bool is_idempotency_key(const std::string& key) {
  return !key.empty() && key.size() <= 128 &&
         std::all_of(key.begin(), key.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

StoredAnswer to_stored(const Reply& reply) {
  const json& shown = reply.stored_body ? *reply.stored_body : reply.body;
  return {.status = reply.status,
          .location = reply.location.value_or(""),
          .etag = reply.etag.value_or(""),
          .body = shown.is_null() ? "" : shown.dump()};
}

Reply to_reply(const StoredAnswer& stored) {
  Reply reply{.status = stored.status};
  if (!stored.location.empty()) reply.location = stored.location;
  if (!stored.etag.empty()) reply.etag = stored.etag;
  if (!stored.body.empty()) reply.body = json::parse(stored.body, nullptr, false);
  reply.replayed = true;
  return reply;
}

}  // namespace

std::optional<Parameters> match_path(std::string_view pattern, std::string_view path) {
  Parameters parameters;
  while (!pattern.empty() || !path.empty()) {
    if (!pattern.starts_with('/') || !path.starts_with('/')) return std::nullopt;
    const auto pattern_end = std::min(pattern.find('/', 1), pattern.size());
    const auto path_end = std::min(path.find('/', 1), path.size());
    const auto wanted = pattern.substr(1, pattern_end - 1);
    const auto found = path.substr(1, path_end - 1);
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
    if (wanted.starts_with(':')) {
      auto value = edge::percent_decode(found);
      if (!value || value->empty()) return std::nullopt;
      parameters.emplace(wanted.substr(1), std::move(*value));
    } else if (wanted != found) {
      return std::nullopt;
    }
  }
  return parameters;
}

Api::Api(const ApiParts& parts)
    : parts_(parts),
      tokens_(parts.pool, parts.clock, parts.keys),
      old_keys_(parts.pool, parts.clock) {}

void Api::add(Route route) { routes_.push_back(std::move(route)); }

void Api::get(std::string pattern, std::vector<std::string> query, Handler handler) {
  add({"GET", std::move(pattern), std::move(query), std::move(handler)});
}

void Api::post(std::string pattern, Handler handler) {
  add({"POST", std::move(pattern), {"dry_run"}, std::move(handler)});
}

void Api::put(std::string pattern, Handler handler) {
  add({"PUT", std::move(pattern), {"dry_run"}, std::move(handler)});
}

void Api::patch(std::string pattern, Handler handler) {
  add({"PATCH", std::move(pattern), {"dry_run"}, std::move(handler)});
}

void Api::remove(std::string pattern, Handler handler) {
  add({"DELETE", std::move(pattern), {"dry_run"}, std::move(handler)});
}

Checked<Principal> Api::authenticate(const Route& route, const Incoming& incoming) {
  // Before anything of the token is looked at: a route nobody may use costs no query.
  const auto needs = needed_permission(route.method, route.pattern);
  if (!needs) return refuse(403, "not_permitted", "nobody may do this");
  if (*needs == Permission::Public) return Principal{};
  const std::string* authorization = edge::find_header(incoming.headers, "authorization");
  if (authorization == nullptr)
    return refuse(401, "not_authenticated", "send a bearer token in the Authorization header");
  auto principal = tokens_.authenticate(*authorization);
  if (!principal && principal.error().code == Errc::Rejected)
    return refuse(401, "invalid_token", principal.error().message);
  return checked(std::move(principal));
}

Answer Api::answer(const Route& route, const Incoming& incoming) {
  auto principal = authenticate(route, incoming);
  if (!principal) return tl::unexpected(principal.error());
  const auto allowed = authorise(*principal, route.method, route.pattern);
  if (!allowed) return tl::unexpected(allowed.error());
  const auto call = make_call(route, incoming, std::move(*principal));
  if (!call) return tl::unexpected(call.error());
  const std::string* key = edge::find_header(incoming.headers, "idempotency-key");
  if (route.method != "POST" || key == nullptr || call->dry_run) return route.handler(*call);
  if (!is_idempotency_key(*key))
    return refuse(400, "invalid_idempotency_key",
                  "Idempotency-Key must be 1 to 128 visible ASCII characters");
  const std::string what = incoming.path + "?" + incoming.query + "\n" + incoming.body;
  return replay_or_run(route, *call, {call->principal.id, *key, keys().mac("idempotency", what)});
}

// One unit of work: what the handler writes and the answer that is kept for a replay. A refusal
// rolls it back: it changed nothing, and the next try may have another outcome.
Answer Api::replay_or_run(const Route& route, const Call& call, const IdempotencyKey& key) {
  old_keys_.sweep_when_due();
  Answer answer;
  const Status done = db::write_together(
      parts_.pool, route.method + " " + route.pattern, [&](db::Session& session) -> Status {
        const auto first = take_key(session, key, parts_.clock.now());
        if (!first) {
          answer = first.error().code == Errc::Invalid
                       ? refuse(422, "idempotency_key_reused", first.error().message)
                       : refuse(first.error());
          return tl::unexpected(kRefused);
        }
        answer = *first ? Answer(to_reply(**first)) : run_once(route, call);
        if (!answer) return tl::unexpected(kRefused);
        if (!*first) keep_answer(session, key, to_stored(*answer));
        return {};
      });
  if (done || done.error() == kRefused) return answer;
  return refuse(done.error());
}

Answer Api::run_once(const Route& route, const Call& call) {
  try {
    return route.handler(call);
  } catch (const std::exception& thrown) {
    log::error("a handler threw", {{"request_id", call.request_id}, {"what", thrown.what()}});
    return refuse(500, "internal_error", "something went wrong here; the log has the request id");
  }
}

Outgoing Api::handle(const Route& route, const Incoming& incoming) {
  try {
    const auto answered = answer(route, incoming);
    return answered ? to_outgoing(*answered, incoming) : to_outgoing(answered.error(), incoming);
  } catch (const std::exception& thrown) {
    log::error("a handler threw", {{"request_id", incoming.request_id}, {"what", thrown.what()}});
  } catch (...) {
    log::error("a handler threw something", {{"request_id", incoming.request_id}});
  }
  return to_outgoing(Problem{.status = 500,
                             .code = "internal_error",
                             .detail = "something went wrong here; the log has the request id"},
                     incoming);
}

Outgoing Api::handle(const Incoming& incoming) {
  std::string allow;
  for (const Route& route : routes_) {
    if (!match_path(route.pattern, incoming.path)) continue;
    if (route.method == incoming.method) return handle(route, incoming);
    allow += (allow.empty() ? "" : ", ") + route.method;
    if (route.method == "GET") allow += ", HEAD";
  }
  if (allow.empty())
    return to_outgoing(
        Problem{.status = 404, .code = "not_found", .detail = "there is nothing at this path"},
        incoming);
  return to_outgoing(Problem{.status = 405,
                             .code = "method_not_allowed",
                             .detail = "this path does not know the method " + incoming.method,
                             .allow = allow},
                     incoming);
}

}  // namespace switchyard::web::api
