// Batch files of iproute2, and sysctl.
#include "tests/fakes/switch/kernel.h"

#include <algorithm>
#include <utility>

namespace switchyard::fakes {

std::vector<std::string> batch_words(std::string_view line) {
  std::vector<std::string> words;
  std::string current;
  bool started = false;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        current += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      started = true;
    } else if (c == ' ' || c == '\t') {
      if (started) words.push_back(std::exchange(current, ""));
      started = false;
    } else if (c == '#' && !started) {
      break;
    } else {
      current += c;
      started = true;
    }
  }
  if (started) words.push_back(current);
  return words;
}

KernelAnswer run_batch(const Kernel& kernel, const std::string& input, bool force,
                       const std::function<KernelAnswer(std::vector<std::string>)>& one) {
  KernelAnswer whole;
  int number = 0;
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t end = std::min(input.find('\n', at), input.size());
    const std::string line = input.substr(at, end - at);
    std::vector<std::string> words = batch_words(line);
    at = end + 1;
    ++number;
    if (words.empty()) continue;
    const std::string refusal = kernel.refuse_line ? kernel.refuse_line(line) : "";
    const KernelAnswer answer =
        refusal.empty() ? one(std::move(words)) : KernelAnswer{2, "", refusal + "\n"};
    // Both go to one place in the order they happen, as with 2>&1.
    whole.output += answer.output + answer.error;
    if (answer.status == 0) continue;
    whole.output += "Command failed -:" + std::to_string(number) + "\n";
    whole.status = 1;
    if (!force) break;
  }
  return whole;
}

namespace {

// "net.ipv6.conf.swp1/101.accept_ra" or "net/ipv6/conf/swp1.101/accept_ra" → the second form.
std::string setting_path(std::string key) {
  const std::size_t separator = key.find_first_of("./");
  if (separator == std::string::npos || key[separator] == '/') return key;
  for (char& c : key)
    c = c == '.' ? '/' : c == '/' ? '.' : c;
  return key;
}

std::string setting_name(std::string path) {
  for (char& c : path)
    c = c == '.' ? '/' : c == '/' ? '.' : c;
  return path;
}

struct SettingPlace {
  std::string device{};
  std::string key{};  // "ipv6/accept_ra"
};

SettingPlace place_of(const std::string& path) {
  for (const std::string family : {"ipv4", "ipv6"}) {
    for (const std::string table : {"conf", "neigh"}) {
      const std::string prefix = "net/" + family + "/" + table + "/";
      if (!path.starts_with(prefix)) continue;
      const std::size_t slash = path.rfind('/');
      if (slash < prefix.size()) return {};
      return {path.substr(prefix.size(), slash - prefix.size()),
              family + "/" + path.substr(slash + 1)};
    }
  }
  return {};
}

// What a kernel says of a device nobody touched; other keys do not exist.
const std::map<std::string, std::string>& usual_settings() {
  static const std::map<std::string, std::string> kUsual{
      {"ipv6/accept_ra", "1"},
      {"ipv6/accept_dad", "1"},
      {"ipv6/disable_ipv6", "0"},
      {"ipv6/forwarding", "1"},
      {"ipv6/addr_gen_mode", "0"},
      {"ipv6/autoconf", "1"},
      {"ipv6/accept_redirects", "0"},
      {"ipv6/dad_transmits", "1"},
      {"ipv6/router_solicitations", "-1"},
      {"ipv6/accept_source_route", "0"},
      {"ipv6/accept_ra_defrtr", "1"},
      {"ipv6/accept_ra_pinfo", "1"},
      {"ipv6/keep_addr_on_down", "0"},
      {"ipv6/proxy_ndp", "0"},
      {"ipv4/rp_filter", "0"},
      {"ipv4/forwarding", "1"},
      {"ipv4/arp_ignore", "0"},
      {"ipv4/arp_announce", "0"},
      {"ipv4/arp_filter", "0"},
      {"ipv4/arp_accept", "0"},
      {"ipv4/accept_redirects", "0"},
      {"ipv4/send_redirects", "1"},
      {"ipv4/accept_source_route", "0"},
      {"ipv4/proxy_arp", "0"},
      {"ipv4/src_valid_mark", "0"},
      {"ipv4/accept_local", "0"},
      {"ipv4/route_localnet", "0"},
      {"ipv4/secure_redirects", "1"},
      {"ipv4/log_martians", "0"},
      {"ipv4/shared_media", "1"},
  };
  return kUsual;
}

}  // namespace

std::string Kernel::setting(const std::string& key) const {
  const std::string path = setting_path(key);
  const SettingPlace place = place_of(path);
  if (place.device.empty()) {
    const auto found = global_settings_.find(path);
    return found == global_settings_.end() ? "" : found->second;
  }
  const Link* link = find(place.device);
  const bool general = place.device == "all" || place.device == "default";
  const auto usual = usual_settings().find(place.key);
  if ((link == nullptr && !general) || usual == usual_settings().end()) return {};
  const auto& stored = general ? global_settings_ : link->settings;
  const auto found = stored.find(general ? path : place.key);
  return found == stored.end() ? usual->second : found->second;
}

std::string Kernel::set_setting(const std::string& key, const std::string& value) {
  const std::string path = setting_path(key);
  const SettingPlace place = place_of(path);
  if (place.device.empty() || place.device == "all" || place.device == "default") {
    global_settings_[path] = value;
    return {};
  }
  Link* link = find(place.device);
  if (link == nullptr || !usual_settings().contains(place.key))
    return "sysctl: cannot stat /proc/sys/" + path + ": No such file or directory";
  if (setting(key) == value) return {};
  link->settings[place.key] = value;
  note_change(place.device);
  return {};
}

KernelAnswer run_sysctl(Kernel& kernel, const std::vector<std::string>& arguments) {
  KernelAnswer answer;
  bool ignore_unknown = false;
  bool quiet = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word.starts_with('-')) {
      ignore_unknown = ignore_unknown || word.find('e') != std::string::npos;
      quiet = quiet || word.find('q') != std::string::npos;
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    if (equals != std::string::npos) {
      const std::string problem = kernel.set_setting(key, word.substr(equals + 1));
      if (!problem.empty() && !ignore_unknown) {
        answer.error += problem + "\n";
        answer.status = 1;
        continue;
      }
      if (quiet || !problem.empty()) continue;
    }
    const std::string value = kernel.setting(key);
    const std::string path = setting_path(key);
    if (!value.empty()) {
      answer.output += setting_name(path) + " = " + value + "\n";
    } else if (!ignore_unknown) {
      answer.error += "sysctl: cannot stat /proc/sys/" + path + ": No such file or directory\n";
      answer.status = 1;
    }
  }
  return answer;
}

}  // namespace switchyard::fakes
