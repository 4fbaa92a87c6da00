#include "provisioner/bmc/redfish_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace switchyard::provisioner::redfish {
namespace {

using testing::ElementsAre;

TEST(RedfishPath, StaysBelowRedfish) {
  EXPECT_EQ(as_path("/redfish/v1/Systems/1/"), "/redfish/v1/Systems/1");
  EXPECT_EQ(as_path("https://bmc/redfish/v1/SessionService/Sessions/1"),
            "/redfish/v1/SessionService/Sessions/1");
  for (const char* bad :
       {"", "/", "/redfish/v12", "/cgi-bin/x", "//evil/redfish/v1", "https://evil",
        "/redfish/v1/../../etc", "/redfish/v1/a b", "/redfish/v1/a\r\nHost: x", "/redfish/v1/?x=1"})
    EXPECT_FALSE(as_path(bad)) << bad;
}

TEST(RedfishServiceRoot, NamesItsSystemsAndItsVendor) {
  const auto root = parse_service_root(
      R"({"Systems": {"@odata.id": "/redfish/v1/Systems"}, "Oem": {"Hpe": {}},
          "Links": {"Sessions": {"@odata.id": "/redfish/v1/SessionService/Sessions"}}})");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->systems, "/redfish/v1/Systems");
  EXPECT_EQ(root->sessions, "/redfish/v1/SessionService/Sessions");
  EXPECT_EQ(root->vendor, "Hpe");
  EXPECT_FALSE(parse_service_root("{}"));
  EXPECT_FALSE(parse_service_root("[]"));
}

TEST(RedfishCollection, IsRefusedWithAMemberElsewhere) {
  EXPECT_THAT(*parse_collection(R"({"Members": [{"@odata.id": "/redfish/v1/Systems/1"}]})"),
              ElementsAre("/redfish/v1/Systems/1"));
  EXPECT_TRUE(parse_collection(R"({"Members": []})")->empty());
  EXPECT_FALSE(parse_collection(R"({"Members": [{"@odata.id": "http://evil/x"}]})"));
  EXPECT_FALSE(parse_collection(R"({"Members": 3})"));
  std::string many = R"({"Members": [)";
  for (int i = 0; i < 257; ++i)
    many += (i > 0 ? "," : "") + std::string(R"({"@odata.id": "/redfish/v1/Systems/1"})");
  EXPECT_FALSE(parse_collection(many + "]}"));
}

TEST(RedfishSystem, ToleratesWhatIsMissingOrOfAnotherType) {
  const auto system = parse_system(
      R"({"PowerState": "On", "Boot": [], "Actions": null, "MemorySummary": {"TotalSystemMemoryGiB": -1},
          "ProcessorSummary": {"Count": "two"}, "Links": {"ManagedBy": [{}]}, "UUID": 7})");
  ASSERT_TRUE(system);
  EXPECT_EQ(system->power, PowerState::On);
  EXPECT_EQ(system->memory_bytes, 0U);
  EXPECT_EQ(system->cpus, 0U);
  EXPECT_EQ(system->uuid, "");
}

TEST(RedfishSystem, NeedsAPowerState) {
  EXPECT_FALSE(parse_system(R"({"Id": "1"})"));
  EXPECT_EQ(parse_system(R"({"PowerState": null})")->power, PowerState::Unknown);
}

TEST(RedfishSystem, CutsTextsAndStripsControlCharacters) {
  const auto system =
      parse_system(R"({"PowerState": "Off", "Model": "a\u001b[2J\nb", "SerialNumber": ")" +
                   std::string(1000, 's') + R"("})");
  ASSERT_TRUE(system);
  EXPECT_EQ(system->model, "a [2J b");
  EXPECT_EQ(system->serial.size(), 256U);
}

TEST(RedfishResetInfo, ListsTheResetTypes) {
  EXPECT_THAT(
      *parse_reset_info(
          R"({"Parameters": [{"Name": "ResetType", "AllowableValues": ["On", "ForceOff"]}]})"),
      ElementsAre("On", "ForceOff"));
  EXPECT_FALSE(parse_reset_info(R"({"Parameters": [{"Name": "Other"}]})"));
}

TEST(RedfishNic, PrefersThePermanentAddress) {
  EXPECT_EQ(
      to_string(**parse_nic(
          R"({"MACAddress": "02:00:00:00:00:01", "PermanentMACAddress": "12:44:6A:3B:04:11"})")),
      "12:44:6a:3b:04:11");
  EXPECT_EQ(*parse_nic(R"({"MACAddress": ""})"), std::nullopt);
  EXPECT_EQ(*parse_nic(R"({"MACAddress": "not one"})"), std::nullopt);
}

TEST(RedfishConsole, IsWhatTheManagerHasSwitchedOn) {
  EXPECT_THAT(
      *parse_manager_console(
          R"({"SerialConsole": {"ServiceEnabled": true, "ConnectTypesSupported": ["SSH"]}})"),
      ElementsAre("SSH"));
  EXPECT_TRUE(
      parse_manager_console(
          R"({"SerialConsole": {"ServiceEnabled": false, "ConnectTypesSupported": ["SSH"]}})")
          ->empty());
}

TEST(RedfishRefusal, IsWhatTheExtendedMessagesSay) {
  EXPECT_EQ(
      parse_refusal(
          R"({"error": {"message": "see ExtendedInfo", "@Message.ExtendedInfo": [{"Message": "No."}, {"Message": "Never."}]}})"),
      "No. Never.");
  EXPECT_EQ(parse_refusal(R"({"error": {"message": "no"}})"), "no");
  EXPECT_EQ(parse_refusal("<html>"), "");
}

}  // namespace
}  // namespace switchyard::provisioner::redfish
