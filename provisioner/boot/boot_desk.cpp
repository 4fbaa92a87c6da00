#include "provisioner/boot/boot_desk.h"

#include "core/crash_point.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/digest.h"
#include "core/id.h"
#include "provisioner/boot/wipe_proof.h"
#include "provisioner/boot/wipe_record.h"
#include "provisioner/store/consoles.h"
#include "provisioner/store/events.h"
#include "provisioner/store/server_disks.h"
#include "provisioner/store/step_times.h"
#include "provisioner/store/work.h"
#include "pxe/installer/text.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

using pxe::installer::InspectWork;
using pxe::installer::Outcome;
using pxe::installer::Task;
using pxe::installer::TaskResult;

namespace {

constexpr std::size_t kSecretBytes = 32;

// 256 random bits need no key and no salt: the digest alone lets nobody in.
std::string kept_form(const Secret& secret) { return sha256_hex(secret.reveal()); }

struct Speaker {
  std::string server{};
  std::string phase{};
  std::string operation{};
  std::string task{};
};

enum class Reading { Only, ToChange };

// What a session of this server speaks for. To change it, its row is locked.
Result<Speaker> find_speaker(db::Session& session, const std::string& server, const Secret& secret,
                             Reading reading) {
  const auto row = db::select_one<std::string, std::string, std::string, std::string>(
      session,
      std::string(
          "SELECT server, phase, operation, task FROM boot_desk WHERE session_hash = :h AND "
          "server = :s") +
          (reading == Reading::ToChange ? session.for_update() : ""),
      kept_form(secret), server);
  if (secret.empty() || !row)
    return failure(Errc::Rejected, "this session is over: the server has booted again");
  return Speaker{std::get<0>(*row), std::get<1>(*row), std::get<2>(*row), std::get<3>(*row)};
}

// The same, which speaks of this operation.
Result<Speaker> find_speaker(db::Session& session, const std::string& server, const Secret& secret,
                             const std::string& operation) {
  auto speaker = find_speaker(session, server, secret, Reading::ToChange);
  if (speaker && speaker->operation != operation)
    return failure(Errc::Conflict, "server " + speaker->server + " works on " + speaker->operation +
                                       ", not on " + operation);
  return speaker;
}

// Whoever waits for what this server says need not wait for the next look.
void tell_workflow(db::Session& session, Wakeup& wakeup, const std::string& server) {
  wake_operation_of(session, server);
  session.on_commit([&wakeup] { wakeup.poke(kRunnerTopic); });
}

bool is_over(const std::string& phase) {
  return phase == "installed" || phase == "wiped" || phase == "inspected" || phase == "rescue" ||
         phase == "failed";
}

void keep_wiped_disks(db::Session& session, const std::string& server, const TaskResult& result) {
  for (const auto& disk : result.wiped) {
    db::execute(session, "DELETE FROM wiped_disks WHERE operation = :o AND disk = :d",
                result.operation, disk.disk);
    db::execute(session,
                "INSERT INTO wiped_disks (operation, disk, server, serial, bytes, method, samples, "
                "nonzero_samples, at) VALUES (:o, :d, :s, :n, :b, :m, :k, :z, " +
                    session.now_sql() + ")",
                result.operation, disk.disk, server, disk.serial,
                static_cast<long long>(disk.bytes), disk.method,
                static_cast<long long>(disk.samples), static_cast<long long>(disk.nonzero_samples));
  }
}

// The row of a server of which nothing was heard yet.
void insert_expected(db::Session& session, const std::string& server, const std::string& expected) {
  db::execute(session,
              "INSERT INTO boot_desk (server, expected, token_hash, token_until, session_hash, "
              "phase, detail, operation, progress, task, inspection, disks, heard) "
              "VALUES (:s, :e, '', 0, '', '', '', '', 0, '', '', '', " +
                  session.now_sql() + ")",
              server, expected);
}

// A discovered machine is inspected once more at once, with what LLDP tells meanwhile.
void inspect_if_new(db::Session& session, const std::string& server,
                    const std::string& inspection) {
  if (!db::select_one<std::string>(session, "SELECT id FROM discoveries WHERE id = :s", server))
    return;
  keep_inspection(session, server, inspection);
  db::execute(session,
              "UPDATE boot_desk SET phase = 'inspecting', operation = :o, task = :t WHERE server = "
              ":s",
              server, to_json_text(Task{.operation = server, .work = InspectWork{}}), server);
}

// The token ends with this statement, so it works once whoever else uses it.
Status use_token(db::Session& session, const std::string& server, const Secret& token) {
  const long long used = db::execute(
      session,
      "UPDATE boot_desk SET token_hash = '', token_until = 0 WHERE server = :s AND token_hash = "
      ":t AND token_hash <> '' AND token_until > " +
          session.now_sql(),
      server, kept_form(token));
  if (used == 1) return {};
  return failure(Errc::Rejected, "the token is not valid for server " + server +
                                     ", was used before, or is too old");
}

// Of the inventory: this server's, and those the machine has.
std::vector<OwnedNic> nics_of(db::Session& session, const std::string& server,
                              const pxe::installer::Inspection& inspection) {
  std::vector<OwnedNic> nics;
  const auto add = [&](const std::string& where, const std::string& value) {
    for (const auto& [owner, name, mac] : db::select<std::string, std::string, std::string>(
             session, "SELECT server, name, mac FROM nics WHERE " + where + " = :v", value))
      if (const auto parsed = parse_mac(mac)) nics.push_back({owner, name, *parsed});
  };
  add("server", server);
  for (const auto& nic : inspection.nics)
    add("mac", to_string(nic.mac));
  return nics;
}

Status refuse_machine(db::Session& session, Wakeup& wakeup, const std::string& server,
                      const std::string& why) {
  db::execute(session, "UPDATE boot_desk SET detail = :d WHERE server = :s", why, server);
  append_event(session, {.type = "boot.contradiction", .subject = "servers/" + server},
               {{"detail", why}}, db::now(session));
  session.on_commit([&wakeup] { wakeup.poke(kEventTopic); });
  return {};
}

// "Dell Inc. PowerEdge R650": what servers of one kind have in common.
std::string hardware_text(const pxe::installer::Inspection& inspection) {
  constexpr std::size_t kMost = 150;
  const auto& product = inspection.product;
  const std::string both =
      product.vendor + (product.vendor.empty() || product.name.empty() ? "" : " ") + product.name;
  return pxe::installer::printable(both, kMost);
}

Status begin_session(db::Session& session, const std::string& server,
                     const pxe::installer::SessionRequest& request, const std::string& address) {
  const std::string inspection = to_json(request.inspection).dump();
  const auto disks = disks_of(request.inspection);
  db::execute(session,
              "UPDATE boot_desk SET session_hash = :h, phase = 'provisioning', inspection = :i, "
              "disks = :d, address = :a, heard = " +
                  session.now_sql() + " WHERE server = :s",
              kept_form(request.session), inspection, to_json_text(disks), address, server);
  const auto before = read_server_disks(session, server);
  if (!before) return tl::unexpected(before.error());
  keep_seen_disks(session, server, with_earlier(disks, before->seen));
  keep_hardware(session, server, hardware_text(request.inspection));
  const bool is_bios = request.inspection.firmware == pxe::installer::Firmware::Bios;
  db::execute(session, "UPDATE servers SET firmware = :f WHERE name = :n",
              std::string(is_bios ? "bios" : "uefi"), server);
  inspect_if_new(session, server, inspection);
  return {};
}

// All that must have been wiped: what is in the server now, and what the inventory lists or, where
// it lists nothing, what was ever seen in it since it was last clean.
Result<std::vector<KnownDisk>> owed_disks(db::Session& session, const std::string& server) {
  auto kept = read_server_disks(session, server);
  if (!kept) return tl::unexpected(kept.error());
  const auto row =
      db::select_one<std::string>(session, "SELECT disks FROM boot_desk WHERE server = :s", server);
  auto now = parse_disks(row ? std::get<0>(*row) : "");
  if (!now) return now;
  return with_earlier(std::move(*now), kept->declared.empty() ? kept->seen : kept->declared);
}

// What the server's row shows from now on.
struct Verdict {
  std::string phase{};
  std::string detail{};
};

Result<Verdict> judge_wipe(db::Session& session, const BootDeskTools& tools,
                           const std::string& server, const TaskResult& result) {
  keep_wiped_disks(session, server, result);
  if (result.outcome == Outcome::Failed) return Verdict{"failed", result.detail};
  const auto owed = owed_disks(session, server);
  if (!owed) return tl::unexpected(owed.error());
  if (const auto why = unproved(result.wiped, *owed)) return Verdict{"failed", *why};
  keep_wipe_record(session,
                   {.site = tools.site,
                    .server = server,
                    .operation = result.operation,
                    .at = db::now(session),
                    .disks = result.wiped},
                   tools.key);
  keep_seen_disks(session, server, {});
  return Verdict{"wiped", result.detail};
}

Result<Verdict> judge(db::Session& session, const BootDeskTools& tools, const Speaker& speaker,
                      const TaskResult& result) {
  if (speaker.phase == "wiping") return judge_wipe(session, tools, speaker.server, result);
  if (result.outcome == Outcome::Failed) return Verdict{"failed", result.detail};
  if (speaker.phase == "rescuing") return Verdict{"rescue", result.detail};
  if (speaker.phase != "inspecting") return Verdict{"installed", result.detail};
  if (result.inspection)
    keep_inspection(session, speaker.server, to_json(*result.inspection).dump());
  return Verdict{"inspected", result.detail};
}

}  // namespace

