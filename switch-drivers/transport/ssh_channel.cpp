// The SSH session itself (libssh).
#include "switch-drivers/transport/ssh_channel.h"

#include <fmt/format.h>
#include <libssh/libssh.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <vector>

namespace switchyard::switch_drivers {

namespace {

using Clock = std::chrono::steady_clock;

struct SessionDeleter {
  void operator()(ssh_session session) const {
    ssh_silent_disconnect(session);
    ssh_free(session);
  }
};

struct ChannelDeleter {
  void operator()(ssh_channel channel) const { ssh_channel_free(channel); }
};

struct KeyDeleter {
  void operator()(ssh_key key) const { ssh_key_free(key); }
};

using Session = std::unique_ptr<std::remove_pointer_t<ssh_session>, SessionDeleter>;
using Channel = std::unique_ptr<std::remove_pointer_t<ssh_channel>, ChannelDeleter>;
using Key = std::unique_ptr<std::remove_pointer_t<ssh_key>, KeyDeleter>;

// A switch has a key of each kind and shows one of them; the pinned one may be any.
constexpr std::array kHostKeyKinds{"ssh-ed25519", "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384",
                                   "rsa-sha2-512,rsa-sha2-256"};
constexpr std::size_t kWritePiece = 32 * 1024;

}  // namespace

struct SshChannel::Connection {
  SwitchAccess access;
  ChannelRequest request;
  Session session{};
  Channel channel{};  // after session: freed before it
  Clock::time_point until{};
  std::size_t first_kind{};
  std::vector<char> buffer = std::vector<char>(128 * 1024);  // of one read

  tl::unexpected<Error> failed(Errc code, std::string_view what) const {
    const char* why = session ? ssh_get_error(session.get()) : "";
    return failure(code, fmt::format("ssh {} port {}: {}{}{}", access.address, access.port, what,
                                     *why == '\0' ? "" : ": ", why));
  }

  [[nodiscard]] bool may_talk() const { return !access.permit || access.permit->holds(); }

  tl::unexpected<Error> late(std::string_view what) const {
    if (!may_talk()) {
      return failure(Errc::Unavailable,
                     fmt::format("ssh {} port {}: {} was cut short: this controller ends or no "
                                 "longer holds the switch",
                                 access.address, access.port, what));
    }
    return failure(Errc::TimedOut, fmt::format("ssh {} port {}: {} took too long", access.address,
                                               access.port, what));
  }

  // Ready to read (or to write, when libssh has something left to send), or past the deadline or
  // the permit: false.
  [[nodiscard]] bool wait() const {
    if (!may_talk()) return false;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) return false;
    pollfd item{.fd = ssh_get_fd(session.get()), .events = POLLIN, .revents = 0};
    if (item.fd < 0) return true;  // libssh has given up; the next call says why
    if ((ssh_get_poll_flags(session.get()) & SSH_WRITE_PENDING) != 0) item.events |= POLLOUT;
    // libssh may hold a packet that is already read from the socket, so never wait long for the
    // next.
    const int timeout = static_cast<int>(std::min<long long>(left.count(), 200));
    return ::poll(&item, 1, timeout) >= 0 || errno == EINTR;
  }

  // Calls until it is not SSH_AGAIN any more; nothing when the deadline has passed.
  template <class Call> [[nodiscard]] std::optional<int> complete(const Call& call) const {
    int result = call();
    while (result == SSH_AGAIN || result == static_cast<int>(SSH_AUTH_AGAIN)) {
      if (!wait()) return std::nullopt;
      result = call();
    }
    return result;
  }

  [[nodiscard]] bool is_alive() {
    if (!session || !channel || ssh_is_connected(session.get()) == 0) return false;
    // Takes in what came since the last call, the end of the session above all.
    const int waiting = ssh_channel_poll(channel.get(), 0);
    return waiting != SSH_ERROR && waiting != SSH_EOF && ssh_channel_is_closed(channel.get()) == 0;
  }

  // Each try is one connection; after the first success it is always the same single one, so that a
  // switch with a low MaxStartups is not asked twice.
  Status connect() {
    if (access.host_key.empty()) {
      return failure(Errc::Rejected, fmt::format("ssh {}: no host key is pinned; put its SHA256 "
                                                 "fingerprint (ssh-keygen -l) into the inventory",
                                                 access.address));
    }
    std::string offered;
    for (std::size_t i = 0; i < kHostKeyKinds.size(); ++i) {
      const std::size_t kind = (first_kind + i) % kHostKeyKinds.size();
      const auto shown = greet(kHostKeyKinds.at(kind));
      // A switch that has shown a key of one kind may break off when asked for one it has not.
      if (!shown && !offered.empty()) continue;
      if (!shown) return tl::unexpected(shown.error());
      if (*shown == access.host_key) {
        first_kind = kind;
        return enter();
      }
      if (offered.empty()) offered = *shown;
    }
    return failure(Errc::Rejected,
                   fmt::format("ssh {}: the host key is {} and not the pinned {}", access.address,
                               offered.empty() ? "of no known kind" : offered, access.host_key));
  }

