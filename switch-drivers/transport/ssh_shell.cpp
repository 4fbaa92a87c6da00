// The SSH session itself (libssh). Everything is non-blocking and every wait ends at the deadline
// of the call, because a switch that hangs must not take its reconciler with it.
#include "core/crash_point.h"
#include "core/id.h"
#include "switch-drivers/recording/tapped_shell.h"
#include "switch-drivers/transport/marker_stream.h"
#include "switch-drivers/transport/shell.h"

#include <fmt/format.h>
#include <libssh/libssh.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
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

class SshShell final : public Shell {
 public:
  explicit SshShell(SwitchAccess access) : access_(std::move(access)) {}

  Result<std::vector<Answer>> run(std::span<const Command> commands,
                                  std::chrono::milliseconds deadline) override {
    if (commands.empty()) return std::vector<Answer>{};
    if (!may_talk()) return late("an exchange");
    until_ = Clock::now() + deadline;
    if (!is_alive()) {
      if (auto status = connect(); !status) return dropped(status.error());
    }
    const std::string nonce = random_hex(8);
    crash_point("before exchange");
    auto answers = exchange(frame(commands, nonce), MarkerStream(nonce, commands.size()));
    crash_point("after exchange");
    if (!answers) return dropped(answers.error());
    return answers;
  }

 private:
  tl::unexpected<Error> dropped(const Error& error) {
    channel_.reset();
    session_.reset();
    return tl::unexpected(error);
  }

  tl::unexpected<Error> failed(Errc code, std::string_view what) const {
    const char* why = session_ ? ssh_get_error(session_.get()) : "";
    return failure(code, fmt::format("ssh {} port {}: {}{}{}", access_.address, access_.port, what,
                                     *why == '\0' ? "" : ": ", why));
  }

  [[nodiscard]] bool may_talk() const { return !access_.permit || access_.permit->holds(); }

  tl::unexpected<Error> late(std::string_view what) const {
    if (!may_talk()) {
      return failure(Errc::Unavailable,
                     fmt::format("ssh {} port {}: {} was cut short: this controller ends or no "
                                 "longer holds the switch",
                                 access_.address, access_.port, what));
    }
    return failure(Errc::TimedOut, fmt::format("ssh {} port {}: {} took too long", access_.address,
                                               access_.port, what));
  }

