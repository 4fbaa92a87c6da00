// The facade's view of network catalogs: what there is, and a new version of one.
#include "catalogs/catalog_definition.h"
#include "catalogs/check_catalog.h"
#include "core/db/query.h"
#include "provisioner/check_real_servers.h"
#include "provisioner/deploy_plan.h"
#include "provisioner/judge_policy.h"
#include "provisioner/service.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"
#include "provisioner/site.h"
#include "provisioner/store/catalog_versions.h"
#include "provisioner/store/events.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::provisioner {
namespace {

SegmentView to_view(const catalogs::Segment& segment) {
  SegmentView view{.untagged = segment.untagged ? segment.untagged->value : 0};
  for (const VlanId& tag : segment.tagged)
    view.tagged.push_back(tag.value);
  return view;
}

CatalogView to_view(const catalogs::NetworkCatalog& catalog, int version) {
  CatalogView view{.name = catalog.name,
                   .description = catalog.description,
                   .version = version,
                   .mtu = catalog.mtu};
  if (catalog.segment) view.segment = to_view(*catalog.segment);
  for (const catalogs::CatalogAttachment& attachment : catalog.attachments) {
    CatalogAttachmentView shown{.vrf = attachment.vrf.value,
                                .ipv4 = attachment.ipv4,
                                .ipv6 = attachment.ipv6,
                                .anycast = attachment.anycast};
    for (const Prefix& prefix : attachment.advertise)
      shown.advertise.push_back(to_string(prefix));
    view.attachments.push_back(std::move(shown));
  }
  return view;
}

tl::unexpected<Error> of_catalog_file(const std::string& message) {
  return failure(Errc::Invalid, std::string(catalogs::kCatalogFile) + ": " + message);
}

Status check_vrfs(db::Session& session, const catalogs::NetworkCatalog& network) {
  std::map<int, std::string> tags;
  for (const catalogs::CatalogAttachment& attachment : network.attachments) {
    const std::string& vrf = attachment.vrf.value;
    const auto row =
        db::select_one<int>(session, "SELECT tag FROM fabric_vrfs WHERE name = :n", vrf);
    if (!row) return of_catalog_file("VRF " + vrf + " is not in the inventory");
    const int tag = attachment.tag ? attachment.tag->value : std::get<0>(*row);
    const auto [there, added] = tags.emplace(tag, vrf);
    if (!added)
      return of_catalog_file("tag " + std::to_string(tag) + " would be VRF " + there->second +
                             " and VRF " + vrf + " on one port; give one of them another tag");
  }
  return {};
}

// A catalog that adds something on some switches and forgets others would treat a server's two legs
// differently.
Status check_nos(db::Session& session, const std::vector<catalogs::SwitchTemplate>& templates) {
  if (templates.empty()) return {};
  for (const auto& [name, nos] : db::select<std::string, std::string>(
           session, "SELECT name, nos FROM switches ORDER BY name"))
    if (std::ranges::find(templates, nos, &catalogs::SwitchTemplate::nos) == templates.end())
      return of_catalog_file("has templates for switches, but none for NOS " + nos +
                             ", which switch " + name + " runs; add one, it may be empty");
  return {};
}

// What only this site can say.
Status check_site(db::Session& session, const catalogs::CatalogDefinition& definition,
                  VlanId provisioning) {
  if (Status segment = check_segment(definition.network, provisioning); !segment)
    return of_catalog_file(segment.error().message);
  if (Status vrfs = check_vrfs(session, definition.network); !vrfs) return vrfs;
  return check_nos(session, definition.switches);
}

void publish(db::Session& session, const CatalogVersion& version) {
  const std::string body = catalogs::to_json_text(version.network);  // an early version has none
  const long long there = db::execute(
      session,
      "UPDATE network_catalogs SET body = :b, pushed = :p, version = version + 1 WHERE name = :n",
      body, version.version, version.name);
  if (there == 0)
    db::execute(session,
                "INSERT INTO network_catalogs (name, body, version, pushed) VALUES (:n, :b, 1, :p)",
                version.name, body, version.version);
  set_version_state(session, kNetworkCatalogs, version.name, version.version, "published");
}

Result<CatalogVersionView> view_of_version(db::Session& session, const std::string& name,
                                           int version) {
  auto found = find_catalog_version(session, name, version);
  if (!found) return tl::unexpected(found.error());
  CatalogView catalog = to_view(found->network, version);
  return CatalogVersionView{.catalog = std::move(catalog),
                            .version = version_view(session, kNetworkCatalogs, std::move(*found))};
}

}  // namespace