  // Key exchange only: the fingerprint shown; "" when the switch has no key of this kind.
  Result<std::string> greet(const char* kind) {
    channel.reset();
    session.reset(ssh_new());
    if (!session) return failure(Errc::Unavailable, "libssh has no memory for a session");
    const unsigned port = access.port;
    const int yes = 1;
    const bool no = false;
    const auto set = [&](ssh_options_e option, const void* value) {
      return ssh_options_set(session.get(), option, value) == SSH_OK;
    };
    if (!set(SSH_OPTIONS_PROCESS_CONFIG, &no) || !set(SSH_OPTIONS_HOST, access.address.c_str()) ||
        !set(SSH_OPTIONS_PORT, &port) || !set(SSH_OPTIONS_USER, access.user.c_str()) ||
        !set(SSH_OPTIONS_HOSTKEYS, kind) || !set(SSH_OPTIONS_NODELAY, &yes)) {
      return failed(Errc::Invalid, "the access data");
    }
    ssh_set_blocking(session.get(), 0);
    const auto connected = complete([&] { return ssh_connect(session.get()); });
    if (!connected) return late("connecting");
    if (*connected != SSH_OK) {
      const std::string_view why = ssh_get_error(session.get());
      if (why.find("no match for method") != std::string_view::npos) return std::string{};
      return failed(Errc::Unavailable, "cannot connect");
    }
    keep_alive();
    return fingerprint();
  }

  // Nothing reads an idle session, so the kernel keeps it alive, and finds out when the switch is
  // gone.
  void keep_alive() const {
    const int fd = ssh_get_fd(session.get());
    const int on = 1, idle = 15, interval = 5, probes = 3;
    (void)::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  Result<std::string> fingerprint() const {
    ssh_key raw = nullptr;
    if (ssh_get_server_publickey(session.get(), &raw) != SSH_OK) {
      return failed(Errc::Unavailable, "no host key");
    }
    const Key key{raw};
    unsigned char* hash = nullptr;
    std::size_t length = 0;
    if (ssh_get_publickey_hash(key.get(), SSH_PUBLICKEY_HASH_SHA256, &hash, &length) != 0) {
      return failed(Errc::Unavailable, "cannot read the host key");
    }
    char* text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length);
    const std::string found = text == nullptr ? "" : text;
    ssh_string_free_char(text);
    ssh_clean_pubkey_hash(&hash);
    return found;
  }

  Status enter() {
    if (auto status = log_in(); !status) return status;
    channel.reset(ssh_channel_new(session.get()));
    if (!channel) return failed(Errc::Unavailable, "cannot open a channel");
    const auto opened = complete([&] { return ssh_channel_open_session(channel.get()); });
    if (!opened) return late("opening a channel");
    if (*opened != SSH_OK) return failed(Errc::Unavailable, "cannot open a channel");
    const auto started = complete([&] {
      return request.kind == ChannelRequest::Kind::Exec
                 ? ssh_channel_request_exec(channel.get(), request.name)
                 : ssh_channel_request_subsystem(channel.get(), request.name);
    });
    if (!started) return late(fmt::format("starting {}", request.name));
    if (*started != SSH_OK)
      return failed(Errc::Unavailable, fmt::format("cannot start {}", request.name));
    return {};
  }

  Status log_in() {
    std::optional<int> result;
    if (!access.password.empty()) {
      result = complete([&] {
        return ssh_userauth_password(session.get(), nullptr, access.password.reveal().c_str());
      });
    } else {
      ssh_key raw = nullptr;
      if (ssh_pki_import_privkey_file(access.private_key_file.c_str(), nullptr, nullptr, nullptr,
                                      &raw) != SSH_OK) {
        return failure(Errc::Rejected, fmt::format("ssh {}: cannot read the private key {}",
                                                   access.address, access.private_key_file));
      }
      const Key key{raw};
      result = complete([&] { return ssh_userauth_publickey(session.get(), nullptr, key.get()); });
    }
    if (!result) return late("logging in");
    if (*result == SSH_AUTH_SUCCESS) return {};
    if (*result == SSH_AUTH_ERROR) return failed(Errc::Unavailable, "cannot log in");
    return failure(Errc::Rejected,
                   fmt::format("ssh {}: the login of {} is refused", access.address, access.user));
  }

  Result<bool> send_some(std::string_view& text) {
    if (!may_talk()) return late("sending");
    const std::string_view piece = text.substr(0, kWritePiece);
    const int sent =
        ssh_channel_write(channel.get(), piece.data(), static_cast<std::uint32_t>(piece.size()));
    if (sent < 0) return failed(Errc::Unavailable, "the session broke");
    text.remove_prefix(static_cast<std::size_t>(sent));
    return sent > 0;
  }

  Result<std::string_view> receive_some() {
    const int got = ssh_channel_read_nonblocking(channel.get(), buffer.data(),
                                                 static_cast<std::uint32_t>(buffer.size()), 0);
    if (got > 0) return std::string_view{buffer.data(), static_cast<std::size_t>(got)};
    if (got == SSH_ERROR || got == SSH_EOF || ssh_channel_is_eof(channel.get()) != 0 ||
        ssh_channel_is_closed(channel.get()) != 0) {
      return failed(Errc::Unavailable, "the session ended");
    }
    return std::string_view{};
  }
};

SshChannel::SshChannel(SwitchAccess access, ChannelRequest request)
    : connection_(std::make_unique<Connection>(Connection{std::move(access), request})) {}

SshChannel::~SshChannel() = default;

void SshChannel::begin(std::chrono::milliseconds deadline) {
  connection_->until = Clock::now() + deadline;
}

bool SshChannel::is_alive() { return connection_->is_alive(); }

Status SshChannel::connect() { return connection_->connect(); }

void SshChannel::drop() {
  connection_->channel.reset();
  connection_->session.reset();
}

bool SshChannel::may_talk() const { return connection_->may_talk(); }

Result<bool> SshChannel::send_some(std::string_view& text) { return connection_->send_some(text); }

Result<std::string_view> SshChannel::receive_some() { return connection_->receive_some(); }

bool SshChannel::wait() const { return connection_->wait(); }

tl::unexpected<Error> SshChannel::late(std::string_view what) const {
  return connection_->late(what);
}

}  // namespace switchyard::switch_drivers
