// Writing one answer.
#include "web/edge/connection.h"
#include "web/edge/gzip.h"

#include <array>
#include <ctime>

namespace switchyard::web::edge {
namespace {

// IMF-fixdate, RFC 9110 5.6.7.
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

bool has_body(int status) { return status != 204 && status != 304; }

std::uint64_t length_of(const Response& response) {
  return response.file ? response.file->length : response.body.size();
}

}  // namespace

std::string Connection::head_of(const Request& request, const Response& response,
                                bool keep_alive) const {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
  text.append(reason_phrase(response.status)).append("\r\n");
  const auto add = [&](std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
  };
  add("Date", http_date());
  if (!service_.server_name.empty()) add("Server", service_.server_name);
  for (const Header& header : response.headers)
    add(header.name, header.value);
  add("X-Request-ID", request.request_id);
  add("X-Content-Type-Options", "nosniff");
  if (service_.tls) add("Strict-Transport-Security", "max-age=31536000");
  if (find_header(response.headers, "cache-control") == nullptr) add("Cache-Control", "no-store");
  if (response.events) {
    add("Connection", "close");
    return text.append("\r\n");
  }
  if (has_body(response.status)) add("Content-Length", std::to_string(length_of(response)));
  if (!keep_alive) add("Connection", "close");
  return text.append("\r\n");
}

// False when the client did not take it.
net::awaitable<bool> Connection::write_response(const Request& request, Response& response,
                                                bool keep_alive) {
  if (!response.file) {
    const std::string* type = find_header(response.headers, "content-type");
    if (type != nullptr && response.body.size() > 1024)
      response.headers.push_back({"Vary", "Accept-Encoding"});
    if (accepts_gzip(request.headers)) compress(response);
  }
  std::string text = head_of(request, response, keep_alive);
  const bool with_body = request.method != "HEAD" && has_body(response.status);
  constexpr std::size_t kOnePacket = 8 * 1024;
  const bool together = with_body && !response.file && response.body.size() <= kOnePacket;
  if (together) text += response.body;
  const auto stall = service_.limits.write_stall;
  const error_code head_failed = co_await stream_->write(text, stall);
  if (head_failed) co_return false;
  if (!with_body || together) co_return true;
  if (response.file) co_return co_await write_file(*response.file);
  const error_code body_failed = co_await stream_->write(response.body, stall);
  co_return !body_failed;
}

net::awaitable<bool> Connection::write_file(const FilePart& part) {
  constexpr std::size_t kPiece = 256 * 1024;
  std::string piece;
  std::uint64_t sent = 0;
  while (sent < part.length) {
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, part.length - sent)));
    const std::size_t got = part.file->read_at(part.offset + sent, piece.data(), piece.size());
    if (got == 0) co_return false;  // it became shorter: the client must see a broken transfer
    const error_code failed = co_await stream_->write(std::string_view(piece).substr(0, got),
                                                      service_.limits.write_stall);
    if (failed) co_return false;
    sent += got;
  }
  co_return true;
}

}  // namespace switchyard::web::edge