Result<DeskEntry> BootDesk::read(const std::string& server) {
  return db::read(
      tools_.pool, "boot desk of " + server, [&](db::Session& session) -> Result<DeskEntry> {
        const auto row = db::select_one<std::string, std::string, std::string, int, std::string,
                                        std::string, std::string, long long>(
            session,
            "SELECT phase, detail, operation, progress, expected, address, host_key, " +
                session.now_sql() + " - heard FROM boot_desk WHERE server = :s",
            server);
        if (!row) return DeskEntry{};
        const auto& [phase, detail, operation, progress, expected, address, host_key, quiet] = *row;
        // Of a server that boots its own disk nothing is heard; its sessions tell whether it runs.
        return DeskEntry{.phase = expected == "disk" ? "running" : phase,
                         .detail = detail,
                         .operation = operation,
                         .progress = progress,
                         .address = address,
                         .host_key = host_key,
                         .quiet = std::chrono::microseconds(std::max(0LL, quiet))};
      });
}

Status BootDesk::expect(const std::string& server, BootDevice device) {
  const std::string expected = device == BootDevice::Network ? "installer" : "disk";
  crash_point("before boot is expected");
  return db::write(tools_.pool, "boot desk of " + server, [&](db::Session& session) -> Status {
    const bool known =
        db::select_one<std::string>(session, "SELECT name FROM servers WHERE name = :s", server)
            .has_value();
    if (!known) return failure(Errc::NotFound, "there is no server " + server);
    db::execute(session, "DELETE FROM boot_desk WHERE server = :s", server);
    insert_expected(session, server, expected);
    return {};
  });
}

