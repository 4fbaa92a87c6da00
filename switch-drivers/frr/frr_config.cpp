#include "switch-drivers/frr/frr_config.h"

#include <algorithm>
#include <charconv>

namespace switchyard::switch_drivers::frr {

namespace {

constexpr std::string_view kShared = "SWY-";
constexpr std::string_view kOfPort = "SWY-P-";
constexpr std::size_t kLongestLine = 4096;

// The first word of `text`, which loses it; "" at the end.
std::string_view cut_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view found = text.substr(0, text.find(' '));
  text.remove_prefix(found.size());
  return found;
}

std::string_view without_end(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
    line.remove_suffix(1);
  return line;
}

bool is_of_bgp(const FrrLine& line) { return line.block.starts_with("router bgp "); }

bool says_exit(std::string_view text) { return text == "exit" || text.starts_with("exit-"); }

// "8.4.4" -> 804
int version_of(std::string_view text) {
  int major = 0;
  int minor = 0;
  const char* end = text.data() + text.size();
  const auto [dot, error] = std::from_chars(text.data(), end, major);
  if (error != std::errc{} || major < 0 || major > 1000) return 0;
  if (dot != end && *dot == '.') std::from_chars(dot + 1, end, minor);
  return minor < 0 || minor > 99 ? 0 : major * 100 + minor;
}

// Remembers which block the lines of a file stand in.
class Reader {
 public:
  explicit Reader(std::shared_ptr<const char[]> buffer) : buffer_(std::move(buffer)) {}

  void take(std::string_view line) {
    line = without_end(line);
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos || line[indent] == '!') return;
    const std::string_view text = line.substr(indent);
    if (indent == 0) return top_level(text);
    if (block_.empty()) return;
    if (says_exit(text)) {
      family_ = {};
    } else if (text.starts_with("address-family ")) {
      family_ = Text{buffer_, text};
    } else {
      config_.lines.insert({block_, indent > 1 ? family_ : Text{}, Text{buffer_, text}});
    }
  }

  FrrConfig finish() { return std::move(config_); }

 private:
  void top_level(std::string_view text) {
    family_ = {};
    block_ = {};
    if (text == "frr defaults datacenter") config_.datacenter_defaults = true;
    if (text.starts_with("frr version ")) config_.version = version_of(text.substr(12));
    if (says_exit(text) || text == "end" || text.ends_with("configuration...") ||
        text == "Current configuration:") {
      return;
    }
    block_ = Text{buffer_, text};
    config_.lines.insert({block_, {}, {}});
  }

  std::shared_ptr<const char[]> buffer_;
  FrrConfig config_{};
  Text block_{};
  Text family_{};
};

// FRR shows "activate" only where it is not the default of the instance; the comparison wants it
// said.
void spell_out_activation(FrrLines& lines) {
  FrrLines added;
  for (const FrrLine& line : lines) {
    if (!is_of_bgp(line) || !line.text.ends_with(" peer-group")) continue;
    const auto parts = words(line.text);
    if (parts.size() != 3 || !parts[1].starts_with(kShared)) continue;
    const std::string group{parts[1]};
    const auto add = [&](const char* family, bool by_default) {
      const std::string in = std::string{"address-family "} + family + " unicast";
      const bool refused = lines.contains({line.block, in, "no neighbor " + group + " activate"});
      if (by_default && !refused) added.insert({line.block, in, "neighbor " + group + " activate"});
    };
    add("ipv4", !lines.contains({line.block, {}, "no bgp default ipv4-unicast"}));
    add("ipv6", lines.contains({line.block, {}, "bgp default ipv6-unicast"}));
  }
  lines.merge(added);
}

// What a line needs: the lists and maps it names, and the peer-groups of its own instance.
void add_keys(std::set<std::string>& keys, const FrrLine& line) {
  for (std::string& name : names_in(line)) {
    if (is_of_bgp(line)) keys.insert(line.block + " " + name);
    keys.insert(std::move(name));
  }
}

// The objects under these keys and all that those need.
std::vector<SharedObjects::const_iterator> reached_from(const SharedObjects& objects,
                                                        const std::set<std::string>& keys) {
  std::vector<SharedObjects::const_iterator> reached;
  std::set<std::string_view> done;
  std::vector<std::string_view> frontier{keys.begin(), keys.end()};
  while (!frontier.empty()) {
    const auto object = objects.find(std::string{frontier.back()});
    frontier.pop_back();
    if (object == objects.end() || !done.insert(object->first).second) continue;
    reached.push_back(object);
    frontier.insert(frontier.end(), object->second.needs.begin(), object->second.needs.end());
  }
  return reached;
}

FrrLines lines_of(const std::vector<SharedObjects::const_iterator>& objects) {
  FrrLines lines;
  for (const auto& object : objects)
    lines.insert(object->second.lines.begin(), object->second.lines.end());
  return lines;
}

