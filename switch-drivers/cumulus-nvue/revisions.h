// The revisions of one switch: made, edited, applied with a handle, read back.
#pragma once

#include "core/result.h"
#include "switch-drivers/cumulus-nvue/exchange.h"
#include "switch-drivers/cumulus-nvue/plan.h"
#include "switch-drivers/transport/http_client.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::cumulus_nvue {

// What a switch shows at one moment.
struct View {
  System system{};
  Config config{};
  Config startup{};                          // what it will be after a reboot
  std::map<std::string, bool> interfaces{};  // administratively up, by name
  std::optional<std::string> waiting{};      // the revision that is in force and not confirmed
};

// The edits of one port in one revision, or with no port those of what ports share.
struct PortEdits {
  std::string port{};
  Edits edits{};
};

struct Committed {
  std::map<std::string, Error> refused{};  // by port: nothing of it was applied
  std::string revision{};                  // "": there was nothing to apply
};

// Errors name the switch. Not thread-safe.
class Revisions {
 public:
  Revisions(HttpClient& client, std::string name, std::chrono::milliseconds deadline)
      : client_(client), name_(std::move(name)), deadline_(deadline) {}

  // From now on all that follows has the deadline together.
  void begin() { until_ = std::chrono::steady_clock::now() + deadline_; }

  [[nodiscard]] Result<View> look();
  [[nodiscard]] Result<std::string> boot();
  // Any status is an answer.
  [[nodiscard]] Result<HttpAnswer> ask(const HttpRequest& request);
  // One revision of all these ports that the switch takes, in force for `undo_after`. Those it
  // refuses are left out and the others sent again.
  [[nodiscard]] Result<Committed> apply(std::vector<PortEdits> ports,
                                        std::chrono::seconds undo_after);
  // For good, at once.
  [[nodiscard]] Status apply_for_good(const Edits& edits);
  [[nodiscard]] Status confirm_waiting(const std::string& revision);
  [[nodiscard]] Status take_back_waiting(const std::string& revision);
  [[nodiscard]] Status save_applied();

 private:
  // Rejected for any other answer than one that is well.
  [[nodiscard]] Result<HttpAnswer> do_it(const HttpRequest& request);
  [[nodiscard]] Result<std::string> make_revision(const Edits& edits);
  [[nodiscard]] Result<Revision> wait_for(const std::string& id);
  [[nodiscard]] Result<std::map<std::string, Error>> try_each(const std::vector<PortEdits>& ports);
  void forget(const std::string& id);

  [[nodiscard]] Error named(const Error& error) const { return error.in("switch " + name_); }

  HttpClient& client_;
  std::string name_;
  std::chrono::milliseconds deadline_;
  std::chrono::steady_clock::time_point until_{};
  std::optional<System> system_{};
};

}  // namespace switchyard::switch_drivers::cumulus_nvue