Status BootDesk::discover(const Stranger& stranger) {
  const std::string id = discovery_id(stranger.mac);
  return db::write(tools_.pool, "discovery of " + id, [&](db::Session& session) -> Status {
    if (db::select_one<std::string>(session, "SELECT name FROM servers WHERE name = :s", id))
      return failure(Errc::Conflict, "there is a server " + id + ", so the machine with MAC " +
                                         to_string(stranger.mac) + " cannot be discovered");
    if (Status noted = note_discovery(session, stranger); !noted) return noted;
    if (db::select_one<std::string>(session, "SELECT server FROM boot_desk WHERE server = :s", id))
      return {};
    insert_expected(session, id, "installer");
    return {};
  });
}

Result<BootTicket> BootDesk::open_boot(const std::string& server) {
  const Secret token(random_hex(kSecretBytes));
  return db::write(
      tools_.pool, "boot of " + server, [&](db::Session& session) -> Result<BootTicket> {
        const auto row = db::select_one<std::string>(
            session,
            std::string("SELECT expected FROM boot_desk WHERE server = :s") + session.for_update(),
            server);
        if (!row) return BootTicket{.choice = BootChoice::Hold};
        if (std::get<0>(*row) == "disk") return BootTicket{.choice = BootChoice::Disk};
        // The RAM system that ran before this boot is gone, and with it what it was doing.
        db::execute(session,
                    "UPDATE boot_desk SET token_hash = :t, token_until = " + session.now_sql() +
                        " + :l, session_hash = '', phase = '', detail = '', operation = '', "
                        "progress = 0, task = '', answers = '', heard = " +
                        session.now_sql() + " WHERE server = :s",
                    kept_form(token),
                    static_cast<long long>(std::chrono::microseconds(kTokenLife).count()), server);
        return BootTicket{.choice = BootChoice::Installer, .token = token};
      });
}