void add_needs(FrrConfig& config) {
  std::map<std::set<std::string_view>, std::shared_ptr<const FrrLines>> closures;
  for (const auto& [port, lines] : config.by_port) {
    const auto& needs = config.needs_by_port.emplace(port, needs_of(lines)).first->second;
    std::set<std::string_view> shared;  // without the port's own lists
    for (const std::string& key : needs)
      if (config.objects.contains(key)) shared.insert(key);
    auto& closure = closures[shared];
    if (closure == nullptr)
      closure = std::make_shared<const FrrLines>(lines_of(reached_from(config.objects, needs)));
    config.closure_by_port.emplace(port, closure);
  }
}

}  // namespace

std::string inbound_list(std::string_view interface) {
  return std::string{kOfPort}.append(interface);
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  for (std::string_view next = cut_word(text); !next.empty(); next = cut_word(text))
    found.push_back(next);
  return found;
}

std::string_view word(std::string_view text, std::size_t index) {
  std::string_view found = cut_word(text);
  for (; index > 0 && !found.empty(); --index)
    found = cut_word(text);
  return found;
}

Result<FrrConfig> parse_frr_config(std::string_view text) {
  auto copy = std::make_shared_for_overwrite<char[]>(text.size());
  std::copy(text.begin(), text.end(), copy.get());
  text = {copy.get(), text.size()};
  Reader reader{std::move(copy)};
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, length);
    const bool binary = std::any_of(line.begin(), line.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 && c != '\r' && c != '\t';
    });
    if (length > kLongestLine || binary) {
      return failure(Errc::Rejected, "the FRR configuration has a line that is no configuration");
    }
    reader.take(line);
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  FrrConfig config = reader.finish();
  const bool is_frr =
      std::any_of(config.lines.begin(), config.lines.end(), [](const FrrLine& line) {
        return line.block.starts_with("frr ") || line.block.starts_with("hostname ");
      });
  if (!is_frr) return failure(Errc::Rejected, "FRR did not show a configuration");
  spell_out_activation(config.lines);
  for (const FrrLine& line : config.lines) {
    if (const std::string port = port_of(line); !port.empty()) {
      FrrLines& own = config.by_port[port];
      own.insert(own.end(), line);
    } else if (!shared_object(line).empty()) {
      config.shared.insert(config.shared.end(), line);
    }
  }
  config.objects = objects_of(config.shared);
  add_needs(config);
  return config;
}

std::string_view subject_of(const FrrLine& line) {
  if (line.block.starts_with("interface ")) return word(line.block, 1);
  if (!is_of_bgp(line)) return {};
  const std::size_t at = word(line.text, 0) == "no" ? 1 : 0;
  return word(line.text, at) == "neighbor" ? word(line.text, at + 1) : std::string_view{};
}

std::string port_of(const FrrLine& line) {
  std::string_view name = subject_of(line);
  if (name.empty()) {
    if (word(line.block, 1) != "prefix-list") return {};
    name = word(line.block, 2);
    if (!name.starts_with(kOfPort)) return {};
    name.remove_prefix(kOfPort.size());
  }
  if (name.starts_with(kShared)) return {};
  return std::string{name.substr(0, name.find('.'))};
}

std::string shared_object(const FrrLine& line) {
  const auto is_shared = [](std::string_view name) {
    return name.starts_with(kShared) && !name.starts_with(kOfPort);
  };
  if (is_of_bgp(line)) {
    const std::string_view group = subject_of(line);
    return is_shared(group) ? line.block + " " + std::string{group} : std::string{};
  }
  const std::string_view kind = word(line.block, 0);
  const std::size_t name = kind == "route-map"              ? 1
                           : kind == "ip" || kind == "ipv6" ? 2
                           : kind == "bgp"                  ? 3
                                                            : 0;
  if (name == 0 || !is_shared(word(line.block, name))) return {};
  std::string object{kind};
  for (std::size_t i = 1; i <= name; ++i)
    object.append(" ").append(word(line.block, i));
  return object;
}

std::vector<std::string> names_in(const FrrLine& line) {
  std::vector<std::string> names;
  for (std::string_view text : {line.block.view(), line.text.view()}) {
    for (std::string_view next = cut_word(text); !next.empty(); next = cut_word(text)) {
      if (next.starts_with(kShared)) names.emplace_back(next);
    }
  }
  return names;
}

SharedObjects objects_of(const FrrLines& shared) {
  SharedObjects objects;
  for (const FrrLine& line : shared) {
    std::string key = shared_object(line);
    if (!is_of_bgp(line)) key.erase(0, key.rfind(' ') + 1);
    SharedObject& object = objects[std::move(key)];
    object.lines.insert(object.lines.end(), line);
    add_keys(object.needs, line);
  }
  return objects;
}

std::set<std::string> needs_of(const FrrLines& users) {
  std::set<std::string> keys;
  for (const FrrLine& line : users)
    add_keys(keys, line);
  return keys;
}

std::set<std::string> unused_objects(const SharedObjects& objects,
                                     const std::set<std::string>& wanted) {
  std::set<std::string_view> used;
  for (const auto& object : reached_from(objects, wanted))
    used.insert(object->first);
  std::set<std::string> unused;
  for (const auto& [key, object] : objects) {
    if (used.contains(key)) continue;
    for (const FrrLine& line : object.lines)
      unused.insert(shared_object(line));
  }
  return unused;
}

}  // namespace switchyard::switch_drivers::frr
