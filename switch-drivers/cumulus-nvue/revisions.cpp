#include "switch-drivers/cumulus-nvue/revisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <thread>

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

using namespace std::chrono_literals;

constexpr auto kFirstPause = 50ms;
constexpr auto kLongestPause = 1000ms;

// Whether `text` names the port or a subinterface of it, and not one whose name begins with its.
bool names(std::string_view text, std::string_view port) {
  const auto is_word = [&](std::size_t at) {
    return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
  };
  for (std::size_t at = text.find(port); at != std::string_view::npos; at = text.find(port, at + 1))
    if (!is_word(at + port.size()) && (at == 0 || !is_word(at - 1))) return true;
  return false;
}

Edits all_of(const std::vector<PortEdits>& ports) {
  Edits all;
  for (const PortEdits& one : ports)
    add_edits(all, one.edits);
  return all;
}

// The ports that this error is about.
std::map<std::string, Error> named_in(const Error& error, const std::vector<PortEdits>& ports) {
  std::map<std::string, Error> found;
  for (const PortEdits& one : ports)
    if (!one.port.empty() && names(error.message, one.port)) found.emplace(one.port, error);
  return found;
}

bool is_of_the_line(const Error& error) { return is_transient(error.code); }

}  // namespace

Result<HttpAnswer> Revisions::ask(const HttpRequest& request) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until_ - std::chrono::steady_clock::now());
  if (left <= 0ms)
    return failure(Errc::TimedOut,
                   fmt::format("switch {}: not done after {} ms", name_, deadline_.count()));
  return client_.send(request, left);
}

Result<HttpAnswer> Revisions::do_it(const HttpRequest& request) {
  auto answer = ask(request);
  if (!answer) return answer;
  if (const auto error = error_of(*answer))
    return tl::unexpected(named(error->in(request.method + " " + request.path)));
  return answer;
}

Result<View> Revisions::look() {
  View view;
  if (!system_) {
    const auto answer = do_it(read_system());
    if (!answer) return tl::unexpected(answer.error());
    auto system = parse_system(*answer);
    if (!system) return tl::unexpected(named(system.error()));
    system_ = std::move(*system);
  }
  view.system = *system_;
  for (const bool startup : {false, true}) {
    const auto answer = do_it(startup ? read_startup() : read_applied());
    if (!answer) return tl::unexpected(answer.error());
    auto leaves = parse_leaves(answer->body);
    if (!leaves) return tl::unexpected(named(leaves.error()));
    (startup ? view.startup : view.config) = sort_config(std::move(*leaves));
  }
  const auto interfaces = do_it(read_interfaces());
  if (!interfaces) return tl::unexpected(interfaces.error());
  auto up = parse_interfaces(*interfaces);
  if (!up) return tl::unexpected(named(up.error()));
  view.interfaces = std::move(*up);
  const auto revisions = do_it(read_revisions());
  if (!revisions) return tl::unexpected(revisions.error());
  auto waiting = parse_waiting(*revisions);
  if (!waiting) return tl::unexpected(named(waiting.error()));
  view.waiting = std::move(*waiting);
  return view;
}

Result<std::string> Revisions::boot() {
  system_.reset();
  const auto answer = ask(read_boot());
  if (!answer) return tl::unexpected(answer.error());
  return parse_boot(*answer);
}

// What is left behind is a revision that nobody applies, so it does not matter when this fails.
void Revisions::forget(const std::string& id) { (void)ask(drop_revision(id)); }

Result<std::string> Revisions::make_revision(const Edits& edits) {
  const auto made = do_it(new_revision());
  if (!made) return tl::unexpected(made.error());
  auto id = parse_new_revision(*made);
  if (!id) return tl::unexpected(named(id.error()));
  for (const HttpRequest& request : edit(*id, edits)) {
    const auto edited = do_it(request);
    if (edited) continue;
    if (!is_of_the_line(edited.error())) forget(*id);
    return tl::unexpected(edited.error());
  }
  return id;
}

Result<Revision> Revisions::wait_for(const std::string& id) {
  for (auto pause = std::chrono::milliseconds{kFirstPause};;
       pause = std::min(pause * 2, std::chrono::milliseconds{kLongestPause})) {
    const auto answer = do_it(read_revision(id));
    if (!answer) return tl::unexpected(answer.error());
    auto revision = parse_revision(*answer);
    if (!revision) return tl::unexpected(named(revision.error()));
    if (revision->progress != Progress::Runs) return revision;
    std::this_thread::sleep_for(pause);
  }
}