Result<Page<CatalogView>> Service::list_catalogs(const PageRequest& page) {
  return db::read(
      pool_, "list network catalogs", [&](db::Session& session) -> Result<Page<CatalogView>> {
        std::vector<CatalogView> found;
        for (const auto& [body, pushed] : db::select<std::string, int>(
                 session,
                 "SELECT body, pushed FROM network_catalogs WHERE name > :a ORDER BY name" +
                     limit(page),
                 page.after)) {
          auto catalog = catalogs::parse_network_catalog(body);
          if (!catalog) return tl::unexpected(catalog.error());
          found.push_back(to_view(*catalog, pushed));
        }
        return page_of(std::move(found), page, [](const CatalogView& one) { return one.name; });
      });
}

Result<CatalogView> Service::push_catalog(const std::string& author,
                                          const std::map<std::string, std::string>& files,
                                          Mode mode) {
  const auto checked = catalogs::check_catalog(*templates_, judge_policy, {.files = files});
  if (!checked) return tl::unexpected(checked.error());
  if (!checked->faults.empty()) return tl::unexpected(catalogs::as_error(checked->faults));
  const catalogs::CatalogDefinition& definition = checked->definition;
  const catalogs::NetworkCatalog& network = definition.network;
  const auto real = check_real_servers(pool_, *templates_, files, definition);
  if (!real) return tl::unexpected(real.error());
  if (!real->empty()) return tl::unexpected(catalogs::as_error(*real));
  const StoredVersion pushed{.name = network.name,
                             .sha256 = sum_of(files),
                             .files = files,
                             .author = author,
                             .created = to_micros(clock_.now()),
                             .body = catalogs::to_json_text(network)};
  return write_or_try<CatalogView>(
      pool_, "push catalog " + network.name, mode,
      [&](db::Session& session) -> Result<CatalogView> {
        if (const Status fits = check_site(session, definition, site_.provisioning); !fits)
          return tl::unexpected(fits.error());
        const KeptVersion kept = keep_version(session, kNetworkCatalogs, pushed);
        if (kept.is_new)
          append_event(session, {"catalog.pushed", "network-catalogs/" + network.name, ""},
                       {{"catalog", network.name}, {"version", kept.version}, {"author", author}},
                       clock_.now());
        return to_view(network, kept.version);
      });
}

Result<CatalogView> Service::publish_catalog(const std::string& author, const std::string& name,
                                             int version, Mode mode) {
  return write_or_try<CatalogView>(
      pool_, "publish catalog " + name, mode, [&](db::Session& session) -> Result<CatalogView> {
        const auto wanted = version_to_publish(session, kNetworkCatalogs, name, version);
        if (!wanted) return tl::unexpected(wanted.error());
        const auto found = find_catalog_version(session, name, *wanted);
        if (!found) return tl::unexpected(found.error());
        // The site may have changed since it was pushed.
        if (const Status fits = check_site(
                session, catalogs::parse_catalog(found->files).definition, site_.provisioning);
            !fits)
          return tl::unexpected(fits.error());
        publish(session, *found);
        append_event(session, {"catalog.published", "network-catalogs/" + name, ""},
                     {{"catalog", name}, {"version", *wanted}, {"author", author}}, clock_.now());
        return to_view(found->network, *wanted);
      });
}

Result<CatalogVersionView> Service::deprecate_catalog(const std::string& author,
                                                      const std::string& name, int version,
                                                      Mode mode) {
  return write_or_try<CatalogVersionView>(
      pool_, "deprecate catalog " + name, mode,
      [&](db::Session& session) -> Result<CatalogVersionView> {
        const auto found = find_catalog_version(session, name, version);
        if (!found) return tl::unexpected(found.error());
        set_version_state(session, kNetworkCatalogs, name, version, "deprecated");
        append_event(session, {"catalog.deprecated", "network-catalogs/" + name, ""},
                     {{"catalog", name}, {"version", version}, {"author", author}}, clock_.now());
        return view_of_version(session, name, version);
      });
}

Result<CatalogVersionView> Service::find_catalog(const std::string& name, int version) {
  return db::read(pool_, "find catalog " + name,
                  [&](db::Session& session) -> Result<CatalogVersionView> {
                    const auto shown = version_to_show(session, kNetworkCatalogs, name, version);
                    if (!shown) return tl::unexpected(shown.error());
                    return view_of_version(session, name, *shown);
                  });
}

}  // namespace switchyard::provisioner
