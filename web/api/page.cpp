#include "web/api/page.h"

#include <sodium.h>

#include <algorithm>

namespace switchyard::web::api {
namespace {

constexpr std::size_t kSealLength = 16;  // hex digits; it guards against misuse, not against money

std::string to_base64url(const std::string& text) {
  std::string result(
      sodium_base64_encoded_len(text.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(result.data(), result.size(),
                    reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  result.pop_back();
  return result;
}

std::optional<std::string> from_base64url(const std::string& text) {
  std::string result(text.size() + 1, '\0');
  std::size_t length = 0;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(result.data()),
                                       result.size(), text.data(), text.size(), nullptr, &length,
                                       nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  if (failed != 0) return std::nullopt;
  result.resize(length);
  return result;
}

// The list and its filters; the size may change from page to page.
std::string subject_of(const Call& call) {
  std::string text = call.path;
  for (const auto& [name, value] : call.query) {
    if (name != "page_token" && name != "page_size") text += "\n" + name + "=" + value;
  }
  return text;
}

std::string seal(const Call& call, const Keyring& keys, const std::string& key) {
  return keys.mac("page", subject_of(call) + "\n" + key).substr(0, kSealLength);
}

}  // namespace

Checked<PageQuery> page_of(const Call& call, const Keyring& keys) {
  const auto size = integer_query(call, "page_size", 1, 1'000'000, 50);
  if (!size) return tl::unexpected(size.error());
  PageQuery page{.size = static_cast<int>(std::min(*size, 500LL))};
  const std::string token = call.query_or("page_token", "");
  if (token.empty()) return page;
  const auto opened = from_base64url(token);
  const bool genuine =
      opened && opened->size() > kSealLength &&
      opened->substr(0, kSealLength) == seal(call, keys, opened->substr(kSealLength));
  if (!genuine)
    return refuse(400, "invalid_page_token",
                  "the page_token does not belong to this list and filter");
  page.after = opened->substr(kSealLength);
  return page;
}

Reply list_reply(const Call& call, const Keyring& keys, json items, const std::string& next) {
  const std::string token = next.empty() ? "" : to_base64url(seal(call, keys, next) + next);
  Reply reply;
  reply.body = {{"items", std::move(items)}, {"next_page_token", token}};
  if (next.empty()) return reply;
  std::string query;
  for (const auto& [name, value] : call.query) {
    // Values were decoded; only those that need no escape are put into the link.
    const bool plain = std::all_of(value.begin(), value.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    });
    if (name != "page_token" && plain) query += name + "=" + value + "&";
  }
  reply.next_link = call.path + "?" + query + "page_token=" + token;
  return reply;
}

}  // namespace switchyard::web::api