// Which of them cannot even be said: each by itself, in a revision that is never applied.
Result<std::map<std::string, Error>> Revisions::try_each(const std::vector<PortEdits>& ports) {
  std::map<std::string, Error> refused;
  for (const PortEdits& one : ports) {
    const auto id = make_revision(one.edits);
    if (id)
      forget(*id);
    else if (is_of_the_line(id.error()))
      return tl::unexpected(id.error());
    else
      refused.emplace(one.port, id.error());
  }
  return refused;
}

Result<Committed> Revisions::apply(std::vector<PortEdits> ports, std::chrono::seconds undo_after) {
  std::erase_if(ports, [](const PortEdits& one) { return one.edits.empty(); });
  Committed committed;
  const auto refuse = [&](const Error& error) {
    for (const PortEdits& one : ports)
      committed.refused.emplace(one.port, error);
  };
  while (!ports.empty()) {
    auto id = make_revision(all_of(ports));
    if (!id && is_of_the_line(id.error())) return tl::unexpected(id.error());
    if (!id) {
      std::map<std::string, Error> refused = named_in(id.error(), ports);
      if (refused.empty()) {
        auto tried = try_each(ports);
        if (!tried) return tl::unexpected(tried.error());
        refused = std::move(*tried);
      }
      if (refused.empty()) {  // none of them alone
        refuse(id.error());
        break;
      }
      std::erase_if(ports, [&](const PortEdits& one) { return refused.contains(one.port); });
      committed.refused.merge(refused);
      continue;
    }
    const auto asked = do_it(apply_for(*id, undo_after));
    if (!asked && is_of_the_line(asked.error())) return tl::unexpected(asked.error());
    Revision revision{.progress = Progress::Failed};
    Error error;
    if (asked) {
      auto done = wait_for(*id);
      if (!done) return tl::unexpected(done.error());
      revision = std::move(*done);
      error = named({Errc::Rejected,
                     fmt::format("revision {} is {}: {}", *id, revision.state, revision.issues)});
    } else {
      error = asked.error();
    }
    if (revision.progress == Progress::Waits) {
      committed.revision = std::move(*id);
      return committed;
    }
    if (revision.progress == Progress::Applied) {
      // In force without a handle: not as it was asked. It is not gone on with.
      return failure(Errc::Rejected,
                     fmt::format("switch {}: revision {} is applied and waits for no confirmation",
                                 name_, *id));
    }
    if (asked && revision.state != "invalid") {
      // It began and stands half done, so the handle is let go of now: all goes back.
      if (auto status = take_back_waiting(*id); !status && is_of_the_line(status.error()))
        return tl::unexpected(status.error());
      refuse(error);
      break;
    }
    forget(*id);
    if (auto refused = named_in(error, ports); !refused.empty()) {
      std::erase_if(ports, [&](const PortEdits& one) { return refused.contains(one.port); });
      committed.refused.merge(refused);
      continue;
    }
    if (ports.size() == 1) {
      refuse(error);
      break;
    }
    // It names none, so both halves by themselves.
    const auto middle = ports.begin() + static_cast<std::ptrdiff_t>(ports.size() / 2);
    for (std::vector<PortEdits> half :
         {std::vector(ports.begin(), middle), std::vector(middle, ports.end())}) {
      auto part = apply(std::move(half), undo_after);
      if (!part) return part;
      if (!part->revision.empty()) committed.revision = std::move(part->revision);
      committed.refused.merge(part->refused);
    }
    break;
  }
  return committed;
}

Status Revisions::apply_for_good(const Edits& edits) {
  const auto id = make_revision(edits);
  if (!id) return tl::unexpected(id.error());
  return confirm_waiting(*id);
}

Status Revisions::confirm_waiting(const std::string& revision) {
  if (const auto asked = do_it(confirm(revision)); !asked) return tl::unexpected(asked.error());
  const auto done = wait_for(revision);
  if (!done) return tl::unexpected(done.error());
  if (done->progress == Progress::Applied) return {};
  return tl::unexpected(named(
      {Errc::Rejected, fmt::format("revision {} is {}: {}", revision, done->state, done->issues)}));
}

Status Revisions::take_back_waiting(const std::string& revision) {
  if (const auto asked = do_it(take_back(revision)); !asked) return tl::unexpected(asked.error());
  const auto done = wait_for(revision);
  if (!done) return tl::unexpected(done.error());
  if (done->progress != Progress::Waits) return {};
  return tl::unexpected(
      named({Errc::Rejected, fmt::format("revision {} is not taken back", revision)}));
}

Status Revisions::save_applied() {
  if (const auto asked = do_it(save()); !asked) return tl::unexpected(asked.error());
  const auto done = wait_for("applied");
  if (!done) return tl::unexpected(done.error());
  if (done->progress != Progress::Failed) return {};
  return tl::unexpected(named({Errc::Rejected, "saving is " + done->state + ": " + done->issues}));
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
