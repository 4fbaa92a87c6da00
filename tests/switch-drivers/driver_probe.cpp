// The drivers by hand, against a real switch: what the lab tests and an engineer with a new NOS
// use.
//   driver_probe NOS ADDRESS HOST-KEY KEY-FILE ASN [--bridge B] [--quarantine Q] VERB …
//     probe | capabilities | compare FILE | apply CHANGE SECONDS FILE | sessions FILE
//     settle CHANGE keep|undo PORT… | flip CHANGE SECONDS FILE      (apply, then keep if all is
//     well)
// FILE holds a JSON list of port intents. Prints JSON; status 0 when every port is as wished.
#include "switch-drivers/registry.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

using namespace switchyard;
using namespace switchyard::switch_drivers;
using nlohmann::json;

[[noreturn]] void stop(const std::string& message) {
  std::cerr << message << "\n";
  std::exit(2);
}

template <class T> T must(Result<T> result) {
  if (!result) stop(fmt::format("{}: {}", to_string(result.error().code), result.error().message));
  return std::move(*result);
}

std::vector<PortIntent> intents(const std::string& path) {
  std::ifstream file(path);
  const json list = json::parse(std::string{std::istreambuf_iterator<char>{file}, {}});
  std::vector<PortIntent> found;
  for (const json& item : list)
    found.push_back(must(parse_port_intent(item.dump())));
  return found;
}

json differences(const std::vector<Difference>& list) {
  json out = json::array();
  for (const Difference& d : list)
    out.push_back({{"subject", d.subject}, {"wished", d.wished}, {"observed", d.observed}});
  return out;
}

int print_outcomes(const std::vector<PortOutcome>& outcomes) {
  json out = json::array();
  bool good = true;
  for (const PortOutcome& o : outcomes) {
    good = good && o.status.has_value();
    out.push_back({{"port", o.port},
                   {"changed", o.changed},
                   {"status", o.status ? "ok" : to_string(o.status.error().code)},
                   {"message", o.status ? "" : o.status.error().message},
                   {"remaining", differences(o.remaining)}});
  }
  std::cout << out.dump(1) << "\n";
  return good ? 0 : 1;
}

int print_reports(const std::vector<PortReport>& reports) {
  json out = json::array();
  bool equal = true;
  for (const PortReport& r : reports) {
    equal = equal && r.equal();
    out.push_back(
        {{"port", r.port}, {"running", differences(r.running)}, {"saved", differences(r.saved)}});
  }
  std::cout << out.dump(1) << "\n";
  return equal ? 0 : 1;
}

json texts(const std::vector<Prefix>& prefixes) {
  json out = json::array();
  for (const Prefix& prefix : prefixes)
    out.push_back(to_string(prefix));
  return out;
}

json counts(const std::vector<RefusedCount>& refused) {
  json out = json::array();
  for (const RefusedCount& count : refused)
    out.push_back(fmt::format("{} {} v{}", count.announcements, to_string(count.kind),
                              static_cast<int>(count.family)));
  return out;
}

int print_sessions(const std::vector<SessionReport>& sessions) {
  json out = json::array();
  for (const SessionReport& s : sessions) {
    out.push_back({{"port", s.port},
                   {"vrf", s.vrf.value},
                   {"tag", s.tag.value},
                   {"state", s.state},
                   {"remote_asn", s.remote_asn},
                   {"accepted", texts(s.accepted)},
                   {"refused", counts(s.refused)},
                   {"established_ms", s.established_for.count()}});
  }
  std::cout << out.dump(1) << "\n";
  return 0;
}

int print_facts(const SwitchFacts& facts) {
  json vrfs = json::array();
  for (const VrfName& vrf : facts.vrfs)
    vrfs.push_back(vrf.value);
  std::cout << json{{"nos_version", facts.nos_version},
                    {"hostname", facts.hostname},
                    {"boot_id", facts.boot_id},
                    {"vrfs", vrfs},
                    {"ports", facts.ports},
                    {"asn", facts.asn.value},
                    {"problems", facts.problems}}
                   .dump(1)
            << "\n";
  return 0;
}

int flip(Driver& driver, const std::string& change, std::chrono::seconds undo_after,
         const std::vector<PortIntent>& wished) {
  const auto outcomes = must(driver.apply(wished, {.change_id = change, .undo_after = undo_after}));
  std::vector<Settlement> verdicts;
  for (const PortOutcome& outcome : outcomes) {
    if (!outcome.changed) continue;
    verdicts.push_back({outcome.port, outcome.status ? Verdict::Keep : Verdict::Undo});
  }
  const int applied = print_outcomes(outcomes);
  if (verdicts.empty()) return applied;
  const int settled = print_outcomes(must(driver.settle(change, verdicts)));
  return applied != 0 ? applied : settled;
}

int run(Driver& driver, const std::vector<std::string>& words) {
  const auto word = [&](std::size_t i) -> const std::string& {
    if (i >= words.size()) stop("a word is missing after " + words[0]);
    return words[i];
  };
  if (word(0) == "probe") return print_facts(must(driver.probe()));
  if (word(0) == "compare") return print_reports(must(driver.compare(intents(word(1)))));
  if (word(0) == "sessions") return print_sessions(must(driver.sessions(intents(word(1)))));
  if (word(0) == "capabilities") {
    for (const Capability& c : driver.capabilities()) {
      fmt::print("{:36} {:3} {}\n", c.name, c.supported ? "yes" : "no", c.limitation);
    }
    return 0;
  }
  if (word(0) == "apply" || word(0) == "flip") {
    const std::chrono::seconds undo_after{std::stoi(word(2))};
    const auto wished = intents(word(3));
    if (word(0) == "flip") return flip(driver, word(1), undo_after, wished);
    return print_outcomes(
        must(driver.apply(wished, {.change_id = word(1), .undo_after = undo_after})));
  }
  if (word(0) == "settle") {
    std::vector<Settlement> verdicts;
    for (std::size_t i = 3; i < words.size(); ++i) {
      verdicts.push_back({words[i], word(2) == "keep" ? Verdict::Keep : Verdict::Undo});
    }
    return print_outcomes(must(driver.settle(word(1), verdicts)));
  }
  stop("unknown verb " + word(0));
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 6) stop("driver_probe NOS ADDRESS HOST-KEY KEY-FILE ASN VERB …");
  SwitchAccess access{
      .name = words[1], .address = words[1], .private_key_file = words[3], .host_key = words[2]};
  SwitchContext context{.asn = must(make_asn(std::stoll(words[4])))};
  std::size_t next = 5;
  for (; next + 1 < words.size() && words[next].starts_with("--"); next += 2) {
    (words[next] == "--bridge" ? context.bridge : context.quarantine) = words[next + 1];
  }
  const auto driver = must(make_driver(words[0], access, context));
  const auto begin = std::chrono::steady_clock::now();
  const int status = run(*driver, {words.begin() + static_cast<std::ptrdiff_t>(next), words.end()});
  const auto took = std::chrono::steady_clock::now() - begin;
  std::cerr << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms\n";
  return status;
}
