// Catalogs, their previews and roll-outs as JSON.
#include "web/api/answer.h"
#include "web/api/views.h"

namespace switchyard::web::api {
namespace {

json to_json(const provisioner::CatalogAttachmentView& attachment) {
  return {{"vrf", attachment.vrf},
          {"ipv4", attachment.ipv4},
          {"ipv6", attachment.ipv6},
          {"anycast", attachment.anycast},
          {"advertise", attachment.advertise}};
}

json to_json(const provisioner::SegmentView& segment) {
  return {{"untagged", segment.untagged == 0 ? json() : json(segment.untagged)},
          {"tagged", segment.tagged}};
}

json to_json(const provisioner::VersionState& version) {
  return {{"version", version.version},
          {"state", version.state},
          {"author", version.author},
          {"created_at", time_json(version.created)}};
}

json to_json(const provisioner::LegsView& legs) {
  return {{"at", time_json(legs.at)}, {"up", legs.up}, {"of", legs.of}};
}

json to_json(const provisioner::LossView& loss) {
  return {{"at", time_json(loss.at)}, {"ms", loss.length.count()}};
}

json to_json(const provisioner::RouteProbeView& probe);

json to_json(const provisioner::ServerPreview::Port& port) {
  return {{"switch", port.switch_name}, {"port", port.port}, {"from", port.from}, {"to", port.to}};
}

json to_json(const provisioner::SwitchPreview& one);
json to_json(const provisioner::ServerPreview& server);

template <class T> json parts_json(const std::vector<T>& items) {
  json list = json::array();
  for (const T& item : items)
    list.push_back(to_json(item));
  return list;
}

json to_json(const provisioner::RouteProbeView& probe) {
  return {{"vantage", probe.vantage}, {"vrf", probe.vrf}, {"address", probe.address},
          {"before", probe.before},   {"why", probe.why}, {"losses", parts_json(probe.losses)}};
}

json to_json(const provisioner::SwitchPreview& one) {
  return {{"switch", one.switch_name}, {"nos", one.nos},     {"ports", one.ports},
          {"commands", one.commands},  {"bytes", one.bytes}, {"sha256", one.sha256}};
}

json to_json(const provisioner::ServerPreview& server) {
  return {{"deployment", server.deployment},
          {"server", server.server},
          {"project", server.project},
          {"from_version", server.from_version},
          {"needs_install", server.needs_install},
          {"ports", parts_json(server.ports)}};
}

json with_version(json shown, const provisioner::VersionView& version) {
  shown["state"] = version.state;
  shown["versions"] = parts_json(version.versions);
  shown["sha256"] = version.sha256;
  shown["author"] = version.author;
  shown["created_at"] = time_json(version.created);
  shown["files"] = version.files;
  return shown;
}

}  // namespace

json to_json(const provisioner::CatalogView& catalog) {
  return {{"name", catalog.name},
          {"description", catalog.description},
          {"version", catalog.version},
          {"mtu", catalog.mtu},
          {"attachments", parts_json(catalog.attachments)},
          {"segment", catalog.segment ? to_json(*catalog.segment) : json()}};
}

json to_json(const provisioner::CatalogVersionView& version) {
  return with_version(to_json(version.catalog), version.version);
}

json to_json(const provisioner::ImageView& image) {
  return {{"name", image.name},         {"description", image.description},
          {"version", image.version},   {"install", image.install},
          {"firmware", image.firmware}, {"network", image.network}};
}

json to_json(const provisioner::ImageVersionView& version) {
  return with_version(to_json(version.image), version.version);
}

json to_json(const provisioner::RolloutView& rollout) {
  return {{"id", rollout.id},
          {"catalog", rollout.catalog},
          {"version", rollout.version},
          {"reverts", rollout.reverts},
          {"canary", rollout.canary},
          {"batch", rollout.batch},
          {"pause_seconds", rollout.pause_seconds},
          {"author", rollout.author},
          {"status", rollout.status},
          {"message", rollout.message},
          {"error", rollout.error},
          {"waves", rollout.waves},
          {"servers", rollout.servers},
          {"created_at", time_json(rollout.created)},
          {"finished_at", time_json(rollout.finished)}};
}

json to_json(const provisioner::RolloutServerView& server) {
  return {{"deployment", server.deployment},
          {"server", server.server},
          {"wave", server.wave},
          {"state", server.state},
          {"from_version", server.from_version},
          {"to_version", server.to_version},
          {"operation", server.operation},
          {"detail", server.detail},
          {"legs", parts_json(server.legs)},
          {"loss_ms", server.loss.count()},
          {"probes", parts_json(server.probes)}};
}

json to_json(const provisioner::CatalogPreview& preview) {
  return {{"catalog", preview.catalog},
          {"changed", preview.changed},
          {"unchanged", preview.unchanged},
          {"needs_install", preview.needs_install},
          {"switches", parts_json(preview.switches)},
          {"servers", parts_json(preview.servers)}};
}

}  // namespace switchyard::web::api
