#include "provisioner/boot/boot_site.h"

#include "provisioner/boot/unattended_routes.h"

#include <fmt/format.h>

#include <chrono>

namespace switchyard::provisioner {

using namespace std::chrono_literals;
using pxe::http::Answer;
using pxe::http::error_answer;
using pxe::http::Request;

namespace {

constexpr auto kLongPoll = 20s;

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

Secret bearer_of(const Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = pxe::http::value_of(request.headers, "authorization");
  return value.starts_with(kScheme) ? Secret(std::string(value.substr(kScheme.size()))) : Secret();
}

}  // namespace

std::string boot_url(const BootAddress& address) {
  return fmt::format("http://{}:{}", address.address, address.port);
}

std::string ipxe_script(const BootTicket& ticket, const BootAddress& address) {
  const std::string base = boot_url(address);
  switch (ticket.choice) {
    case BootChoice::Hold:
      return "#!ipxe\necho Switchyard: nothing to do for this server, asking again in 30 s\n"
             "sleep 30\nchain --replace " +
             base + "/boot/ipxe\n";
    // A plain `exit` drops UEFI into its setup; status 1 makes it try the next device.
    case BootChoice::Disk: return "#!ipxe\niseq ${platform} efi && exit 1 || exit\n";
    case BootChoice::Installer: break;
  }
  // A RAM system that ends must not leave the server to its disk, which may still be a tenant's: it
  // switches off, or hangs, and we boot it again.
  const char* end = ticket.for_stranger ? "panic=10" : "switchyard.lost=poweroff";
  return fmt::format(
      "#!ipxe\n"
      "kernel {0}/files/installer/vmlinuz initrd=initrd console=ttyS0 {5} "
      "switchyard.url=https://{1}:{2} switchyard.pin={3} switchyard.token={4} "
      "switchyard.nic=${{net0/mac}}\n"
      "initrd --name initrd {0}/files/installer/initrd\n"
      "boot\n",
      base, address.address, address.tls_port, address.pin, ticket.token.reveal(), end);
}

Answer refused(const Error& error) { return error_answer(status_of(error.code), error.message); }

std::string task_topic(const std::string& server) { return "task of " + server; }

Answer BootSite::answer(const Request& request) {
  const std::optional<Asker> asker = asker_at_(request.client);
  if (!asker)
    return error_answer(403, "the address " + request.client + " was not lent to a known server");
  if (request.path == "/boot/ipxe")
    return request.method == "GET" ? script(*asker) : error_answer(405, "GET only");
  if (request.path.starts_with(kAnswerRoute))
    return unattended_answer(desk_, boot_url(address_()), request, asker->server);
  if (request.path.starts_with("/installer/v1/")) return installer(request, *asker);
  return error_answer(404, "no such route: " + request.path);
}

bool BootSite::may_fetch(const Request& request) { return asker_at_(request.client).has_value(); }

Answer BootSite::script(const Asker& asker) {
  if (asker.stranger)
    if (const Status noted = desk_.discover(*asker.stranger); !noted) return refused(noted.error());
  auto ticket = desk_.open_boot(asker.server);
  if (!ticket) return refused(ticket.error());
  ticket->for_stranger = asker.stranger.has_value();
  return {.headers = {{"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}},
          .body = ipxe_script(*ticket, address_())};
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
