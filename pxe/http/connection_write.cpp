// Writing answers: texts from memory, files by sendfile(2) or through TLS.
#include "pxe/http/connection.h"
#include "pxe/http/target.h"

#include <sys/sendfile.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace switchyard::pxe::http {
namespace {

using net::use_awaitable;
using Clock = std::chrono::steady_clock;

// Smaller files go out in one piece with the head.
constexpr std::uint64_t kSmall = 32 * 1024;
constexpr std::size_t kTlsPiece = 128 * 1024;

std::string head_of(int status, const Headers& headers, std::optional<std::uint64_t> length,
                    bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head += reason_phrase(status);
  head += "\r\nDate: " + http_date(std::time(nullptr)) + "\r\n";
  for (const auto& [name, value] : headers)
    head += name + ": " + value + "\r\n";
  if (length) head += "Content-Length: " + std::to_string(*length) + "\r\n";
  // Said in words too, for clients of HTTP/1.0.
  head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

bool is_head(const std::shared_ptr<Request>& request) {
  return request && request->method == "HEAD";
}

// When a client that takes `length` bytes as slowly as it may is done.
Clock::time_point latest_end(const Limits& limits, std::uint64_t length) {
  return Clock::now() + limits.stall + std::chrono::seconds(length / limits.slowest);
}

}  // namespace

net::awaitable<bool> Connection::write(const Message& message, const Answer& answer) {
  const bool keep_alive = message.keep_alive && message.refused == 0 && !service_.stopping;
  const bool has_length = answer.status != 204 && answer.status != 304;
  std::string text = head_of(
      answer.status, answer.headers,
      has_length ? std::optional(std::uint64_t{answer.body.size()}) : std::nullopt, keep_alive);
  if (has_length && !is_head(message.request)) text += answer.body;
  const error_code failed = co_await stream_->write(text, service_.options.limits.stall);
  co_return !failed && keep_alive;
}

net::awaitable<bool> Connection::write_file(const Message& message, const Answer& answer,
                                            std::string_view name) {
  const auto began = Clock::now();
  const auto file = service_.root->find(name);
  if (!file) {
    const Errc code = file.error().code;
    const int status = code == Errc::Unavailable ? 503 : code == Errc::Rejected ? 403 : 404;
    const Answer refusal = error_answer(status, file.error().message);
    co_return co_await write(message, refusal);
  }
  const BootFile& found = **file;
  const FileFacts facts{.name = std::string(name),
                        .entity_tag = found.entity_tag(),
                        .modified = found.modified() / 1'000'000,
                        .size = found.size()};
  FilePlan plan = plan_file(message.request->headers, facts);
  plan.headers.insert(plan.headers.end(), answer.headers.begin(), answer.headers.end());
  const bool keep_alive = message.keep_alive && !service_.stopping;
  const auto length = plan.status == 304 ? std::nullopt : std::optional(plan.length);
  const std::string head = head_of(plan.status, plan.headers, length, keep_alive);
  const std::uint64_t wanted = is_head(message.request) ? 0 : plan.length;
  const std::uint64_t head_size = head.size();
  const std::uint64_t sent = co_await send_part(found, head, plan.offset, wanted);
  Fetch fetch{.client = client_, .file = facts.name, .status = plan.status};
  fetch.bytes = sent - std::min(sent, head_size);
  fetch.complete = sent == head_size + wanted;
  fetch.took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
  if (service_.options.fetched) service_.options.fetched(fetch);
  co_return fetch.complete&& keep_alive;
}

// How many bytes of head and file went out.
net::awaitable<std::uint64_t> Connection::send_part(const BootFile& file, std::string head,
                                                    std::uint64_t offset, std::uint64_t length) {
  const std::uint64_t head_size = head.size();
  const bool is_small = length <= kSmall;
  if (is_small && length > 0) {
    head.resize(head_size + length);
    const std::size_t got = file.read_at(offset, head.data() + head_size, length);
    head.resize(head_size + got);
  }
  const error_code failed = co_await stream_->write(head, service_.options.limits.stall);
  if (failed) co_return 0;
  if (is_small) co_return head.size();
  std::uint64_t sent = 0;
  if (stream_->is_tls())
    sent = co_await send_tls(file, offset, length);
  else
    sent = co_await send_clear(file, offset, length);
  co_return head_size + sent;
}

net::awaitable<std::uint64_t> Connection::send_clear(const BootFile& file, std::uint64_t offset,
                                                     std::uint64_t length) {
  const Limits& limits = service_.options.limits;
  const auto end = latest_end(limits, length);
  std::uint64_t left = length;
  std::uint64_t turn = limits.turn;
  auto at = static_cast<off_t>(offset);
  stream_->set_deadline(std::min(end, Clock::now() + limits.stall));
  while (left > 0) {
    const auto sent =
        ::sendfile(stream_->socket().native_handle(), file.descriptor(), &at, std::min(left, turn));
    if (sent > 0) {
      left -= static_cast<std::uint64_t>(sent);
      turn -= static_cast<std::uint64_t>(sent);
      if (left == 0) break;
      if (turn > 0) continue;
      turn = limits.turn;
      stream_->set_deadline(std::min(end, Clock::now() + limits.stall));
      co_await net::post(stream_->executor(), use_awaitable);
      if (!stream_->is_open()) break;
    } else if (sent < 0 && errno == EAGAIN) {
      turn = limits.turn;
      stream_->set_deadline(std::min(end, Clock::now() + limits.stall));
      const error_code failed = co_await stream_->wait_for_room();
      if (failed) break;
    } else if (sent == 0 || errno != EINTR) {
      break;  // 0: the file became shorter, so the client must see that the answer is cut
    }
  }
  co_return length - left;
}

net::awaitable<std::uint64_t> Connection::send_tls(const BootFile& file, std::uint64_t offset,
                                                   std::uint64_t length) {
  const Limits& limits = service_.options.limits;
  const auto end = latest_end(limits, length);
  std::uint64_t left = length;
  std::vector<char> piece(kTlsPiece);
  while (left > 0) {
    const std::size_t got = file.read_at(offset + (length - left), piece.data(),
                                         std::min<std::uint64_t>(left, piece.size()));
    if (got == 0) break;
    std::size_t done = 0;
    error_code error;
    while (done < got && !error) {
      stream_->set_deadline(std::min(end, Clock::now() + limits.stall));
      done += co_await stream_->write_some(net::buffer(piece.data() + done, got - done), error);
    }
    if (error) break;
    left -= got;
  }
  co_return length - left;
}

}  // namespace switchyard::pxe::http
