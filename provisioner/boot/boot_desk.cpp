#include "provisioner/boot/boot_desk.h"

#include "core/crash_point.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/digest.h"
#include "core/id.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

using pxe::installer::InstallWork;
using pxe::installer::Outcome;
using pxe::installer::Task;
using pxe::installer::TaskResult;
using pxe::installer::WipeWork;

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

// The server a session speaks for. To change it, its row is locked.
Result<Speaker> find_speaker(db::Session& session, const Secret& secret, Reading reading) {
  const auto row = db::select_one<std::string, std::string, std::string, std::string>(
      session,
      std::string("SELECT server, phase, operation, task FROM boot_desk WHERE session_hash = :h") +
          (reading == Reading::ToChange ? session.for_update() : ""),
      kept_form(secret));
  if (secret.empty() || !row)
    return failure(Errc::Rejected, "this session is over: the server has booted again");
  return Speaker{std::get<0>(*row), std::get<1>(*row), std::get<2>(*row), std::get<3>(*row)};
}

// The same, which speaks of this operation.
Result<Speaker> find_speaker(db::Session& session, const Secret& secret,
                             const std::string& operation) {
  auto speaker = find_speaker(session, secret, Reading::ToChange);
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
  return phase == "installed" || phase == "wiped" || phase == "failed";
}

void keep_wipe_record(db::Session& session, const std::string& server, const TaskResult& result) {
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

// A wipe is proved by samples of every disk that all read as zero, not by its word.
std::optional<std::string> unproved(const TaskResult& result) {
  if (result.wiped.empty()) return "the wiper reported no disk";
  for (const auto& disk : result.wiped) {
    if (disk.samples == 0) return "disk " + disk.disk + " was not read back";
    if (disk.nonzero_samples > 0)
      return "disk " + disk.disk + ": " + std::to_string(disk.nonzero_samples) + " of " +
             std::to_string(disk.samples) + " samples are not zero";
  }
  return std::nullopt;
}

}  // namespace

Result<DeskEntry> BootDesk::read(const std::string& server) {
  return db::read(pool_, "boot desk of " + server, [&](db::Session& session) -> Result<DeskEntry> {
    const auto row =
        db::select_one<std::string, std::string, std::string, int, std::string, long long>(
            session,
            "SELECT phase, detail, operation, progress, expected, " + session.now_sql() +
                " - heard FROM boot_desk WHERE server = :s",
            server);
    if (!row) return DeskEntry{};
    const auto& [phase, detail, operation, progress, expected, quiet] = *row;
    // Of a server that boots its own disk nothing is heard; its sessions tell whether it runs.
    return DeskEntry{.phase = expected == "disk" ? "running" : phase,
                     .detail = detail,
                     .operation = operation,
                     .progress = progress,
                     .quiet = std::chrono::microseconds(std::max(0LL, quiet))};
  });
}

Status BootDesk::expect(const std::string& server, BootDevice device) {
  const std::string expected = device == BootDevice::Network ? "installer" : "disk";
  crash_point("before boot is expected");
  return db::write(pool_, "boot desk of " + server, [&](db::Session& session) -> Status {
    const bool known =
        db::select_one<std::string>(session, "SELECT name FROM servers WHERE name = :s", server)
            .has_value();
    if (!known) return failure(Errc::NotFound, "there is no server " + server);
    db::execute(session, "DELETE FROM boot_desk WHERE server = :s", server);
    db::execute(session,
                "INSERT INTO boot_desk (server, expected, token_hash, token_until, session_hash, "
                "phase, detail, operation, progress, task, inspection, heard) "
                "VALUES (:s, :e, '', 0, '', '', '', '', 0, '', '', " +
                    session.now_sql() + ")",
                server, expected);
    return {};
  });
}

Status BootDesk::order(const std::string& server, const Task& task, const char* phase) {
  const std::string text = to_json_text(task);
  return db::write(pool_, "order for " + server, [&](db::Session& session) -> Status {
    const auto row = db::select_one<std::string, std::string>(
        session,
        std::string("SELECT phase, operation FROM boot_desk WHERE server = :s") +
            session.for_update(),
        server);
    if (!row) return failure(Errc::Conflict, "server " + server + " has not booted our installer");
    if (std::get<1>(*row) == task.operation) return {};
    if (std::get<0>(*row) != "provisioning")
      return failure(Errc::Conflict, "the installer on server " + server +
                                         " does not wait for an order (phase " + std::get<0>(*row) +
                                         ")");
    db::execute(session,
                "UPDATE boot_desk SET phase = :p, operation = :o, task = :t, progress = 0, "
                "detail = '' WHERE server = :s",
                std::string(phase), task.operation, text, server);
    return {};
  });
}

