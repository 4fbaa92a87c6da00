// The facade's view of what proves that a server is clean.
#include "core/db/query.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"

namespace switchyard::provisioner {

Result<Page<WipeRecordView>> Service::list_wipe_records(const Viewer& viewer,
                                                        const std::string& server,
                                                        const PageRequest& page) {
  if (const auto seen = find_server(viewer, server); !seen) return tl::unexpected(seen.error());
  return db::read(
      pool_, "wipe records of " + server,
      [&](db::Session& session) -> Result<Page<WipeRecordView>> {
        std::vector<WipeRecordView> records;
        for (const auto& [operation, at, body, signature, key] :
             db::select<std::string, long long, std::string, std::string, std::string>(
                 session,
                 "SELECT operation, at, body, signature, key_id FROM wipe_records WHERE server = "
                 ":s AND operation > :a ORDER BY operation" +
                     limit(page),
                 server, page.after))
          records.push_back({.operation = operation,
                             .server = server,
                             .at = from_micros(at),
                             .record = body,
                             .signature = signature,
                             .key = key});
        return page_of(std::move(records), page,
                       [](const WipeRecordView& record) { return record.operation; });
      });
}

Result<Page<SigningKeyView>> Service::list_signing_keys(const PageRequest& page) {
  return db::read(
      pool_, "list signing keys", [&](db::Session& session) -> Result<Page<SigningKeyView>> {
        std::vector<SigningKeyView> keys;
        for (const auto& [id, name, public_key, created] :
             db::select<std::string, std::string, std::string, long long>(
                 session,
                 "SELECT id, name, public_key, created FROM site_keys WHERE id > :a ORDER BY id" +
                     limit(page),
                 page.after))
          keys.push_back({.id = id,
                          .purpose = name,
                          .public_key = public_key,
                          .created = from_micros(created)});
        return page_of(std::move(keys), page, [](const SigningKeyView& key) { return key.id; });
      });
}

}  // namespace switchyard::provisioner
