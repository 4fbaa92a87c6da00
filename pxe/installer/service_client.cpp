#include "pxe/installer/service_client.h"

#include <curl/curl.h>

#include <memory>

namespace switchyard::pxe::installer {
namespace {

struct Transfer {
  const ServiceClient::Sink* sink{};
  Status outcome{};
};

std::size_t receive(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.outcome = (*transfer.sink)(data, size);
  return transfer.outcome ? size : 0;
}

struct Request {
  std::string url{}, pin{};
  const Secret* session{};
  const std::string* body{};  // of a POST
  long most_seconds{};        // 0: only a stalled transfer ends
};

Error as_error(CURLcode code, const std::string& url) {
  const auto kind = code == CURLE_OPERATION_TIMEDOUT ? Errc::TimedOut : Errc::Unavailable;
  return {kind, url + ": " + curl_easy_strerror(code)};
}

Result<long> perform(const Request& request, const ServiceClient::Sink& sink) {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl{curl_easy_init(), &curl_easy_cleanup};
  if (!curl) return failure(Errc::Unavailable, "no memory for a request");
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  if (!request.session->empty())
    list = curl_slist_append(list, ("Authorization: Bearer " + request.session->reveal()).c_str());
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers{list, &curl_slist_free_all};
  Transfer transfer{.sink = &sink};
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
  // The certificate is self-signed: its key is what we know, and curl checks that before it sends.
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(handle, CURLOPT_PINNEDPUBLICKEY, request.pin.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 10L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, request.most_seconds);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, 60L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &receive);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  if (request.body != nullptr) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body->size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body->c_str());
  }
  const CURLcode code = curl_easy_perform(handle);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (!transfer.outcome) return tl::unexpected(transfer.outcome.error());
  if (code != CURLE_OK) return tl::unexpected(as_error(code, request.url));
  return status;
}

Result<Reply> exchange(const Request& request) {
  constexpr std::size_t kMostBody = 1U << 20U;
  Reply reply;
  const auto status = perform(request, [&](const char* data, std::size_t size) -> Status {
    if (reply.body.size() + size > kMostBody)
      return failure(Errc::Invalid, request.url + ": the answer is larger than 1 MiB");
    reply.body.append(data, size);
    return {};
  });
  if (!status) return tl::unexpected(status.error());
  reply.status = *status;
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
  const auto status = perform({endpoint_.url + path, endpoint_.pin, &session_, nullptr, 0}, sink);
  if (!status) return tl::unexpected(status.error());
  if (*status != 200)
    return failure(Errc::Rejected, path + ": the service answered " + std::to_string(*status));
  return {};
}

}  // namespace switchyard::pxe::installer
