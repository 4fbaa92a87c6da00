// The signed record of a wipe: what was wiped, when, how and with what proof. It stays with the
// server and can be checked by anybody who has the site's public key.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "core/seal.h"
#include "core/signing.h"
#include "pxe/installer/messages.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

struct WipeRecord {
  std::string site{};
  std::string server{};
  std::string operation{};
  Timestamp at{};
  std::vector<pxe::installer::WipedDisk> disks{};
};

// The text that is signed, one line of JSON. Pure.
[[nodiscard]] std::string to_json_text(const WipeRecord& record);

// The site's key, from the database, where its secret half is sealed; made by the first controller
// that asks. Errors of the database; Invalid or NotFound when this controller cannot open the seal.
[[nodiscard]] Result<SigningKey> ensure_site_key(db::Pool& pool, const Sealer& sealer);

// Within the caller's unit of work. The same operation again replaces its record.
void keep_wipe_record(db::Session& session, const WipeRecord& record, const SigningKey& key);

}  // namespace switchyard::provisioner
