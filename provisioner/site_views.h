// Servers, switches and ports as the API shows them, read in a fixed number of questions however
// long the list. A list has one item more than its page when there is a next page. Internal to the
// facade's files.
#pragma once

#include "core/db/pool.h"
#include "provisioner/service.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

// A developer sees the pool and the own project's servers. `state` '': any.
[[nodiscard]] std::vector<ServerView> list_server_views(db::Session& session, const Viewer& viewer,
                                                        const std::string& state,
                                                        const PageRequest& page);
[[nodiscard]] std::optional<ServerView> find_server_view(db::Session& session,
                                                         const std::string& name);

[[nodiscard]] std::vector<SwitchView> list_switch_views(db::Session& session,
                                                        const PageRequest& page);
[[nodiscard]] std::optional<SwitchView> find_switch_view(db::Session& session,
                                                         const std::string& name);

[[nodiscard]] std::vector<PortView> list_port_views(db::Session& session,
                                                    const std::string& switch_name,
                                                    const PageRequest& page);
[[nodiscard]] std::optional<PortView> find_port_view(db::Session& session,
                                                     const std::string& switch_name,
                                                     const std::string& port);

}  // namespace switchyard::provisioner
