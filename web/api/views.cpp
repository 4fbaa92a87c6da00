#include "web/api/views.h"

#include "web/api/answer.h"

namespace switchyard::web::api {
namespace {

json to_json(const provisioner::NicView& nic) {
  return {{"name", nic.name}, {"mac", nic.mac}, {"switch", nic.switch_name}, {"port", nic.port}};
}

json to_json(const provisioner::CapabilityView& capability) {
  return {{"name", capability.name},
          {"supported", capability.supported},
          {"limitation", capability.limitation}};
}

json to_json(const provisioner::DifferenceView& difference) {
  return {{"where", difference.where},
          {"subject", difference.subject},
          {"wished", difference.wished},
          {"observed", difference.observed}};
}

json to_json(const provisioner::RefusedView& refused) {
  return {
      {"kind", refused.kind}, {"family", refused.family}, {"announcements", refused.announcements}};
}

json to_json(const provisioner::SessionView& session) {
  json refused = json::array();
  for (const provisioner::RefusedView& count : session.refused)
    refused.push_back(to_json(count));
  return {{"vrf", session.vrf},
          {"tag", session.tag},
          {"state", session.state},
          {"remote_asn", session.remote_asn},
          {"expected", session.expected},
          {"accepted", session.accepted},
          {"refused", refused}};
}

json to_json(const provisioner::DeploymentAddress& address) {
  return {{"vrf", address.vrf},
          {"tag", address.tag},
          {"subnet", address.subnet},
          {"address", address.address}};
}

json to_json(const provisioner::DeploymentAnycast& anycast) {
  return {{"vrf", anycast.vrf}, {"tag", anycast.tag}, {"address", anycast.address}};
}

json to_json(const provisioner::StepView& step) {
  return {{"name", step.name},
          {"title", step.title},
          {"state", step.state},
          {"seconds", step.seconds},
          {"usual_seconds", step.usual_seconds},
          {"slow", step.is_slow}};
}

json to_json(const provisioner::TimelineView& line) {
  return {{"sequence", line.sequence},
          {"at", time_json(line.at)},
          {"step", line.step},
          {"kind", line.kind},
          {"message", line.message}};
}

json to_json(const provisioner::DeployPlanView::PortPlan& port) {
  auto intent = json::parse(port.intent, nullptr, false);
  return {{"switch", port.switch_name},
          {"port", port.port},
          {"from", port.from},
          {"to", port.to},
          {"intent", intent.is_discarded() ? json(nullptr) : std::move(intent)}};
}

template <class T> json parts_json(const std::vector<T>& items) {
  json list = json::array();
  for (const T& item : items)
    list.push_back(to_json(item));
  return list;
}

}  // namespace

json to_json(const provisioner::ServerView& server) {
  return {{"name", server.name},
          {"profile", server.profile},
          {"state", server.state},
          {"reason", server.reason},
          {"deployment", server.deployment},
          {"project", server.project},
          {"hardware", server.hardware},
          {"secure_boot", server.secure_boot},
          {"nics", parts_json(server.nics)},
          {"version", server.version}};
}

json to_json(const provisioner::RescueView& rescue) {
  json body{{"server", rescue.server},
            {"operation", rescue.operation},
            {"state", rescue.state},
            {"ssh_keys", rescue.ssh_keys},
            {"access", nullptr}};
  if (rescue.state == "open")
    body["access"] = {{"user", "root"},
                      {"address", rescue.address},
                      {"port", 22},
                      {"host_key", rescue.host_key},
                      {"opened_at", time_json(rescue.opened)},
                      {"until", time_json(rescue.until)}};
  return body;
}

json to_json(const provisioner::ConsoleView& kept) {
  return {{"operation", kept.operation}, {"server", kept.server},   {"step", kept.step},
          {"at", time_json(kept.at)},    {"console", kept.console}, {"problem", kept.problem},
          {"installer", kept.installer}};
}

json to_json(const provisioner::WipeRecordView& record) {
  return {{"operation", record.operation}, {"server", record.server},
          {"at", time_json(record.at)},    {"record", record.record},
          {"signature", record.signature}, {"key", record.key}};
}

json to_json(const provisioner::SigningKeyView& key) {
  return {{"id", key.id},
          {"purpose", key.purpose},
          {"algorithm", "ed25519"},
          {"public_key", key.public_key},
          {"created_at", time_json(key.created)}};
}

json to_json(const provisioner::DiscoveryView& machine) {
  json nics = json::array();
  for (const provisioner::DiscoveredNicView& nic : machine.nics)
    nics.push_back({{"name", nic.name},
                    {"mac", nic.mac},
                    {"switch", nic.switch_name},
                    {"port", nic.port},
                    {"proof", nic.proof}});
  auto inspection = json::parse(machine.inspection, nullptr, false);
  return {{"id", machine.id},
          {"state", "enrolling"},
          {"mac", machine.mac},
          {"switch", machine.switch_name},
          {"port", machine.port},
          {"nics", std::move(nics)},
          {"inspection", inspection.is_discarded() ? json(nullptr) : std::move(inspection)},
          {"first_seen_at", time_json(machine.first_seen)},
          {"last_seen_at", time_json(machine.last_seen)}};
}

json to_json(const provisioner::SwitchView& device) {
  return {{"name", device.name},
          {"nos", device.nos},
          {"address", device.address},
          {"asn", device.asn},
          {"state", device.state},
          {"error", device.error},
          {"last_contact_at", time_json(device.last_contact)},
          {"vrfs", device.vrfs},
          {"problems", device.problems},
          {"capabilities", parts_json(device.capabilities)},
          {"drained", device.drained},
          {"drain_reason", device.drain_reason},
          {"changing_ports", device.changing_ports},
          {"version", device.version}};
}

json to_json(const provisioner::SwitchServerView& server) {
  return {{"server", server.server},           {"deployment", server.deployment},
          {"project", server.project},         {"port", server.port},
          {"other_paths", server.other_paths}, {"why", server.why}};
}

json to_json(const provisioner::PortView& port) {
  return {{"switch", port.switch_name},
          {"name", port.name},
          {"role", port.role},
          {"server", port.server},
          {"wished_mode", port.wished_mode},
          {"wish", port.wish},
          {"sync", port.sync},
          {"error", port.error},
          {"differences", parts_json(port.differences)},
          {"sessions", parts_json(port.sessions)},
          {"observed_at", time_json(port.observed_at)},
          {"wish_version", port.wish_version}};
}

json to_json(const provisioner::VantageView& point) {
  json vrfs = json::array();
  for (const provisioner::VantageVrfView& served : point.vrfs)
    vrfs.push_back({{"vrf", served.vrf}, {"device", served.device}});
  return {{"name", point.name},
          {"address", point.address},
          {"port", point.port},
          {"user", point.user},
          {"gate", point.gate},
          {"vrfs", std::move(vrfs)},
          {"state", point.state},
          {"error", point.error},
          {"last_contact_at", time_json(point.last_contact)},
          {"watched", point.watched},
          {"version", point.version}};
}

json to_json(const provisioner::VrfView& vrf) {
  return {{"name", vrf.name},
          {"tag", vrf.tag},
          {"description", vrf.description},
          {"version", vrf.version}};
}

json to_json(const provisioner::SubnetView& subnet) {
  return {{"name", subnet.name},       {"vrf", subnet.vrf},
          {"prefix", subnet.prefix},   {"project", subnet.project},
          {"used", subnet.used},       {"total", subnet.total},
          {"on_hold", subnet.on_hold}, {"hold_down_seconds", subnet.hold_down_seconds},
          {"version", subnet.version}};
}

json to_json(const provisioner::AddressView& address) {
  return {{"address", address.address}, {"subnet", address.subnet}, {"vrf", address.vrf},
          {"owner", address.owner},     {"name", address.name},     {"state", address.state},
          {"anycast", address.anycast}};
}

json to_json(const provisioner::DeploymentView& deployment) {
  return {{"id", deployment.id},
          {"name", deployment.name},
          {"project", deployment.project},
          {"server", deployment.server},
          {"image", deployment.image},
          {"catalog", deployment.catalog},
          {"image_version", deployment.image_version},
          {"catalog_version", deployment.catalog_version},
          {"variables", json::parse(deployment.variables)},
          {"layout", {{"raid1", deployment.layout.raid1}, {"lvm", deployment.layout.lvm}}},
          {"state", deployment.state},
          {"reason", deployment.reason},
          {"asn", deployment.asn},
          {"addresses", parts_json(deployment.addresses)},
          {"anycast", parts_json(deployment.anycast)},
          {"operation", deployment.operation},
          {"created_at", time_json(deployment.created)},
          {"ended_at", time_json(deployment.ended)},
          {"version", deployment.version}};
}

json to_json(const provisioner::OperationView& operation) {
  json error = nullptr;
  if (!operation.error.empty())
    error = {{"code", operation.error_code}, {"detail", operation.error}};
  return {{"id", operation.id},
          {"kind", operation.kind},
          {"deployment", operation.deployment},
          {"server", operation.server},
          {"project", operation.project},
          {"status", operation.status},
          {"step", operation.step},
          {"message", operation.message},
          {"error", std::move(error)},
          {"cancel_requested", operation.cancel_requested},
          {"attempt", operation.attempt},
          {"steps", parts_json(operation.steps)},
          {"timeline", parts_json(operation.timeline)},
          {"created_at", time_json(operation.created)},
          {"finished_at", time_json(operation.finished)},
          {"version", operation.version}};
}

json to_json(const provisioner::ImportReport& report) {
  return {{"created", report.created},
          {"changed", report.changed},
          {"unchanged", report.unchanged},
          {"missing", report.missing},
          {"to_wipe", report.to_wipe}};
}

json to_json(const provisioner::DeployPlanView& plan) {
  return {{"server", plan.server},
          {"asn", plan.asn},
          {"addresses", parts_json(plan.addresses)},
          {"anycast", parts_json(plan.anycast)},
          {"ports", parts_json(plan.ports)}};
}

}  // namespace switchyard::web::api