Result<pxe::installer::SessionAnswer> BootDesk::open_session(
    const std::string& server, const pxe::installer::SessionRequest& request, KnownBy known_by,
    const std::string& address) {
  if (request.session.empty()) return failure(Errc::Invalid, "a session without its secret");
  // Kept as well as a session that is opened: the token is used up, and people are told why.
  std::optional<std::string> stranger;
  const Status kept =
      db::write(tools_.pool, "installer session of " + server, [&](db::Session& session) -> Status {
        if (find_speaker(session, server, request.session, Reading::ToChange)) return {};
        if (const Status used = use_token(session, server, request.token); !used) return used;
        stranger = another_machine(server, known_by, nics_of(session, server, request.inspection),
                                   request.inspection);
        if (stranger) return refuse_machine(session, tools_.wakeup, server, *stranger);
        if (Status begun = begin_session(session, server, request, address); !begun) return begun;
        tell_workflow(session, tools_.wakeup, server);
        return {};
      });
  if (!kept) return tl::unexpected(kept.error());
  if (stranger) return failure(Errc::Rejected, *stranger);
  return pxe::installer::SessionAnswer{.session = request.session, .server = server};
}

Result<std::optional<std::string>> BootDesk::find_task(const std::string& server,
                                                       const Secret& secret) {
  auto speaker = db::read(tools_.pool, "installer task", [&](db::Session& session) {
    return find_speaker(session, server, secret, Reading::Only);
  });
  if (!speaker) return tl::unexpected(speaker.error());
  if (speaker->phase == "rescue")
    if (const Status noted = note_alive(server, secret); !noted)
      return tl::unexpected(noted.error());
  if (speaker->task.empty() || is_over(speaker->phase)) return std::nullopt;
  return std::move(speaker->task);
}

Status BootDesk::note_alive(const std::string& server, const Secret& secret) {
  return db::write(tools_.pool, "sign of life", [&](db::Session& session) -> Status {
    db::execute(session,
                "UPDATE boot_desk SET heard = " + session.now_sql() +
                    " WHERE session_hash = :h AND server = :s",
                kept_form(secret), server);
    return {};
  });
}

Result<UnattendedWork> BootDesk::find_unattended(const std::string& server, const Secret& secret) {
  return db::read(
      tools_.pool, "answers for " + server, [&](db::Session& session) -> Result<UnattendedWork> {
        const auto speaker = find_speaker(session, server, secret, Reading::Only);
        if (!speaker) return tl::unexpected(speaker.error());
        if (speaker->phase != "unattended")
          return failure(Errc::Rejected, "no installer is at work on server " + server +
                                             " (phase " + speaker->phase + ")");
        const auto row = db::select_one<std::string>(
            session, "SELECT answers FROM boot_desk WHERE server = :s", server);
        auto order = parse_unattended_order(row ? std::get<0>(*row) : "");
        if (!order) return tl::unexpected(order.error());
        return UnattendedWork{.operation = speaker->operation, .order = std::move(*order)};
      });
}

Result<bool> BootDesk::note_progress(const std::string& server, const Secret& secret,
                                     const pxe::installer::Progress& progress) {
  return db::write(tools_.pool, "installer progress", [&](db::Session& session) -> Result<bool> {
    const auto speaker = find_speaker(session, server, secret, progress.operation);
    if (!speaker) return tl::unexpected(speaker.error());
    const std::string detail =
        to_string(progress.phase) + (progress.detail.empty() ? "" : ": " + progress.detail);
    db::execute(session,
                "UPDATE boot_desk SET detail = :d, progress = :p, heard = " + session.now_sql() +
                    " WHERE server = :s",
                detail, static_cast<int>(progress.percent), speaker->server);
    keep_installer_lines(session, progress.operation, server, progress.log);
    return is_over(speaker->phase);
  });
}

Status BootDesk::note_result(const std::string& server, const Secret& secret,
                             const TaskResult& result) {
  return db::write(tools_.pool, "installer result", [&](db::Session& session) -> Status {
    const auto speaker = find_speaker(session, server, secret, result.operation);
    if (!speaker) return tl::unexpected(speaker.error());
    if (is_over(speaker->phase)) return {};
    const auto verdict = judge(session, tools_, *speaker, result);
    if (!verdict) return tl::unexpected(verdict.error());
    db::execute(session,
                "UPDATE boot_desk SET phase = :p, detail = :d, progress = 100, host_key = :k, "
                "heard = " +
                    session.now_sql() + " WHERE server = :s",
                verdict->phase, verdict->detail, result.host_key, speaker->server);
    tell_workflow(session, tools_.wakeup, speaker->server);
    return {};
  });
}

}  // namespace switchyard::provisioner
