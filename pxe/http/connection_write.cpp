// Writing one answer.
#include "pxe/http/connection.h"

#include "pxe/http/target.h"

#include <sys/sendfile.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace switchyard::pxe::http {
namespace {

constexpr std::size_t kLargestTurn = 1 << 20;
constexpr std::size_t kSmallestTurn = 64 << 10;

bool has_body(int status) { return status != 204 && status != 304; }

struct Framing {
  int status{};
  std::uint64_t length{};
  bool keep_alive{};
  bool is_old{};
};

std::string head_of(const Framing& framing, const Headers& headers) {
  std::string text = "HTTP/1.1 " + std::to_string(framing.status) + " ";
  text.append(reason_phrase(framing.status)).append("\r\n");
  const auto add = [&text](std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
  };
  add("Date", http_date(std::time(nullptr)));
  for (const Header& header : headers)
    add(header.name, header.value);
  if (has_body(framing.status)) add("Content-Length", std::to_string(framing.length));
  if (!framing.keep_alive)
    add("Connection", "close");
  else if (framing.is_old)
    add("Connection", "keep-alive");
  return text.append("\r\n");
}

int status_for(Errc code) {
  switch (code) {
    case Errc::Invalid: return 400;
    case Errc::NotFound: return 404;
    case Errc::Rejected: return 403;
    default: return 503;
  }
}

}  // namespace

net::awaitable<bool> Connection::write_answer(const Incoming& incoming, const Answer& answer) {
  if (!answer.file.empty()) co_return co_await write_file(incoming, answer.file);
  std::string text = head_of({.status = answer.status,
                              .length = answer.body.size(),
                              .keep_alive = incoming.keep_alive,
                              .is_old = incoming.is_old},
                             answer.headers);
  if (incoming.request->method != "HEAD" && has_body(answer.status)) text += answer.body;
  const error_code failed = co_await stream_->write(text, service_.limits.stall);
  co_return !failed;
}

net::awaitable<bool> Connection::write_file(const Incoming& incoming, const std::string& name) {
  const auto file = service_.root->find(name);
  if (!file) {
    const Answer none = error_answer(status_for(file.error().code), file.error().message);
    co_return co_await write_answer(incoming, none);
  }
  const FilePlan plan = plan_file(incoming.request->headers,
                                  {.name = name,
                                   .entity_tag = (*file)->entity_tag(),
                                   .modified = (*file)->modified() / 1'000'000,
                                   .size = (*file)->size()});
  const std::string head = head_of({.status = plan.status,
                                    .length = plan.length,
                                    .keep_alive = incoming.keep_alive,
                                    .is_old = incoming.is_old},
                                   plan.headers);
  const error_code failed = co_await stream_->write(head, service_.limits.stall);
  if (failed) co_return false;
  if (incoming.request->method == "HEAD" || plan.length == 0) co_return true;
  if (stream_->is_tls()) co_return co_await copy_file(**file, plan);
  co_return co_await send_file(**file, plan);
}

// Bytes until others have their turn. All connections of a client together get about what one of
// another client gets.
std::size_t Connection::turn() const {
  return std::max(kSmallestTurn,
                  kLargestTurn / std::max<std::size_t>(1, service_.clients.of(client_)));
}

net::awaitable<bool> Connection::send_file(const BootFile& file, const FilePlan& plan) {
  auto offset = static_cast<off_t>(plan.offset);
  std::uint64_t left = plan.length;
  error_code error;
  while (left > 0 && !error) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, turn()));
    const auto sent =
        ::sendfile(stream_->socket().native_handle(), file.descriptor(), &offset, wanted);
    if (sent > 0) {
      left -= static_cast<std::uint64_t>(sent);
      if (static_cast<std::size_t>(sent) == wanted)
        co_await net::post(stream_->executor(), net::use_awaitable);
    } else if (sent < 0 && errno == EAGAIN) {
      stream_->set_deadline(service_.limits.stall);
      error = co_await stream_->wait_for_room();
    } else if (sent == 0 || errno != EINTR) {
      co_return false;  // it became shorter, or the client went: a broken transfer must show
    }
    if (!stream_->is_open()) co_return false;
  }
  co_return !error;
}

net::awaitable<bool> Connection::copy_file(const BootFile& file, const FilePlan& plan) {
  std::string piece;
  std::uint64_t sent = 0;
  while (sent < plan.length) {
    piece.resize(static_cast<std::size_t>(
        std::min<std::uint64_t>(kLargestTurn / 4, plan.length - sent)));
    const std::size_t got = file.read_at(plan.offset + sent, piece.data(), piece.size());
    if (got == 0) co_return false;
    const error_code failed =
        co_await stream_->write(std::string_view(piece).substr(0, got), service_.limits.stall);
    if (failed) co_return false;
    sent += got;
  }
  co_return true;
}

}  // namespace switchyard::pxe::http
