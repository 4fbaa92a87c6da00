#include "core/config.h"

#include <gmock/gmock.h>

namespace switchyard {
namespace {

using testing::HasSubstr;

std::string problems_of(const std::string& text) {
  const auto config = parse_config("switchyard.yaml", text);
  return config ? "none" : config.error().message;
}

TEST(Config, NeedsOnlyTheSite) {
  const auto config = parse_config("f", "site: pod-1\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->site, "pod-1");
  EXPECT_EQ(to_string(config->listen.address), "127.0.0.1");
  EXPECT_EQ(config->database.url.reveal(), "sqlite:///var/lib/switchyard/state.db");
  EXPECT_EQ(config->secrets_key_file, "/var/lib/switchyard/secret.key");
  EXPECT_EQ(config->network.first_asn, Asn{4'200'000'000U});
  EXPECT_EQ(config->network.last_asn, Asn{4'294'967'294U});
  EXPECT_EQ(config->network.address_hold_down, std::chrono::hours{1});
  EXPECT_FALSE(config->controller.empty());
}

TEST(Config, LimitsProvisioningToTheServicesNamedOrToTheBootService) {
  const auto services = [](const std::string& text) {
    std::string found;
    const auto config = parse_config("f", "site: a\n" + text);
    for (const IpAddress& address : config.value().network.provisioning_services)
      found += to_string(address) + " ";
    return found;
  };
  EXPECT_EQ(services(""), "");
  EXPECT_EQ(services("boot: {interface: eth0}\n"), "172.16.100.1 ");
  EXPECT_EQ(services("boot: {interface: eth0, address6: 'fd00::1'}\n"), "172.16.100.1 fd00::1 ");
  EXPECT_EQ(services("boot: {interface: eth0, address6: 'fd00::1', ipv4: false}\n"), "fd00::1 ");
  EXPECT_EQ(services("boot: {interface: eth0}\n"
                     "network: {provisioning_services: ' 10.0.0.1  fe80::1 '}\n"),
            "10.0.0.1 fe80::1 ");
  EXPECT_THAT(problems_of("site: a\nnetwork: {provisioning_services: '10.0.0.1 host'}\n"),
              HasSubstr("network.provisioning_services"));
}

TEST(Config, WantsAnIpv6AddressWhereServersBootByIpv6Alone) {
  EXPECT_THAT(problems_of("site: a\nboot: {ipv4: false}\n"), HasSubstr("give address6"));
  EXPECT_THAT(problems_of("site: a\nboot: {address6: 10.0.0.1}\n"),
              HasSubstr("must be an IPv6 address"));
  EXPECT_THAT(problems_of("site: a\nboot: {relays: [{switch: t, addresses: ['fd00::2'], prefix6: "
                          "'fd00::/80'}]}\n"),
              HasSubstr("at most 64 bits"));
}

TEST(Config, ReadsEverySection) {
  const auto config = parse_config("f",
                                   "site: pod-1\n"
                                   "data_directory: /data\n"
                                   "listen: {address: '::1', port: 0}\n"
                                   "database: {url: 'mysql://u:p@db/sy', sessions: 4}\n"
                                   "reconcile: {drift: report, undo_after: 30s}\n"
                                   "log: {level: debug}\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(to_string(config->listen.address), "::1");
  EXPECT_EQ(config->database.sessions, 4);
  EXPECT_FALSE(config->reconcile.repair_drift);
  EXPECT_EQ(config->reconcile.undo_after, std::chrono::seconds{30});
  EXPECT_EQ(config->log_level, log::Level::Debug);
  EXPECT_EQ(config->secrets_key_file, "/data/secret.key");
}

TEST(Config, NamesEveryProblemWithItsPlace) {
  EXPECT_EQ(problems_of("listen:\n"
                        "  adress: ::1\n"
                        "  port: 70000\n"
                        "databse: {}\n"
                        "reconcile: {undo_after: 5s}\n"
                        "log: {level: loud}\n"),
            "switchyard.yaml:1:1: site: is required\n"
            "switchyard.yaml:3:9: listen.port: must be a whole number in 0..65535\n"
            "switchyard.yaml:5:25: reconcile.undo_after: must be whole seconds in 10s..600s\n"
            "switchyard.yaml:6:14: log.level: must be debug, info, warning or error\n"
            "switchyard.yaml:4:1: unknown key 'databse'; did you mean 'database'?\n"
            "switchyard.yaml:2:3: listen: unknown key 'adress'; did you mean 'address'?");
}

TEST(Config, ReportsASectionThatIsNoMapping) {
  EXPECT_EQ(problems_of("site: a\nlisten: 5\n"),
            "switchyard.yaml:2:9: listen: must be a mapping, is a single value");
}

TEST(Config, RefusesToListenToTheWorldInClearText) {
  EXPECT_THAT(problems_of("site: a\nlisten: {address: 192.0.2.1}\n"),
              HasSubstr("without TLS would send tokens in clear text"));
  EXPECT_EQ(problems_of("site: a\nlisten: {address: 192.0.2.1, allow_clear_text: true}\n"), "none");
  EXPECT_EQ(problems_of("site: a\nlisten: {address: '::', tls_certificate: a, tls_key: b}\n"),
            "none");
}

TEST(Config, WantsCertificateAndKeyTogether) {
  EXPECT_THAT(problems_of("site: a\nlisten: {tls_key: /k}\n"), HasSubstr("go together"));
}

TEST(Config, RefusesAnEmptyAsnRange) {
  EXPECT_THAT(problems_of("site: a\nnetwork: {first_asn: 70000, last_asn: 69999}\n"),
              HasSubstr("first_asn is larger than last_asn"));
}

TEST(Config, DoesNotShowTheDatabasePassword) {
  EXPECT_THAT(problems_of("site: a\ndatabase: {url: 'mysql://u:hunter2@host:99999/sy'}\n"),
              testing::AllOf(HasSubstr("port"), testing::Not(HasSubstr("hunter2"))));
}

TEST(ConfigRelays, AreSwitchesWithASubnetOfTheirOwnOrWithout) {
  const auto config = parse_config(
      "f",
      "site: a\n"
      "boot:\n"
      "  relays:\n"
      "    - {switch: tor1, addresses: [172.16.101.2], prefix: 172.16.101.0/24, first_address: "
      "172.16.101.100, last_address: 172.16.101.199, router: 172.16.101.1}\n"
      "    - {switch: tor2, addresses: [172.16.100.3, 172.16.100.4], circuit_id: sonic}\n");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->boot.relays.size(), 2U);
  EXPECT_EQ(config->boot.relays[0].circuit_id, "plain");
  EXPECT_EQ(to_string(config->boot.relays[0].subnet->prefix), "172.16.101.0/24");
  EXPECT_EQ(to_string(*config->boot.relays[0].subnet->router), "172.16.101.1");
  EXPECT_EQ(config->boot.relays[1].addresses.size(), 2U);
  EXPECT_FALSE(config->boot.relays[1].subnet);
}

TEST(ConfigRelays, AreRefusedAtTheirPlace) {
  const std::string problems = problems_of(
      "site: a\n"
      "boot:\n"
      "  relays:\n"
      "    - {switch: tor1, addresses: [], circuit_id: cisco}\n"
      "    - {switch: tor2, addresses: [x], prefix: 10.0.0.0/24, first_address: 10.0.1.1, "
      "last_address: 10.0.0.9, colour: red}\n");
  for (const char* wanted :
       {"boot.relays[0].addresses: needs the address", "boot.relays[0].circuit_id: must be plain",
        "boot.relays[1].addresses: ", "boot.relays[1].prefix: 10.0.1.1 is not in 10.0.0.0/24",
        "unknown key 'colour'"})
    EXPECT_THAT(problems, HasSubstr(wanted));
}

TEST(Config, KnowsWhatToDoWithUnknownMachines) {
  EXPECT_FALSE(parse_config("f", "site: a\n")->boot.discover_unknown);
  EXPECT_TRUE(parse_config("f", "site: a\nboot: {unknown: discover}\n")->boot.discover_unknown);
  EXPECT_THAT(problems_of("site: a\nboot: {unknown: adopt}\n"),
              HasSubstr("boot.unknown: must be discover or ignore"));
}

TEST(Config, InstalledSystemsCallHomeOnlyWhereItSaysWhereAndWithWhichKey) {
  const std::string pin = "sha256//" + std::string(43, 'A') + "=";
  const std::string url = "https://192.0.2.1:8443/api/v1/phone-home";
  EXPECT_EQ(parse_config("f", "site: a\n")->boot.phone_home_url, "");
  const auto both = parse_config(
      "f", "site: a\nboot: {phone_home_url: \"" + url + "\", phone_home_pin: " + pin + "}\n");
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_EQ(both->boot.phone_home_url, url);
  EXPECT_EQ(both->boot.phone_home_pin, pin);
  EXPECT_THAT(problems_of("site: a\nboot: {phone_home_url: \"" + url + "\"}\n"),
              HasSubstr("phone_home_url and phone_home_pin go together"));
  EXPECT_THAT(
      problems_of("site: a\nboot: {phone_home_url: \"http://a/\", phone_home_pin: " + pin + "}\n"),
      HasSubstr("phone_home_url must be https://"));
  EXPECT_THAT(
      problems_of("site: a\nboot: {phone_home_url: \"" + url + "\", phone_home_pin: abc}\n"),
      HasSubstr("phone_home_pin must be sha256//"));
}

TEST(ConfigReference, IsAValidFileWithTheDefaults) {
  const auto reference = parse_config("reference", config_reference());
  ASSERT_TRUE(reference) << reference.error().message;
  const auto least = parse_config("f", "site: pod-1\n");
  EXPECT_EQ(reference->listen.port, least->listen.port);
  EXPECT_EQ(reference->database.url.reveal(), least->database.url.reveal());
  EXPECT_EQ(reference->controller, least->controller);
}

TEST(ConfigReference, ExplainsEachKey) {
  EXPECT_THAT(config_reference(),
              HasSubstr("\nlisten:\n\n  # Address of the portal and the REST API; '::' or 0.0.0.0 "
                        "for all. (IP address)\n  address: 127.0.0.1\n"));
}

TEST(ReadConfig, SaysWhichFileIsMissing) {
  const auto config = read_config("/nonexistent/switchyard.yaml");
  EXPECT_EQ(config.error().code, Errc::NotFound);
  EXPECT_THAT(config.error().message, HasSubstr("/nonexistent/switchyard.yaml"));
}

TEST(ParseDuration, KnowsFiveUnits) {
  using namespace std::chrono_literals;
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1d"), 24h);
  for (const char* wrong : {"", "5", "s", "-1s", "1.5s", "1 s", "1w", "99999999999d"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
}

}  // namespace
}  // namespace switchyard
