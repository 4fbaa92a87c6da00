#include "provisioner/boot/boot_site.h"

#include "core/log.h"
#include "provisioner/boot/unattended_routes.h"
#include "pxe/files/boot_root.h"

#include <chrono>

namespace switchyard::provisioner {

using namespace std::chrono_literals;
using pxe::http::Answer;
using pxe::http::error_answer;
using pxe::http::Request;

namespace {

constexpr auto kLongPoll = 20s;
constexpr std::string_view kIpxeRoute = "/boot/ipxe";

int status_of(Errc code) {
  switch (code) {
    case Errc::Invalid: return 400;
    case Errc::NotFound: return 404;
    case Errc::Conflict: return 409;
    case Errc::Rejected: return 403;
    case Errc::Unavailable:
    case Errc::TimedOut: return 503;
  }
  return 500;
}

Answer json_answer(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = std::move(body)};
}

Answer script_answer(std::string script) {
  return {.headers = {{"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}},
          .body = std::move(script)};
}

// Whether asking again may help.
bool is_passing(const Error& error) {
  return error.code == Errc::Unavailable || error.code == Errc::TimedOut;
}

Secret bearer_of(const Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = pxe::http::value_of(request.headers, "authorization");
  return value.starts_with(kScheme) ? Secret(std::string(value.substr(kScheme.size()))) : Secret();
}

}  // namespace

Answer refused(const Error& error) { return error_answer(status_of(error.code), error.message); }

std::string task_topic(const std::string& server) { return "task of " + server; }

Answer BootSite::late(const Request& request) {
  if (request.path != kIpxeRoute) return Site::late(request);
  return script_answer(ipxe_ask_again(address_(request.client)));
}

Answer BootSite::answer(const Request& request) {
  const std::optional<Asker> asker = asker_at_(request.client);
  if (!asker)
    return error_answer(403, "the address " + request.client + " was not lent to a known server");
  if (request.path == kIpxeRoute || request.path == "/boot/grub") {
    if (request.method != "GET") return error_answer(405, "GET only");
    const auto ticket = decide(*asker, request.client);
    if (!ticket) return is_passing(ticket.error()) ? late(request) : refused(ticket.error());
    const BootAddress address = address_(request.client);
    return script_answer(request.path == kIpxeRoute
                             ? ipxe_script(*ticket, address)
                             : grub_script(*ticket, address, GrubFetch::Http));
  }
  if (request.path.starts_with(kAnswerRoute))
    return unattended_answer(desk_, request, asker->server);
  if (request.path.starts_with("/installer/v1/")) return installer(request, *asker);
  return error_answer(404, "no such route: " + request.path);
}

bool BootSite::may_fetch(const Request& request) { return asker_at_(request.client).has_value(); }

Result<BootTicket> BootSite::decide(const Asker& asker, const std::string& client) {
  if (asker.stranger)
    if (const Status noted = desk_.discover(*asker.stranger); !noted)
      return tl::unexpected(noted.error());
  auto ticket = desk_.open_boot(asker.server);
  if (!ticket) return ticket;
  ticket->for_stranger = asker.stranger.has_value();
  // The RAM system asks for IPv4 itself. Its IPv6 address is the same at every boot.
  if (client.find(':') != std::string::npos) ticket->lent = client + "/64";
  return ticket;
}

bool BootSite::is_page(std::string_view name) {
  const auto relative = pxe::relative_name(name);
  return relative && (*relative == kGrubStart || *relative == kGrubScript);
}

std::optional<std::string> BootSite::page(std::string_view name, const std::string& client) {
  const std::optional<Asker> asker = asker_at_(client);
  const auto relative = pxe::relative_name(name);
  if (!asker || !relative) return std::nullopt;
  if (*relative == kGrubStart) return grub_start();
  if (*relative != kGrubScript) return std::nullopt;
  const auto ticket = decide(*asker, client);
  if (ticket) return grub_script(*ticket, address_(client), GrubFetch::Tftp);
  log::warning("no GRUB script", {{"client", client}, {"error", ticket.error().message}});
  return "echo 'Switchyard: the service cannot tell what to boot, asking again'\n";
}

Answer BootSite::installer(const Request& request, const Asker& asker) {
  const std::string& server = asker.server;
  if (!request.tls) return error_answer(403, "the installer speaks TLS only");
  const std::string what =
      request.method + " " + request.path.substr(std::size("/installer/v1/") - 1);
  if (what == "POST sessions") {
    const auto asked = pxe::installer::parse_session_request(request.body);
    if (!asked) return refused(asked.error());
    const auto opened = desk_.open_session(server, *asked, asker.known_by, request.client);
    return opened ? json_answer(201, to_json_text(*opened)) : refused(opened.error());
  }
  const Secret session = bearer_of(request);
  if (what == "GET task") return task(session, server);
  if (what == "POST progress") {
    const auto progress = pxe::installer::parse_progress(request.body);
    if (!progress) return refused(progress.error());
    const auto over = desk_.note_progress(server, session, *progress);
    return over ? json_answer(200, pxe::installer::cancelled_text(*over)) : refused(over.error());
  }
  if (what == "POST result") {
    const auto result = pxe::installer::parse_result(request.body);
    if (!result) return refused(result.error());
    const auto noted = desk_.note_result(server, session, *result);
    return noted ? json_answer(200, "{}") : refused(noted.error());
  }
  return error_answer(404, "no such route: " + request.path);
}

Answer BootSite::task(const Secret& session, const std::string& server) {
  auto task = desk_.find_task(server, session);
  if (!task) return refused(task.error());
  if (*task) return json_answer(200, std::move(**task));
  return {.status = 204, .hold = kLongPoll, .topic = task_topic(server)};
}

}  // namespace switchyard::provisioner
