#include "switch-drivers/transport/netconf_operations.h"

#include "switch-drivers/transport/xml.h"

#include <fmt/format.h>

#include <array>

namespace switchyard::switch_drivers::netconf {

namespace {

std::string element(std::string_view name, std::string_view content) {
  return fmt::format("<{0}>{1}</{0}>", name, content);
}

std::string store(std::string_view role, Datastore which) {
  return element(role, fmt::format("<{}/>", to_string(which)));
}

std::string subtree(std::string_view filter) {
  return filter.empty() ? "" : fmt::format("<filter type=\"subtree\">{}</filter>", filter);
}

template <class Option, std::size_t N>
std::string option(std::string_view name, Option value,
                   const std::array<std::string_view, N>& words) {
  const std::string_view word = words.at(static_cast<std::size_t>(value));
  return word.empty() ? "" : element(name, word);
}

std::string text_element(std::string_view name, std::string_view text) {
  return text.empty() ? "" : element(name, escape_xml(text));
}

}  // namespace

std::string_view to_string(Datastore store) {
  constexpr std::array<std::string_view, 3> kNames{"running", "candidate", "startup"};
  return kNames.at(static_cast<std::size_t>(store));
}

std::string lock(Datastore target) { return element("lock", store("target", target)); }

std::string unlock(Datastore target) { return element("unlock", store("target", target)); }

std::string get(std::string_view filter) { return element("get", subtree(filter)); }

std::string get_config(Datastore source, std::string_view filter) {
  return element("get-config", store("source", source) + subtree(filter));
}

std::string edit_config(const EditConfig& edit) {
  constexpr std::array<std::string_view, 3> kOperations{"merge", "replace", "none"};
  constexpr std::array<std::string_view, 4> kTests{"", "test-then-set", "set", "test-only"};
  constexpr std::array<std::string_view, 4> kErrors{"", "stop-on-error", "continue-on-error",
                                                    "rollback-on-error"};
  return element("edit-config",
                 store("target", edit.target) +
                     option("default-operation", edit.operation, kOperations) +
                     option("test-option", edit.test, kTests) +
                     option("error-option", edit.on_error, kErrors) +
                     fmt::format("<config xmlns:nc=\"{}\">{}</config>", kBase, edit.config));
}

std::string copy_config(Datastore from, Datastore to) {
  return element("copy-config", store("target", to) + store("source", from));
}

std::string validate(Datastore source) { return element("validate", store("source", source)); }

std::string commit(const Commit& commit) {
  std::string content;
  if (commit.confirmed) content += "<confirmed/>";
  if (commit.timeout)
    content += element("confirm-timeout", std::to_string(commit.timeout->count()));
  content += text_element("persist", commit.persist);
  content += text_element("persist-id", commit.persist_id);
  return content.empty() ? "<commit/>" : element("commit", content);
}

std::string cancel_commit(std::string_view persist_id) {
  return element("cancel-commit", text_element("persist-id", persist_id));
}

std::string discard_changes() { return "<discard-changes/>"; }

std::string kill_session(std::uint32_t session_id) {
  return element("kill-session", element("session-id", std::to_string(session_id)));
}

std::string close_session() { return "<close-session/>"; }

}  // namespace switchyard::switch_drivers::netconf
