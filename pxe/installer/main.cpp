// The program of the RAM system: opens a session, asks for tasks and does them. Ends (and the
// server boots again, which fetches a new token) when the service does not know the session any
// more.
#include "core/id.h"
#include "core/key_pin.h"
#include "pxe/installer/clock.h"
#include "pxe/installer/hand_over.h"
#include "pxe/installer/inspect.h"
#include "pxe/installer/install.h"
#include "pxe/installer/lldp_listener.h"
#include "pxe/installer/messages.h"
#include "pxe/installer/rescue.h"
#include "pxe/installer/text.h"
#include "pxe/installer/wipe.h"

#include <curl/curl.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <thread>

namespace switchyard::pxe::installer {
namespace {

struct Line {
  Endpoint endpoint{};
  Secret token{};
  MacAddress nic{};
};

Result<Line> read_command_line() {
  std::ifstream stream{"/proc/cmdline"};
  Line line;
  for (std::string word; stream >> word;) {
    const auto value = word.substr(word.find('=') + 1);
    if (word.starts_with("switchyard.url=")) line.endpoint.url = value;
    if (word.starts_with("switchyard.files=")) line.endpoint.files = value;
    if (word.starts_with("switchyard.pin=")) line.endpoint.pin = value;
    if (word.starts_with("switchyard.token=")) line.token = Secret{value};
    if (word.starts_with("switchyard.nic=")) line.nic = parse_mac(value).value_or(MacAddress{});
  }
  if (!line.endpoint.url.starts_with("https://"))
    return failure(Errc::Invalid, "kernel line: switchyard.url is not https");
  if (!line.endpoint.files.empty() && !line.endpoint.files.starts_with("http://"))
    return failure(Errc::Invalid, "kernel line: switchyard.files is not http");
  if (!is_key_pin(line.endpoint.pin))
    return failure(Errc::Invalid, "kernel line: switchyard.pin is not sha256//BASE64");
  if (line.token.empty()) return failure(Errc::Invalid, "kernel line: switchyard.token is missing");
  return line;
}

void say(const std::string& text) {
  std::printf("switchyard: %s\n", text.c_str());
  std::fflush(stdout);
}

// Asks until there is an answer, more and more slowly: an idle server waits for ever.
template <class Ask> Reply insist(Ask ask) {
  for (int wait = 1;; wait = std::min(wait * 2, 30)) {
    Result<Reply> reply = ask();
    if (reply && reply->status < 500 && reply->status != 429) return *reply;
    say(reply ? "the service answered " + std::to_string(reply->status) : reply.error().message);
    std::this_thread::sleep_for(std::chrono::seconds{wait});
  }
}

Phase first_phase(const Task& task) {
  return std::holds_alternative<WipeWork>(task.work) ? Phase::Erasing : Phase::Partitioning;
}

// Disks come to light a while after their drivers were loaded; a server without any is rare.
Inspection inspect_patiently() {
  constexpr std::chrono::seconds kMost{20};
  const auto until = std::chrono::steady_clock::now() + kMost;
  auto found = inspect();
  while (found.disks.empty() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    found = inspect();
  }
  return found;
}

// What the installed system finds its files dated with, and starts from.
void correct_clock(const Reply& reply) {
  const std::time_t here = std::time(nullptr);
  if (!reply.date || !is_astray(here, *reply.date)) return;
  const Status set = set_clock(*reply.date);
  say("the clock was " + std::to_string(here) + ", the service's is " +
      std::to_string(*reply.date) + (set ? ": set" : ": " + set.error().message));
}

struct Server {
  Inspection inspection{};
  LldpListener lldp{};
  MacAddress nic{};  // it booted from
  Secret session{};
};

// Each gives what the task came to; the result's outcome and detail are made of it.
Status perform(const InstallWork& work, Server& server, ServiceClient& service, Reporter& reporter,
               TaskResult&) {
  return install(work, server.inspection, service, reporter);
}

Status perform(const WipeWork&, Server& server, ServiceClient&, Reporter& reporter,
               TaskResult& result) {
  auto wiped = wipe(server.inspection.disks, reporter);
  result.wiped = std::move(wiped.disks);
  return wiped.outcome;
}

Status perform(const InspectWork&, Server& server, ServiceClient&, Reporter&, TaskResult& result) {
  server.lldp.add_to(server.inspection.nics, true);
  result.inspection = server.inspection;
  return {};
}

Status perform(const RescueWork& work, Server&, ServiceClient&, Reporter& reporter,
               TaskResult& result) {
  return start_rescue(work, reporter).map([&](const std::string& fingerprint) {
    result.detail = "ssh as root, host key " + fingerprint;
    result.host_key = fingerprint;
  });
}

Status perform(const HandOverWork& work, Server& server, ServiceClient& service, Reporter& reporter,
               TaskResult&) {
  return hand_over(work, kernel_arguments(work, server.session, server.nic), service, reporter);
}

TaskResult perform(const Task& task, Server& server, ServiceClient& service) {
  end_rescue();                   // whoever is in there must not hold a disk
  server.inspection = inspect();  // a disk may have come or gone since
  Reporter reporter{service, task.operation, first_phase(task)};
  TaskResult result{.operation = task.operation};
  const auto done =
      std::visit([&](const auto& work) { return perform(work, server, service, reporter, result); },
                 task.work);
  result.outcome = done ? Outcome::Succeeded : Outcome::Failed;
  if (!done) result.detail = printable(done.error().message, 1000);
  return result;
}

Status serve(const Line& line) {
  ServiceClient service{line.endpoint};
  Server server{.inspection = inspect_patiently(), .nic = line.nic};
  server.lldp.add_to(server.inspection.nics, false);
  const std::string asked = to_json_text(SessionRequest{.token = line.token,
                                                        .session = Secret{random_hex(32)},
                                                        .mac = line.nic,
                                                        .inspection = server.inspection});
  const auto opened = insist([&] { return service.post("/installer/v1/sessions", asked); });
  if (opened.status != 201)
    return failure(Errc::Rejected, "the service refused the token: " + opened.body.substr(0, 200));
  const auto session = parse_session_answer(opened.body);
  if (!session) return tl::unexpected(session.error());
  service.use(session->session);
  server.session = session->session;
  correct_clock(opened);
  say("session open for " + session->server);
  while (true) {
    const auto reply = insist([&] { return service.get("/installer/v1/task"); });
    if (reply.status == 204) continue;
    if (reply.status != 200)
      return failure(Errc::Rejected, "the session is lost: " + reply.body.substr(0, 200));
    const auto task = parse_task(reply.body);
    if (!task) return tl::unexpected(task.error());
    const auto result = perform(*task, server, service);
    say(task->operation +
        (result.outcome == Outcome::Succeeded ? " succeeded" : " failed: " + result.detail));
    (void)insist([&] { return service.post("/installer/v1/result", to_json_text(result)); });
  }
}

}  // namespace
}  // namespace switchyard::pxe::installer

int main() {
  using namespace switchyard::pxe::installer;
  std::signal(SIGPIPE, SIG_IGN);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const auto line = read_command_line();
  const auto served = line ? serve(*line) : switchyard::Status{tl::unexpected(line.error())};
  say(served.error().message);
  return 1;
}