  // Ready to read (or to write, when libssh has something left to send), or past the deadline or
  // the permit: false.
  [[nodiscard]] bool wait() const {
    if (!may_talk()) return false;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Clock::now());
    if (left.count() <= 0) return false;
    pollfd item{.fd = ssh_get_fd(session_.get()), .events = POLLIN, .revents = 0};
    if (item.fd < 0) return true;  // libssh has given up; the next call says why
    if ((ssh_get_poll_flags(session_.get()) & SSH_WRITE_PENDING) != 0) item.events |= POLLOUT;
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
    if (!session_ || !channel_ || ssh_is_connected(session_.get()) == 0) return false;
    // Takes in what came since the last call, the end of the session above all.
    const int waiting = ssh_channel_poll(channel_.get(), 0);
    return waiting != SSH_ERROR && waiting != SSH_EOF && ssh_channel_is_closed(channel_.get()) == 0;
  }

  // Each try is one connection; after the first success it is always the same single one, so that a
  // switch with a low MaxStartups is not asked twice.
  Status connect() {
    if (access_.host_key.empty()) {
      return failure(Errc::Rejected, fmt::format("ssh {}: no host key is pinned; put its SHA256 "
                                                 "fingerprint (ssh-keygen -l) into the inventory",
                                                 access_.address));
    }
    std::string offered;
    for (std::size_t i = 0; i < kHostKeyKinds.size(); ++i) {
      const std::size_t kind = (first_kind_ + i) % kHostKeyKinds.size();
      const auto shown = greet(kHostKeyKinds.at(kind));
      // A switch that has shown a key of one kind may break off when asked for one it has not.
      if (!shown && !offered.empty()) continue;
      if (!shown) return tl::unexpected(shown.error());
      if (*shown == access_.host_key) {
        first_kind_ = kind;
        return enter();
      }
      if (offered.empty()) offered = *shown;
    }
    return failure(Errc::Rejected,
                   fmt::format("ssh {}: the host key is {} and not the pinned {}", access_.address,
                               offered.empty() ? "of no known kind" : offered, access_.host_key));
  }

  // Key exchange only: the fingerprint shown; "" when the switch has no key of this kind.
  Result<std::string> greet(const char* kind) {
    channel_.reset();
    session_.reset(ssh_new());
    if (!session_) return failure(Errc::Unavailable, "libssh has no memory for a session");
    const unsigned port = access_.port;
    const int yes = 1;
    const bool no = false;
    const auto set = [&](ssh_options_e option, const void* value) {
      return ssh_options_set(session_.get(), option, value) == SSH_OK;
    };
    if (!set(SSH_OPTIONS_PROCESS_CONFIG, &no) || !set(SSH_OPTIONS_HOST, access_.address.c_str()) ||
        !set(SSH_OPTIONS_PORT, &port) || !set(SSH_OPTIONS_USER, access_.user.c_str()) ||
        !set(SSH_OPTIONS_HOSTKEYS, kind) || !set(SSH_OPTIONS_NODELAY, &yes)) {
      return failed(Errc::Invalid, "the access data");
    }
    ssh_set_blocking(session_.get(), 0);
    const auto connected = complete([&] { return ssh_connect(session_.get()); });
    if (!connected) return late("connecting");
    if (*connected != SSH_OK) {
      const std::string_view why = ssh_get_error(session_.get());
      if (why.find("no match for method") != std::string_view::npos) return std::string{};
      return failed(Errc::Unavailable, "cannot connect");
    }
    keep_alive();
    return fingerprint();
  }

  // Nothing reads an idle session, so the kernel keeps it alive, and finds out when the switch is
  // gone.
  void keep_alive() const {
    const int fd = ssh_get_fd(session_.get());
    const int on = 1, idle = 15, interval = 5, probes = 3;
    (void)::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  Result<std::string> fingerprint() const {
    ssh_key raw = nullptr;
    if (ssh_get_server_publickey(session_.get(), &raw) != SSH_OK) {
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
    channel_.reset(ssh_channel_new(session_.get()));
    if (!channel_) return failed(Errc::Unavailable, "cannot open a channel");
    const auto opened = complete([&] { return ssh_channel_open_session(channel_.get()); });
    if (!opened) return late("opening a channel");
    if (*opened != SSH_OK) return failed(Errc::Unavailable, "cannot open a channel");
    const auto started = complete([&] { return ssh_channel_request_exec(channel_.get(), "sh"); });
    if (!started) return late("starting a shell");
    if (*started != SSH_OK) return failed(Errc::Unavailable, "cannot start a shell");
    is_fresh_ = true;
    return {};
  }

  Status log_in() {
    std::optional<int> result;
    if (!access_.password.empty()) {
      result = complete([&] {
        return ssh_userauth_password(session_.get(), nullptr, access_.password.reveal().c_str());
      });
    } else {
      ssh_key raw = nullptr;
      if (ssh_pki_import_privkey_file(access_.private_key_file.c_str(), nullptr, nullptr, nullptr,
                                      &raw) != SSH_OK) {
        return failure(Errc::Rejected, fmt::format("ssh {}: cannot read the private key {}",
                                                   access_.address, access_.private_key_file));
      }
      const Key key{raw};
      result = complete([&] { return ssh_userauth_publickey(session_.get(), nullptr, key.get()); });
    }
    if (!result) return late("logging in");
    if (*result == SSH_AUTH_SUCCESS) return {};
    if (*result == SSH_AUTH_ERROR) return failed(Errc::Unavailable, "cannot log in");
    return failure(Errc::Rejected, fmt::format("ssh {}: the login of {} is refused",
                                               access_.address, access_.user));
  }

  [[nodiscard]] std::string frame(std::span<const Command> commands, const std::string& nonce) {
    std::string text = is_fresh_ ? "exec 2>&1\n" : "";
    is_fresh_ = false;
    text += fmt::format("echo SWY-{}-begin\n", nonce);
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const Command& command = commands[i];
      // Also without input: a program that reads its own (tc -batch -) would else read ours.
      text += command.line;
      text += fmt::format(" <<'SWY-{}-{}-IN'\n{}", nonce, i, command.input);
      if (!command.input.empty() && command.input.back() != '\n') text += '\n';
      text += fmt::format("SWY-{0}-{1}-IN\necho SWY-{0}-{1}-$?\n", nonce, i);
    }
    return text;
  }

  // Writes and reads by turns: a shell that cannot get rid of its output does not take more input.
  Result<std::vector<Answer>> exchange(std::string_view text, MarkerStream stream) {
    while (!stream.is_complete()) {
      const auto progress = step(text, stream);
      if (!progress) return tl::unexpected(progress.error());
      if (!*progress && !wait()) {
        return late(fmt::format("command {} of {}", stream.answered() + 1, stream.wanted()));
      }
    }
    return std::move(stream).take();
  }

  // Whether anything moved.
  Result<bool> step(std::string_view& text, MarkerStream& stream) {
    bool moved = false;
    if (!text.empty()) {
      if (!may_talk()) return late("sending");
      const std::string_view piece = text.substr(0, kWritePiece);
      const int sent =
          ssh_channel_write(channel_.get(), piece.data(), static_cast<std::uint32_t>(piece.size()));
      if (sent < 0) return failed(Errc::Unavailable, "the session broke");
      text.remove_prefix(static_cast<std::size_t>(sent));
      if (text.empty()) crash_point("exchange sent");  // the switch goes on without us
      moved = sent > 0;
    }
    const int got = ssh_channel_read_nonblocking(channel_.get(), buffer_.data(),
                                                 static_cast<std::uint32_t>(buffer_.size()), 0);
    if (got > 0) {
      stream.add({buffer_.data(), static_cast<std::size_t>(got)});
      return true;
    }
    if (got == SSH_ERROR || got == SSH_EOF || ssh_channel_is_eof(channel_.get()) != 0 ||
        ssh_channel_is_closed(channel_.get()) != 0) {
      return failed(Errc::Unavailable, "the session ended");
    }
    return moved;
  }

  SwitchAccess access_;
  Session session_{};
  Channel channel_{};  // after session_: freed before it
  Clock::time_point until_{};
  std::size_t first_kind_{};
  bool is_fresh_{true};
  std::vector<char> buffer_ = std::vector<char>(128 * 1024);  // of one read
};

}  // namespace

std::unique_ptr<Shell> make_ssh_shell(SwitchAccess access) {
  const std::shared_ptr<ExchangeTap> tap = access.tap;
  auto shell = std::make_unique<SshShell>(std::move(access));
  if (tap) return tap_shell(std::move(shell), tap);
  return shell;
}

}  // namespace switchyard::switch_drivers
