#include "provisioner/boot/wipe_record.h"

#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/time_text.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

std::string to_json_text(const WipeRecord& record) {
  nlohmann::ordered_json disks = nlohmann::ordered_json::array();
  for (const auto& disk : record.disks)
    disks.push_back({{"disk", disk.disk},
                     {"serial", disk.serial},
                     {"bytes", disk.bytes},
                     {"method", disk.method},
                     {"samples", disk.samples},
                     {"nonzero_samples", disk.nonzero_samples}});
  const nlohmann::ordered_json text{{"record", "wipe"},
                                    {"version", 1},
                                    {"site", record.site},
                                    {"server", record.server},
                                    {"operation", record.operation},
                                    {"at", rfc3339(record.at)},
                                    {"disks", std::move(disks)}};
  return text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// A second controller that starts at the same time takes the key of the first: the row decides.
Result<SigningKey> ensure_site_key(db::Pool& pool, const Sealer& sealer) {
  const SigningKey fresh = SigningKey::make();
  const std::string sealed = sealer.seal(fresh.seed());
  const auto find = [](db::Session& session) {
    return db::select_one<std::string>(
        session, "SELECT sealed_key FROM site_keys WHERE name = 'wipe-records'");
  };
  const auto kept = db::write(pool, "site key", [&](db::Session& session) -> Result<std::string> {
    if (const auto row = find(session)) return std::get<0>(*row);
    db::execute(session,
                "INSERT INTO site_keys (name, id, public_key, sealed_key, created) VALUES "
                "('wipe-records', :i, :p, :k, " +
                    session.now_sql() + ")",
                signing_key_id(fresh.public_key()), fresh.public_key(), sealed);
    return sealed;
  });
  const auto text = kept || kept.error().code != Errc::Conflict
                        ? kept
                        : db::read(pool, "site key", [&](db::Session& session) {
                            const auto row = find(session);
                            return row ? Result<std::string>(std::get<0>(*row))
                                       : failure(Errc::NotFound, "the site's key is gone");
                          });
  if (!text) return tl::unexpected(text.error());
  return sealer.open(*text).and_then(&SigningKey::from_seed).map_error([](const Error& error) {
    return error.in("the site's key for wipe records");
  });
}

void keep_wipe_record(db::Session& session, const WipeRecord& record, const SigningKey& key) {
  const std::string body = to_json_text(record);
  db::execute(session, "DELETE FROM wipe_records WHERE operation = :o", record.operation);
  db::execute(session,
              "INSERT INTO wipe_records (operation, server, at, body, signature, key_id) VALUES "
              "(:o, :s, :a, :b, :g, :k)",
              record.operation, record.server, to_micros(record.at), body, key.sign(body),
              signing_key_id(key.public_key()));
}

}  // namespace switchyard::provisioner
