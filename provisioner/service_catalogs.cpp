// The facade's view of network catalogs: what there is, and a new version of one.
#include "catalogs/catalog_definition.h"
#include "catalogs/check_catalog.h"
#include "core/db/query.h"
#include "provisioner/service.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"
#include "provisioner/store/catalog_versions.h"
#include "provisioner/store/events.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {
namespace {

CatalogView to_view(const catalogs::NetworkCatalog& catalog, int version) {
  CatalogView view{.name = catalog.name,
                   .description = catalog.description,
                   .version = version,
                   .mtu = catalog.mtu};
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

// One fault a line.
Error refused(const std::vector<catalogs::Fault>& faults) {
  std::string lines;
  for (const catalogs::Fault& fault : faults)
    lines += (lines.empty() ? "" : "\n") + to_string(fault);
  return {Errc::Invalid, lines};
}

// What only this site can say.
Status check_site(db::Session& session, const catalogs::NetworkCatalog& network) {
  for (const catalogs::CatalogAttachment& attachment : network.attachments)
    if (!db::select_one<std::string>(session, "SELECT name FROM fabric_vrfs WHERE name = :n",
                                     attachment.vrf.value))
      return failure(Errc::Invalid, std::string(catalogs::kCatalogFile) + ": VRF " +
                                        attachment.vrf.value + " is not in the inventory");
  return {};
}

// Nothing when the newest version has the same files.
std::optional<int> next_version(db::Session& session, const CatalogVersion& pushed) {
  const auto newest = db::select_one<int, std::string>(
      session,
      "SELECT version, sha256 FROM catalog_versions WHERE name = :n ORDER BY version DESC LIMIT 1",
      pushed.name);
  if (!newest) return 1;
  const auto& [version, sum] = *newest;
  if (sum == pushed.sha256) return std::nullopt;
  return version + 1;
}

void publish(db::Session& session, const catalogs::NetworkCatalog& network, int version) {
  const std::string body = catalogs::to_json_text(network);
  const long long there = db::execute(
      session,
      "UPDATE network_catalogs SET body = :b, pushed = :p, version = version + 1 WHERE name = :n",
      body, version, network.name);
  if (there == 0)
    db::execute(session,
                "INSERT INTO network_catalogs (name, body, version, pushed) VALUES (:n, :b, 1, :p)",
                network.name, body, version);
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
  const auto checked = catalogs::check_catalog(*templates_, {.files = files});
  if (!checked) return tl::unexpected(checked.error());
  if (!checked->faults.empty()) return tl::unexpected(refused(checked->faults));
  const catalogs::NetworkCatalog network = catalogs::parse_catalog(files).definition.network;
  CatalogVersion pushed{.name = network.name,
                        .sha256 = sum_of(files),
                        .files = files,
                        .author = author,
                        .created = to_micros(clock_.now())};
  return write_or_try<CatalogView>(
      pool_, "push catalog " + network.name, mode,
      [&](db::Session& session) -> Result<CatalogView> {
        if (const Status fits = check_site(session, network); !fits)
          return tl::unexpected(fits.error());
        const auto version = next_version(session, pushed);
        if (!version) {
          const auto current = db::select_one<int>(
              session, "SELECT pushed FROM network_catalogs WHERE name = :n", network.name);
          return to_view(network, current ? std::get<0>(*current) : 0);
        }
        pushed.version = *version;
        insert_catalog_version(session, pushed);
        publish(session, network, *version);
        append_event(session, {"catalog.pushed", "network-catalogs/" + network.name, ""},
                     {{"catalog", network.name}, {"version", *version}, {"author", author}},
                     clock_.now());
        return to_view(network, *version);
      });
}

Result<CatalogVersionView> Service::find_catalog(const std::string& name, int version) {
  return db::read(
      pool_, "find catalog " + name, [&](db::Session& session) -> Result<CatalogVersionView> {
        const auto current = db::select_one<int>(
            session, "SELECT pushed FROM network_catalogs WHERE name = :n", name);
        if (!current) return failure(Errc::NotFound, "there is no network catalog " + name);
        const int wanted = version == 0 ? std::get<0>(*current) : version;
        if (wanted == 0)
          return failure(Errc::NotFound,
                         "catalog " + name + " is the inventory's: it has no files");
        auto found = find_catalog_version(session, name, wanted);
        if (!found) return tl::unexpected(found.error());
        CatalogVersionView view{
            .catalog = to_view(catalogs::parse_catalog(found->files).definition.network, wanted),
            .sha256 = found->sha256,
            .author = found->author,
            .created = found->created,
            .files = std::move(found->files)};
        for (const auto& [one] : db::select<int>(
                 session, "SELECT version FROM catalog_versions WHERE name = :n ORDER BY version",
                 name))
          view.versions.push_back(one);
        return view;
      });
}

}  // namespace switchyard::provisioner
