#include "pxe/installer/service_client.h"

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

namespace switchyard::pxe::installer {
namespace {

using std::chrono::steady_clock;

// A service that restarts must not cost a server its install.
constexpr std::chrono::minutes kResumePatience{5};
constexpr std::chrono::seconds kResumePause{1};
constexpr long kMostAtOnce = 512L * 1024;  // bytes handed to a sink

struct Transfer {
  CURL* handle{};
  const ServiceClient::Sink* sink{};
  long wanted_status{};  // what other answers say is not the file; 0: any
  Status outcome{};
};

std::size_t receive(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  long status = 0;
  curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
  if (transfer.wanted_status != 0 && status != transfer.wanted_status) return size;
  transfer.outcome = (*transfer.sink)(data, size);
  return transfer.outcome ? size : 0;
}

struct Request {
  std::string url{}, pin{};
  const Secret* session{};    // null: the request goes in clear
  const std::string* body{};  // of a POST
  long most_seconds{};        // 0: only a stalled transfer ends
  std::uint64_t from{};       // first byte of the file that is wanted
  long wanted_status{};       // the body of others is dropped; 0: none is
};

struct Head {
  long status{};
  std::optional<std::time_t> date{};
};

Error as_error(CURLcode code, const std::string& url) {
  const auto kind = code == CURLE_OPERATION_TIMEDOUT ? Errc::TimedOut : Errc::Unavailable;
  return {kind, url + ": " + curl_easy_strerror(code)};
}

std::optional<std::time_t> date_of(CURL* handle) {
  curl_header* field = nullptr;
  if (curl_easy_header(handle, "Date", 0, CURLH_HEADER, -1, &field) != CURLHE_OK)
    return std::nullopt;
  const std::time_t date = curl_getdate(field->value, nullptr);
  return date < 0 ? std::nullopt : std::optional(date);
}

Result<Head> perform(const Request& request, const ServiceClient::Sink& sink) {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl{curl_easy_init(), &curl_easy_cleanup};
  if (!curl) return failure(Errc::Unavailable, "no memory for a request");
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  const bool is_clear = request.session == nullptr;
  if (!is_clear && !request.session->empty())
    list = curl_slist_append(list, ("Authorization: Bearer " + request.session->reveal()).c_str());
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers{list, &curl_slist_free_all};
  CURL* handle = curl.get();
  Transfer transfer{.handle = handle, .sink = &sink, .wanted_status = request.wanted_status};
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, is_clear ? "http" : "https");
  // The certificate is self-signed: its key is what we know, and curl checks that before it sends.
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(handle, CURLOPT_PINNEDPUBLICKEY, request.pin.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, kMostAtOnce);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, request.most_seconds);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, 60L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &receive);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(request.from));
  if (request.body != nullptr) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body->size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body->c_str());
  }
  const CURLcode code = curl_easy_perform(handle);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (!transfer.outcome) return tl::unexpected(transfer.outcome.error());
  if (code != CURLE_OK) return tl::unexpected(as_error(code, request.url));
  return Head{.status = status, .date = date_of(handle)};
}

Result<Reply> exchange(const Request& request) {
  constexpr std::size_t kMostBody = 1U << 20U;
  Reply reply;
  const auto head = perform(request, [&](const char* data, std::size_t size) -> Status {
    if (reply.body.size() + size > kMostBody)
      return failure(Errc::Invalid, request.url + ": the answer is larger than 1 MiB");
    reply.body.append(data, size);
    return {};
  });
  if (!head) return tl::unexpected(head.error());
  reply.status = head->status;
  reply.date = head->date;
  return reply;
}

}  // namespace

Result<Reply> ServiceClient::post(const std::string& path, const std::string& body) {
  return exchange({endpoint_.url + path, endpoint_.pin, &session_, &body, 20});
}

Result<Reply> ServiceClient::get(const std::string& path) {
  return exchange({endpoint_.url + path, endpoint_.pin, &session_, nullptr, 40});
}

Status ServiceClient::fetch(const std::string& path, const Sink& sink) {
  std::uint64_t received = 0;
  bool refused = false;  // by the sink
  const Sink count = [&](const char* data, std::size_t size) -> Status {
    received += size;
    Status taken = sink(data, size);
    refused = !taken;
    return taken;
  };
  const bool is_clear = !endpoint_.files.empty();
  auto last_news = steady_clock::now();
  for (;;) {
    const std::uint64_t before = received;
    const long wanted = before == 0 ? 200 : 206;  // 206: the rest (RFC 9110 15.3.7)
    const auto head = perform({.url = (is_clear ? endpoint_.files : endpoint_.url) + path,
                               .pin = endpoint_.pin,
                               .session = is_clear ? nullptr : &session_,
                               .from = before,
                               .wanted_status = wanted},
                              count);
    if (head && head->status == wanted) return {};
    if (refused) return tl::unexpected(head.error());
    const bool restarting = !head || head->status >= 500;
    Error error = head ? Error{Errc::Rejected,
                               path + ": the service answered " + std::to_string(head->status)}
                       : head.error();
    if (received > before) last_news = steady_clock::now();
    if (!restarting || steady_clock::now() - last_news > kResumePatience)
      return tl::unexpected(std::move(error));
    std::this_thread::sleep_for(kResumePause);
  }
}

}  // namespace switchyard::pxe::installer