Status BootDesk::order_install(const std::string& server, const InstallOrder& order) {
  auto image = find_image_(order.image);
  if (!image) return tl::unexpected(image.error());
  InstallWork work{.hostname = order.hostname, .image = std::move(*image)};
  for (const HostFile& file : order.files)
    work.files.push_back({.path = file.path,
                          .mode = static_cast<unsigned>(std::stoul(file.mode, nullptr, 8)),
                          .owner = file.owner,
                          .content = file.content});
  return this->order(server, {.operation = order.operation, .work = std::move(work)}, "installing");
}

Status BootDesk::order_wipe(const std::string& server, const std::string& operation) {
  return order(server, {.operation = operation, .work = WipeWork{}}, "wiping");
}

Result<BootTicket> BootDesk::open_boot(const std::string& server) {
  const Secret token(random_hex(kSecretBytes));
  return db::write(pool_, "boot of " + server, [&](db::Session& session) -> Result<BootTicket> {
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
                    "progress = 0, task = '', heard = " +
                    session.now_sql() + " WHERE server = :s",
                kept_form(token),
                static_cast<long long>(std::chrono::microseconds(kTokenLife).count()), server);
    return BootTicket{.choice = BootChoice::Installer, .token = token};
  });
}

Result<pxe::installer::SessionAnswer> BootDesk::open_session(
    const std::string& server, const pxe::installer::SessionRequest& request) {
  const Secret secret(random_hex(kSecretBytes));
  const std::string inspection = to_json(request.inspection).dump();
  return db::write(
      pool_, "installer session of " + server,
      [&](db::Session& session) -> Result<pxe::installer::SessionAnswer> {
        // The token ends with this statement, so it works once whoever else uses it.
        const long long opened = db::execute(
            session,
            "UPDATE boot_desk SET token_hash = '', token_until = 0, session_hash = :h, "
            "phase = 'provisioning', inspection = :i, heard = " +
                session.now_sql() +
                " WHERE server = :s AND token_hash = :t AND token_hash <> '' AND token_until > " +
                session.now_sql(),
            kept_form(secret), inspection, server, kept_form(request.token));
        if (opened != 1)
          return failure(Errc::Rejected, "the token is not valid for server " + server +
                                             ", was used before, or is too old");
        tell_workflow(session, wakeup_, server);
        return pxe::installer::SessionAnswer{.session = secret, .server = server};
      });
}

Result<std::optional<std::string>> BootDesk::find_task(const Secret& secret) {
  return db::read(pool_, "installer task",
                  [&](db::Session& session) -> Result<std::optional<std::string>> {
                    auto speaker = find_speaker(session, secret, Reading::Only);
                    if (!speaker) return tl::unexpected(speaker.error());
                    if (speaker->task.empty() || is_over(speaker->phase)) return std::nullopt;
                    return std::move(speaker->task);
                  });
}

Result<bool> BootDesk::note_progress(const Secret& secret,
                                     const pxe::installer::Progress& progress) {
  return db::write(pool_, "installer progress", [&](db::Session& session) -> Result<bool> {
    const auto speaker = find_speaker(session, secret, progress.operation);
    if (!speaker) return tl::unexpected(speaker.error());
    const std::string detail =
        to_string(progress.phase) + (progress.detail.empty() ? "" : ": " + progress.detail);
    db::execute(session,
                "UPDATE boot_desk SET detail = :d, progress = :p, heard = " + session.now_sql() +
                    " WHERE server = :s",
                detail, static_cast<int>(progress.percent), speaker->server);
    return is_over(speaker->phase);
  });
}

Status BootDesk::note_result(const Secret& secret, const TaskResult& result) {
  return db::write(pool_, "installer result", [&](db::Session& session) -> Status {
    const auto speaker = find_speaker(session, secret, result.operation);
    if (!speaker) return tl::unexpected(speaker.error());
    if (is_over(speaker->phase)) return {};
    const bool wiping = speaker->phase == "wiping";
    std::string phase = wiping ? "wiped" : "installed";
    std::string detail = result.detail;
    if (result.outcome == Outcome::Failed) phase = "failed";
    if (wiping) {
      keep_wipe_record(session, speaker->server, result);
      if (const auto why = unproved(result); why && phase == "wiped") {
        phase = "failed";
        detail = *why;
      }
    }
    db::execute(session,
                "UPDATE boot_desk SET phase = :p, detail = :d, progress = 100, heard = " +
                    session.now_sql() + " WHERE server = :s",
                phase, detail, speaker->server);
    tell_workflow(session, wakeup_, speaker->server);
    return {};
  });
}

}  // namespace switchyard::provisioner
