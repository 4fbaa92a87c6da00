// The operations of RFC 6241 as the XML inside <rpc>. Pure. Nothing here is checked against what
// the switch can: has() of its capabilities is asked before.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers::netconf {

inline constexpr std::string_view kBase = "urn:ietf:params:xml:ns:netconf:base:1.0";

// Capabilities, as they follow "urn:ietf:params:netconf:".
inline constexpr std::string_view kBase10 = "base:1.0";
inline constexpr std::string_view kBase11 = "base:1.1";
inline constexpr std::string_view kCandidate = "capability:candidate:1.0";
inline constexpr std::string_view kConfirmedCommit10 = "capability:confirmed-commit:1.0";
inline constexpr std::string_view kConfirmedCommit11 = "capability:confirmed-commit:1.1";
inline constexpr std::string_view kRollbackOnError = "capability:rollback-on-error:1.0";
inline constexpr std::string_view kValidate10 = "capability:validate:1.0";
inline constexpr std::string_view kValidate11 = "capability:validate:1.1";

enum class Datastore { Running, Candidate, Startup };
[[nodiscard]] std::string_view to_string(Datastore store);  // "running", …

enum class DefaultOperation { Merge, Replace, None };
enum class TestOption { Unsaid, TestThenSet, Set, TestOnly };        // needs :validate
enum class ErrorOption { Unsaid, Stop, Continue, RollbackOnError };  // the last needs its own

struct EditConfig {
  Datastore target{Datastore::Candidate};
  DefaultOperation operation{DefaultOperation::Merge};
  TestOption test{TestOption::Unsaid};
  ErrorOption on_error{ErrorOption::Unsaid};
  std::string config{};  // XML inside <config>; the prefix nc of its operations is declared
};

struct Commit {
  bool confirmed{};  // it is taken back unless a later commit confirms it
  std::optional<std::chrono::seconds> timeout{};  // of that; 600 s when not said
  // confirmed-commit:1.1 only. `persist` names a commit so that it outlives its session;
  // `persist_id` is that name, in what follows or confirms it from any session.
  std::string persist{};
  std::string persist_id{};
};

[[nodiscard]] std::string lock(Datastore target);
[[nodiscard]] std::string unlock(Datastore target);
[[nodiscard]] std::string get(std::string_view filter = {});  // filter: XML of a subtree; "": all
[[nodiscard]] std::string get_config(Datastore source, std::string_view filter = {});
[[nodiscard]] std::string edit_config(const EditConfig& edit);
[[nodiscard]] std::string copy_config(Datastore from, Datastore to);
[[nodiscard]] std::string validate(Datastore source);
[[nodiscard]] std::string commit(const Commit& commit = {});
[[nodiscard]] std::string cancel_commit(std::string_view persist_id = {});
[[nodiscard]] std::string discard_changes();
[[nodiscard]] std::string kill_session(std::uint32_t session_id);
[[nodiscard]] std::string close_session();

}  // namespace switchyard::switch_drivers::netconf
