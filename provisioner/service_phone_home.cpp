// The facade's ear for systems that were just installed. What they say is shown and nothing waits
// for it: `active` is what both switches show (docs/decisions/0008).
#include "core/db/query.h"
#include "provisioner/service.h"
#include "provisioner/service_unit.h"
#include "provisioner/store/events.h"
#include "provisioner/store/phone_homes.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {
namespace {

// The operation this token speaks for, while its server still has the deployment it installed.
Result<OperationRecord> operation_of(db::Session& session, const Secret& token) {
  const auto id = use_phone_home_token(session, token);
  if (!id) return failure(Errc::Rejected, "the token is not valid, was used, or is too old");
  auto operation = find_operation_record(session, *id);
  const auto server = operation ? find_server_record(session, operation->server) : std::nullopt;
  if (!server || server->deployment != operation->deployment ||
      (server->state != "deploying" && server->state != "active"))
    return failure(Errc::Rejected, "the deployment this token was for is over");
  return std::move(*operation);
}

std::string line_of(const PhoneHome& said) {
  std::string text = "the installed system called home: " + said.hostname + ", up " +
                     std::to_string(said.uptime_seconds) + " s";
  for (const std::string& address : said.addresses)
    text += ", " + address;
  text += ", " + std::to_string(said.bgp_established) + " BGP sessions";
  return (text + (said.ssh ? ", ssh runs" : ", ssh does not run")).substr(0, 1000);
}

}  // namespace

Status Service::note_phone_home(const Secret& token, const PhoneHome& said) {
  return db::write(pool_, "phone-home", [&](db::Session& session) -> Status {
    const auto operation = operation_of(session, token);
    if (!operation) return tl::unexpected(operation.error());
    // Its lines are numbered: whoever else adds one waits for us.
    db::execute(session, "UPDATE operations SET version = version + 1 WHERE id = :i",
                operation->id);
    const nlohmann::json report{{"hostname", said.hostname},
                                {"uptime_seconds", said.uptime_seconds},
                                {"addresses", said.addresses},
                                {"bgp_established", said.bgp_established},
                                {"ssh", said.ssh}};
    keep_phone_home(session, operation->id, report.dump());
    append_timeline(session, operation->id, std::string(to_string(State::Starting)), "heard",
                    line_of(said), clock_.now());
    append_event(session, {"server.phone_home", "servers/" + operation->server, operation->project},
                 {{"server", operation->server}, {"operation", operation->id}, {"said", report}},
                 db::now(session));
    poke_on_commit(session, wakeup_, {kEventTopic});
    return {};
  });
}

}  // namespace switchyard::provisioner
