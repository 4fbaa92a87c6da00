// Pages of lists: page_size, an opaque page_token, items and next_page_token.
#pragma once

#include "web/api/call.h"
#include "web/api/keyring.h"

#include <functional>
#include <string>

namespace switchyard::web::api {

struct PageQuery {
  int size{50};         // 1 … 500; a larger wish is cut down, not refused
  std::string after{};  // key of the last item seen
};

// A token is the key of the last item with a seal over path and filters, so that it is only good
// for the list it came from and nobody builds on what is inside.
[[nodiscard]] Checked<PageQuery> page_of(const Call& call, const Keyring& keys);

// {"items": […], "next_page_token": "…"} with Link: rel="next"; `next` empty: the last page.
[[nodiscard]] Reply list_reply(const Call& call, const Keyring& keys, json items,
                               const std::string& next);

}  // namespace switchyard::web::api
