// switchyard token …
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <ostream>
#include <regex>
#include <system_error>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

std::string state_of(const json& token) {
  return text_of(token, "revoked_at").empty() ? "valid" : "revoked";
}

Column time_column(std::string title, const char* member) {
  return {std::move(title),
          [member](const json& item) { return time_text(text_of(item, member)); }};
}

struct NewToken {
  std::string name{};
  std::string role{};
  std::string project{};
  std::vector<std::string> scopes{};
  std::string expires{};
  std::string save{};
};

// "30d" from now, or an RFC 3339 time as it is.
Outcome<std::string> expiry_of(const std::string& text, Timestamp now) {
  static const std::regex kPeriod("([0-9]{1,4})([hd])");
  std::smatch parts;
  if (!std::regex_match(text, parts, kPeriod)) return text;
  const long long count = std::stoll(parts[1].str());
  const std::time_t at = static_cast<std::time_t>(to_micros(now) / 1'000'000) +
                         count * (parts[2].str() == "h" ? 3600 : 86'400);
  std::tm split{};
  ::gmtime_r(&at, &split);
  std::array<char, 32> shown{};
  std::strftime(shown.data(), shown.size(), "%Y-%m-%dT%H:%M:%SZ", &split);
  return std::string(shown.data());
}

// A file only its owner may read, and never one that was there before.
Outcome<int> open_secret_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return wrong_usage(
        "the token cannot be saved in " + path + ": " + std::generic_category().message(errno),
        "name a file that does not exist yet");
  return file;
}

Outcome<void> write_secret(int file, const std::string& path, const std::string& secret) {
  const std::string text = secret + "\n";
  const auto written = ::write(file, text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0) return {};
  return wrong_usage(
      "the token cannot be saved in " + path + ": " + std::generic_category().message(errno),
      "revoke it and make another one");
}

Outcome<void> create(Session& session, const NewToken& wanted) {
  json body{{"name", wanted.name}, {"role", wanted.role}, {"scopes", wanted.scopes}};
  if (!wanted.project.empty()) body["project"] = wanted.project;
  if (!wanted.expires.empty()) {
    const auto expires = expiry_of(wanted.expires, session.console.clock.now());
    if (!expires) return tl::unexpected(expires.error());
    body["expires_at"] = *expires;
  }
  // Before the token is made: its secret is shown once.
  Outcome<int> file = -1;
  if (!wanted.save.empty()) file = open_secret_file(wanted.save);
  if (!file) return tl::unexpected(file.error());
  auto made = session.client.post(resource({"tokens"}), body);
  if (!made) {
    if (*file >= 0) {
      ::close(*file);
      ::unlink(wanted.save.c_str());
    }
    return tl::unexpected(made.error());
  }
  Console& console = session.console;
  if (*file >= 0) {
    const auto saved = write_secret(*file, wanted.save, text_of(made->body, "secret"));
    ::close(*file);
    if (!saved) return saved;
    made->body.erase("secret");
  }
  if (session.is_json()) {
    print_json(made->body, console);
    return {};
  }
  console.out << printable("token " + text_of(made->body, "id") + " (" + wanted.role + ")") << '\n';
  if (wanted.save.empty())
    console.out << printable(text_of(made->body, "secret"))
                << "\nkeep it now: it is not shown again\n";
  else
    console.out << "saved in " << printable(wanted.save) << '\n';
  return {};
}

void add_create(CLI::App& group, Chosen& chosen) {
  const auto wanted = std::make_shared<NewToken>();
  auto& command = add_command(
      group, chosen, "create", "Make an API token; its secret is shown once",
      "  switchyard token create ci --role developer --project demo --expires 90d --save ci.token",
      [wanted](Session& session) { return create(session, *wanted); });
  command.add_option("NAME", wanted->name, "Whose token, for records")->required();
  command.add_option("--role", wanted->role, "viewer, developer, network-engineer or admin")
      ->required()
      ->check(CLI::IsMember({"viewer", "developer", "network-engineer", "admin"}));
  command.add_option("--project", wanted->project, "Confine it to one project");
  command
      .add_option(
          "--scope", wanted->scopes,
          "Only this of what the role may do: read, deploy, network, administer (repeatable)")
      ->expected(1)
      ->take_all();
  command.add_option("--expires", wanted->expires, "In 12h, in 90d, or at a time (RFC 3339, UTC)");
  command.add_option("--save", wanted->save, "Write the secret to this new file, do not show it");
}

}  // namespace

void add_token_commands(CLI::App& root, Chosen& chosen) {
  auto& group = add_group(root, "token", "API tokens");
  add_command(group, chosen, "list", "List API tokens, without their secrets",
              "  switchyard token list", [](Session& session) {
                return show_list(session, {resource({"tokens"}),
                                           {column("ID", "id"),
                                            column("NAME", "name"),
                                            column("ROLE", "role"),
                                            column("PROJECT", "project"),
                                            {"STATE", state_of},
                                            time_column("EXPIRES", "expires_at"),
                                            time_column("LAST USED", "last_used_at")},
                                           "no tokens"});
              });
  add_create(group, chosen);
  const auto id = std::make_shared<std::string>();
  auto& revoke = add_command(
      group, chosen, "revoke", "Make a token useless from the next request on",
      "  switchyard token revoke tok-0k3v9x2m4t7qc1zr", [id](Session& session) -> Outcome<void> {
        const std::string path = resource({"tokens", *id});
        const auto found = session.client.get(path);
        if (!found) return tl::unexpected(found.error());
        const auto revoked = session.client.remove(path, found->etag);
        if (!revoked) return tl::unexpected(revoked.error());
        if (!session.is_json())
          session.console.out << "token " << printable(*id) << " is revoked\n";
        return {};
      });
  revoke.add_option("TOKEN", *id, "Id of the token")->required();
}

}  // namespace switchyard::web::cli
