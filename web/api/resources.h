// The resources of the domain, one file each; handlers unpack a request, call the facade and show
// what it answers. `service` outlives the api.
#pragma once

#include "provisioner/service.h"
#include "web/api/api.h"
#include "web/api/page.h"
#include "web/api/views.h"

namespace switchyard::web::api {

void add_servers(Api& api, provisioner::Service& service);
void add_phone_home(Api& api, provisioner::Service& service);
void add_rescues(Api& api, provisioner::Service& service);
void add_wipes(Api& api, provisioner::Service& service);
void add_discoveries(Api& api, provisioner::Service& service);
void add_switches(Api& api, provisioner::Service& service);
void add_subnets(Api& api, provisioner::Service& service);
void add_deployments(Api& api, provisioner::Service& service);
void add_operations(Api& api, provisioner::Service& service);
void add_inventory(Api& api, provisioner::Service& service);
void add_catalogs(Api& api, provisioner::Service& service);
void add_images(Api& api, provisioner::Service& service);
void add_rollouts(Api& api, provisioner::Service& service);

// Whose eyes the facade looks through.
[[nodiscard]] provisioner::Viewer viewer_of(const Call& call);

[[nodiscard]] inline provisioner::Mode mode_of(const Call& call) {
  return call.dry_run ? provisioner::Mode::DryRun : provisioner::Mode::Real;
}

// A page of the facade as an answer: `ask(page_request)` answers Result<Page<View>>.
template <class Ask> [[nodiscard]] Answer list_answer(const Api& api, const Call& call, Ask ask) {
  const auto wanted = page_of(call, api.keys());
  if (!wanted) return tl::unexpected(wanted.error());
  const auto page = ask(provisioner::PageRequest{.size = wanted->size, .after = wanted->after});
  if (!page) return refuse(page.error());
  return list_reply(call, api.keys(), list_json(page->items), page->next);
}

// When it is worth asking again for something that is on its way.
inline constexpr std::chrono::seconds kLookAgain{2};

// An operation that was queued, or what has one of the same id, and where to look; of a dry run
// what would be.
template <class View>
[[nodiscard]] Answer queued_answer(const Call& call, const Result<View>& queued) {
  if (!queued) return refuse(queued.error());
  if (call.dry_run) return Reply{.body = to_json(*queued)};
  return Reply{.status = 202,
               .body = to_json(*queued),
               .location = "/api/v1/operations/" + queued->id,
               .retry_after = kLookAgain};
}

// One object that has no version.
template <class View> [[nodiscard]] Answer shown_answer(const Result<View>& found) {
  if (!found) return refuse(found.error());
  return Reply{.body = to_json(*found)};
}

// One object with its version as ETag.
template <class View> [[nodiscard]] Answer one_answer(const Result<View>& found) {
  if (!found) return refuse(found.error());
  return Reply{.body = to_json(*found), .etag = etag_of(found->version)};
}

}  // namespace switchyard::web::api
