#include "provisioner/store/server_disks.h"

#include "core/db/query.h"

namespace switchyard::provisioner {

namespace {

void ensure_row(db::Session& session, const std::string& server) {
  if (!db::select_one<std::string>(session, "SELECT server FROM server_disks WHERE server = :s",
                                   server))
    db::execute(session, "INSERT INTO server_disks (server, seen, declared) VALUES (:s, '', '')",
                server);
}

}  // namespace

Result<ServerDisks> read_server_disks(db::Session& session, const std::string& server) {
  const auto row = db::select_one<std::string, std::string>(
      session, "SELECT seen, declared FROM server_disks WHERE server = :s", server);
  if (!row) return ServerDisks{};
  auto seen = parse_disks(std::get<0>(*row));
  if (!seen) return tl::unexpected(seen.error().in("server " + server));
  auto declared = parse_disks(std::get<1>(*row));
  if (!declared) return tl::unexpected(declared.error().in("server " + server));
  return ServerDisks{.seen = std::move(*seen), .declared = std::move(*declared)};
}

void keep_seen_disks(db::Session& session, const std::string& server,
                     const std::vector<KnownDisk>& disks) {
  ensure_row(session, server);
  db::execute(session, "UPDATE server_disks SET seen = :d WHERE server = :s", to_json_text(disks),
              server);
}

void declare_disks(db::Session& session, const std::string& server,
                   const std::vector<std::string>& serials) {
  std::vector<KnownDisk> disks;
  for (const std::string& serial : serials)
    disks.push_back({.serial = serial});
  ensure_row(session, server);
  db::execute(session, "UPDATE server_disks SET declared = :d WHERE server = :s",
              to_json_text(disks), server);
}

}  // namespace switchyard::provisioner
