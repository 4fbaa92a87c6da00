#include "provisioner/bmc/ssh_console.h"

#include <libssh/libssh.h>

#include <array>
#include <memory>

namespace switchyard::provisioner {
namespace {

using Session = std::unique_ptr<ssh_session_struct, void (*)(ssh_session)>;
using Channel = std::unique_ptr<ssh_channel_struct, void (*)(ssh_channel)>;

constexpr long kConnectSeconds = 10;
constexpr int kLookMilliseconds = 500;  // between two looks at whether it is to end

void close_session(ssh_session session) {
  ssh_disconnect(session);
  ssh_free(session);
}

Error refused(const BmcAccess& access, const std::string& what, ssh_session session) {
  return {Errc::Unavailable,
          "console of " + access.server + ": SSH: " + what + ": " + ssh_get_error(session)};
}

Status log_in(const BmcAccess& access, const ConsoleAddress& at, ssh_session session) {
  const unsigned port = at.port;
  ssh_options_set(session, SSH_OPTIONS_HOST, at.host.c_str());
  ssh_options_set(session, SSH_OPTIONS_PORT, &port);
  ssh_options_set(session, SSH_OPTIONS_USER, access.user.c_str());
  ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &kConnectSeconds);
  const int no = 0;
  ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);  // of no user of this machine
  if (ssh_connect(session) != SSH_OK) return tl::unexpected(refused(access, "connect", session));
  if (ssh_userauth_password(session, nullptr, access.password.reveal().c_str()) != SSH_AUTH_SUCCESS)
    return tl::unexpected(refused(access, "login of " + access.user, session));
  return {};
}

}  // namespace

Status follow_ssh(const BmcAccess& access, const ConsoleAddress& at, const ProcessLimits& limits,
                  const Heard& heard) {
  const std::string who = "console of " + access.server;
  // A password must not go to whoever answers there.
  if (!access.insecure)
    return failure(Errc::Invalid, who +
                                      ": it is not read over SSH, because nothing pins its host "
                                      "key (the inventory may say insecure: true of this BMC)");
  const Session session(ssh_new(), &close_session);
  if (!session) return failure(Errc::Unavailable, who + ": no memory for SSH");
  if (Status in = log_in(access, at, session.get()); !in) return in;
  const Channel channel(ssh_channel_new(session.get()), &ssh_channel_free);
  if (!channel || ssh_channel_open_session(channel.get()) != SSH_OK)
    return tl::unexpected(refused(access, "no channel", session.get()));
  (void)ssh_channel_request_pty(channel.get());  // some want one, some refuse it
  if (ssh_channel_request_shell(channel.get()) != SSH_OK)
    return tl::unexpected(refused(access, "no shell", session.get()));
  std::array<char, 4096> buffer{};
  while (!limits.stop.stop_requested() && std::chrono::steady_clock::now() < limits.until) {
    const int size =
        ssh_channel_read_timeout(channel.get(), buffer.data(), buffer.size(), 0, kLookMilliseconds);
    if (size > 0) heard({buffer.data(), static_cast<std::size_t>(size)});
    if (size == SSH_ERROR || ssh_channel_is_eof(channel.get()) != 0)
      return tl::unexpected(refused(access, "it ended", session.get()));
  }
  return {};
}

}  // namespace switchyard::provisioner
