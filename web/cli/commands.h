// The subcommands, one file a subject. Each adds itself to the parser and, when it was chosen,
// leaves the Action to run.
#pragma once

#include "web/cli/cli.h"
#include "web/cli/session.h"
#include "web/cli/table.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::web::cli {

struct PushedKind;

struct Chosen {
  Action action{};                    // of a client subcommand
  std::function<int()> no_service{};  // of one that needs no service (serve, completion, …)
};

void add_server_commands(CLI::App& root, Chosen& chosen);
void add_enrolment(CLI::App& server_group, Chosen& chosen);
void add_maintenance(CLI::App& server_group, Chosen& chosen);
void add_drains(CLI::App& switch_group, Chosen& chosen);
void add_rescue(CLI::App& server_group, Chosen& chosen);
void add_wipe_records(CLI::App& server_group, Chosen& chosen);
void add_switch_commands(CLI::App& root, Chosen& chosen);
void add_vantage_commands(CLI::App& root, Chosen& chosen);
void add_subnet_commands(CLI::App& root, Chosen& chosen);
void add_catalog_commands(CLI::App& root, Chosen& chosen);  // images, catalogs, VRFs, inventory
// Of what is pushed as a folder (pushed.h); `kind` is one of its constants.
void add_init(CLI::App& group, Chosen& chosen, const PushedKind& kind);
void add_push(CLI::App& group, Chosen& chosen, const PushedKind& kind);
void add_pull(CLI::App& group, Chosen& chosen, const PushedKind& kind);     // and show
void add_publish(CLI::App& group, Chosen& chosen, const PushedKind& kind);  // and deprecate
void add_diff(CLI::App& group, Chosen& chosen, const PushedKind& kind);
void add_catalog_check(CLI::App& catalog_group, Chosen& chosen);
void add_image_check(CLI::App& image_group, Chosen& chosen);
void add_catalog_preview(CLI::App& catalog_group, Chosen& chosen);
void add_catalog_rollout(CLI::App& catalog_group, Chosen& chosen);  // and rollback
void add_rollout_commands(CLI::App& root, Chosen& chosen);
void add_deployment_commands(CLI::App& root, Chosen& chosen);
void add_operation_commands(CLI::App& root, Chosen& chosen);
void add_event_commands(CLI::App& root, Chosen& chosen);
void add_token_commands(CLI::App& root, Chosen& chosen);
void add_system_commands(CLI::App& root, Chosen& chosen);
void add_completion_command(CLI::App& root, Chosen& chosen, Console& console);

// A group that does nothing without one of its subcommands.
[[nodiscard]] CLI::App& add_group(CLI::App& root, const std::string& name,
                                  const std::string& about);
// A subcommand with examples below its help; `action` is what runs.
CLI::App& add_command(CLI::App& group, Chosen& chosen, const std::string& name,
                      const std::string& about, const std::string& examples, Action action);

struct Column {
  std::string title{};
  std::function<std::string(const nlohmann::json&)> cell{};
};

[[nodiscard]] Column column(std::string title, const char* member);

struct Listing {
  std::string path{};
  std::vector<Column> columns{};
  std::string none{};  // what is said about an empty list
};

// All pages of a list, as a table or as JSON.
[[nodiscard]] Outcome<void> show_list(Session& session, const Listing& listing);

[[nodiscard]] Table to_table(const nlohmann::json& items, const std::vector<Column>& columns);

// A text file of the user's, at most 4 MiB.
[[nodiscard]] Outcome<std::string> read_text_file(const std::string& path);

// With its NICs, as -o wants it (server_commands.cpp).
void show_server(Session& session, const nlohmann::json& server);

// How a deployment or the operation of one is shown (deployment_view.cpp).
void show_deployment(const nlohmann::json& deployment, Console& console);
void show_plan(const nlohmann::json& plan, Console& console);

// By id, or by the name of a deployment that is not over.
[[nodiscard]] Outcome<nlohmann::json> find_deployment(Session& session, const std::string& wanted);

}  // namespace switchyard::web::cli
