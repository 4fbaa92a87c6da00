#include "switch-drivers/cumulus-nvue/exchange.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

using nlohmann::json;

const std::string kRoot = "/nvue_v1/";
constexpr std::size_t kMostShown = 300;

HttpRequest get(const std::string& path) {
  return {.method = "GET", .path = kRoot + path, .headers = {{"Accept", "application/json"}}};
}

HttpRequest send(std::string method, const std::string& path, std::string body) {
  return {.method = std::move(method),
          .path = kRoot + path,
          .headers = {{"Content-Type", "application/json"}},
          .body = std::move(body)};
}

// The id of a revision may have slashes.
std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                       c == '.' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string revision_path(const std::string& id) { return "revision/" + encoded(id); }

const char* address_family(Family family) {
  return family == Family::V4 ? "ipv4-unicast" : "ipv6-unicast";
}

tl::unexpected<Error> strange(std::string_view what) {
  return failure(Errc::Rejected, fmt::format("the switch answered no {}", what));
}

json parsed(const HttpAnswer& answer) {
  return json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
}

std::string text_at(const json& node, const char* key) {
  if (!node.is_object()) return {};
  const auto found = node.find(key);
  if (found == node.end() || found->is_structured()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

const json& node_at(const json& node, const char* key) {
  static const json none = json::object();
  if (!node.is_object()) return none;
  const auto found = node.find(key);
  return found == node.end() ? none : *found;
}

template <class T> T number(const std::string& text) {
  T value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// All texts called "message", one after the other, down to some depth.
void add_messages(const json& node, std::string& into, int depth = 0) {
  constexpr int kDeepest = 8;
  if (depth > kDeepest) return;
  if (node.is_array())
    for (const json& one : node)
      add_messages(one, into, depth + 1);
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) {
    if (key == "message" && value.is_string())
      into += (into.empty() ? "" : "; ") + value.get<std::string>();
    else
      add_messages(value, into, depth + 1);
  }
}

Revision revision_of(const json& node) {
  Revision revision{.state = text_at(node, "state")};
  add_messages(node_at(node_at(node, "transition"), "issue"), revision.issues);
  // With "confirm" it asks whether one is sure until that is confirmed; whether one is sure of the
  // applying itself was answered with it.
  const auto is = [&](std::string_view state) { return revision.state == state; };
  if (is("applied") || is("applied_and_saved"))
    revision.progress = Progress::Applied;
  else if (is("ays") || is("confirm"))
    revision.progress = Progress::Waits;
  else if (is("apply") || is("checking") || is("readied") || is("reloading") || is("save") ||
           is("inactive"))
    revision.progress = Progress::Runs;
  else
    revision.progress = Progress::Failed;  // invalid, ays_fail, ignore_fail, …
  return revision;
}

Result<Prefix> prefix_of(const std::string& text) {
  auto prefix = parse_prefix(text);
  if (!prefix) return tl::unexpected(prefix.error().in("a route of the switch"));
  return prefix;
}

}  // namespace

HttpRequest read_applied() { return get("?rev=applied&filled=false"); }

HttpRequest read_startup() { return get("?rev=startup&filled=false"); }

HttpRequest read_interfaces() { return get("interface?rev=operational"); }

HttpRequest read_system() { return get("system?rev=operational"); }

HttpRequest read_boot() { return get("system/reboot/reason?rev=operational"); }

HttpRequest read_revisions() { return get("revision"); }

HttpRequest read_revision(const std::string& id) { return get(revision_path(id)); }

HttpRequest read_neighbours(const VrfName& vrf) {
  return get(fmt::format("vrf/{}/router/bgp/neighbor?rev=operational", encoded(vrf.value)));
}

HttpRequest read_routes(const VrfName& vrf, Family family) {
  return get(fmt::format("vrf/{}/router/bgp/address-family/{}/route?rev=operational",
                         encoded(vrf.value), address_family(family)));
}

HttpRequest read_received(const VrfName& vrf, const std::string& unit, Family family) {
  return get(
      fmt::format("vrf/{}/router/bgp/neighbor/{}/address-family/{}/received-routes?rev=operational",
                  encoded(vrf.value), encoded(unit), address_family(family)));
}

HttpRequest new_revision() { return send("POST", "revision", "{}"); }

HttpRequest drop_revision(const std::string& id) { return send("DELETE", revision_path(id), ""); }

std::vector<HttpRequest> edit(const std::string& id, const Edits& edits) {
  std::vector<HttpRequest> requests;
  const std::string path = "?rev=" + encoded(id);
  if (!edits.unset.empty()) requests.push_back(send("PATCH", path, to_json(edits.unset)));
  if (!edits.set.empty()) requests.push_back(send("PATCH", path, to_json(edits.set)));
  return requests;
}

HttpRequest apply_for(const std::string& id, std::chrono::seconds undo_after) {
  const json body{{"state", "apply"},
                  {"auto-prompt", {{"ays", "ays_yes"}, {"confirm", "confirm_yes"}}},
                  {"state-controls", {{"confirm", undo_after.count()}}}};
  return send("PATCH", revision_path(id), body.dump());
}

HttpRequest confirm(const std::string& id) {
  return send("PATCH", revision_path(id), R"({"state":"apply","auto-prompt":{"ays":"ays_yes"}})");
}

HttpRequest take_back(const std::string& id) {
  return send("PATCH", revision_path(id), R"({"state":"apply","auto-prompt":{"ays":"ays_no"}})");
}

HttpRequest save() {
  return send("PATCH", "revision/applied", R"({"state":"save","auto-prompt":{"ays":"ays_yes"}})");
}

std::optional<Error> error_of(const HttpAnswer& answer) {
  constexpr unsigned kFirstError = 300;
  if (answer.status < kFirstError) return std::nullopt;
  const json body = parsed(answer);
  std::string said = text_at(body, "detail");
  if (said.empty()) said = text_at(body, "title");
  if (said.empty()) add_messages(body, said);
  if (said.size() > kMostShown) said.resize(kMostShown);
  std::string message = fmt::format("HTTP {}{}{}", answer.status, said.empty() ? "" : ": ", said);
  if (answer.status == 403)
    message += "; the password of a new switch must be changed before its API may be used";
  if (answer.status == 404) return Error{Errc::NotFound, std::move(message)};
  const bool busy =
      answer.status == 429 || answer.status == 502 || answer.status == 503 || answer.status == 504;
  return Error{busy ? Errc::Unavailable : Errc::Rejected, std::move(message)};
}

Result<std::string> parse_new_revision(const HttpAnswer& answer) {
  const json body = parsed(answer);
  if (!body.is_object() || body.size() != 1) return strange("new revision");
  return body.begin().key();
}

Result<Revision> parse_revision(const HttpAnswer& answer) {
  const json body = parsed(answer);
  if (text_at(body, "state").empty()) return strange("state of a revision");
  return revision_of(body);
}

Result<std::optional<std::string>> parse_waiting(const HttpAnswer& answer) {
  const json body = parsed(answer);
  if (!body.is_object()) return strange("revisions");
  for (const auto& [id, node] : body.items())
    if (revision_of(node).progress == Progress::Waits) return std::optional{id};
  return std::optional<std::string>{};
}

Result<std::map<std::string, bool>> parse_interfaces(const HttpAnswer& answer) {
  const json body = parsed(answer);
  if (!body.is_object()) return strange("interfaces");
  std::map<std::string, bool> up;
  for (const auto& [name, node] : body.items()) {
    const json& link = node_at(node, "link");
    std::string state = text_at(link, "admin-status");
    if (state.empty()) state = node_at(link, "state").contains("up") ? "up" : "";
    up[name] = state == "up";
  }
  return up;
}

Result<System> parse_system(const HttpAnswer& answer) {
  const json body = parsed(answer);
  if (!body.is_object()) return strange("system");
  System system{.hostname = text_at(body, "hostname")};
  // "Cumulus Linux 5.9.1", or a field of its own.
  const std::string build = text_at(body, "build");
  system.version = build.substr(build.rfind(' ') + 1);
  if (system.version.empty()) system.version = text_at(body, "product-release");
  if (system.version.empty()) return strange("version of Cumulus Linux");
  return system;
}

std::string parse_boot(const HttpAnswer& answer) {
  return error_of(answer) ? std::string{} : text_at(parsed(answer), "gentime");
}

std::optional<std::pair<int, int>> version_of(const System& system) {
  const std::size_t dot = system.version.find('.');
  if (dot == std::string::npos) return std::nullopt;
  return std::pair{number<int>(system.version), number<int>(system.version.substr(dot + 1))};
}

Result<std::map<std::string, Neighbour>> parse_neighbours(const HttpAnswer& answer) {
  const json body = parsed(answer);
  if (!body.is_object()) return strange("neighbours");
  std::map<std::string, Neighbour> neighbours;
  for (const auto& [unit, node] : body.items()) {
    Neighbour one{
        .state = text_at(node, "state"),
        .asn = number<std::uint32_t>(text_at(node, "remote-as")),
        .established_for = std::chrono::milliseconds{number<long long>(text_at(node, "uptime"))}};
    if (!one.state.empty())
      one.state.front() =
          static_cast<char>(std::toupper(static_cast<unsigned char>(one.state.front())));
    neighbours.emplace(unit, std::move(one));
  }
  return neighbours;
}

Result<std::map<std::string, std::vector<Prefix>>> parse_routes(const HttpAnswer& answer) {
  const json body = parsed(answer);
  if (!body.is_object()) return strange("routes");
  std::map<std::string, std::vector<Prefix>> routes;
  for (const auto& [text, node] : body.items()) {
    const auto prefix = prefix_of(text);
    if (!prefix) return tl::unexpected(prefix.error());
    for (const json& path : node_at(node, "path")) {
      const json& peer = node_at(path, "peer");
      std::string from = text_at(peer, "interface");
      if (from.empty()) from = text_at(peer, "id");
      routes[from].push_back(*prefix);
    }
  }
  for (auto& [from, prefixes] : routes)
    std::sort(prefixes.begin(), prefixes.end());
  return routes;
}

Result<std::vector<Prefix>> parse_received(const HttpAnswer& answer) {
  const json body = parsed(answer);
  if (!body.is_object()) return strange("received routes");
  std::vector<Prefix> prefixes;
  for (const auto& [text, node] : body.items()) {
    const auto prefix = prefix_of(text);
    if (!prefix) return tl::unexpected(prefix.error());
    prefixes.push_back(*prefix);
  }
  return prefixes;
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
