// What a subcommand has in its hands when it runs.
#pragma once

#include "web/cli/client.h"
#include "web/cli/console.h"
#include "web/cli/failure.h"

#include <functional>
#include <string>

namespace switchyard::web::cli {

enum class Format { Table, Json };

struct Session {
  Console& console;
  Client& client;
  Format format{Format::Table};

  [[nodiscard]] bool is_json() const { return format == Format::Json; }
};

using Action = std::function<Outcome<void>(Session&)>;

// Reading answers without trusting them: what is missing or of another type reads as empty.
[[nodiscard]] std::string text_of(const nlohmann::json& object, const char* name);
[[nodiscard]] double number_of(const nlohmann::json& object, const char* name);
[[nodiscard]] bool flag_of(const nlohmann::json& object, const char* name);
[[nodiscard]] const nlohmann::json& list_of(const nlohmann::json& object, const char* name);
// The strings of a list, "a, b".
[[nodiscard]] std::string joined(const nlohmann::json& object, const char* name,
                                 const char* between = ", ");

void print_json(const nlohmann::json& value, Console& console);

// A list as the service gives it, all pages in one.
void print_json_list(const nlohmann::json& items, Console& console);

}  // namespace switchyard::web::cli
