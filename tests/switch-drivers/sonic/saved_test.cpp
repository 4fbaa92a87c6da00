// The program that saves one port, in a real Python, and the simulator's idea of it.
#include "switch-drivers/sonic/saved.h"

#include "tests/fakes/switch/sonic/fake_sonic.h"
#include "tests/switch-drivers/intents.h"
#include "tests/switch-drivers/sonic/states.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace switchyard::switch_drivers::sonic {
namespace {

using nlohmann::json;

constexpr const char* kFile = R"({
  "PORT": {"Ethernet4": {"admin_status": "up", "lanes": "5", "mtu": "9100"},
           "Ethernet40": {"admin_status": "up", "lanes": "41"}},
  "VLAN_MEMBER": {"Vlan100|Ethernet4": {"tagging_mode": "untagged"}},
  "VLAN_SUB_INTERFACE": {"Eth4.1001": {"vlan": "1001"}, "Ethernet4.7": {},
                         "Ethernet40.7": {"admin_status": "up"}, "PortChannel4.7": {}},
  "INTERFACE": {"Ethernet4": {}, "Ethernet4|192.0.2.1/31": {}, "Ethernet40": {}},
  "VRF": {"Vrf_vrf-prv": {}}, "EMPTY": {}
})";

class SavedRows : public testing::Test {
 protected:
  SavedRows() {
    std::filesystem::create_directories(folder_);
    std::ofstream(path_) << kFile;
    std::string program{save_program()};
    for (const auto& [from, to] :
         {std::pair<std::string, std::string>{"/etc/sonic/config_db.json", path_},
          {"/run/switchyard-save.lock", folder_ + "/lock"}}) {
      const std::size_t at = program.find(from);
      EXPECT_NE(at, std::string::npos);
      program.replace(at, from.size(), to);
    }
    std::ofstream(folder_ + "/save.py") << program;
  }

  ~SavedRows() override { std::filesystem::remove_all(folder_); }

  int save(const std::string& document) const {
    const std::string line = "cd " + folder_ + " && " + save_line(document) + " 2>/dev/null";
    return std::system(line.c_str());  // NOLINT(cert-env33-c)
  }

  [[nodiscard]] std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  std::string folder_ = testing::TempDir() + "/switchyard-saved-" + std::to_string(getpid());
  std::string path_ = folder_ + "/config_db.json";
};

TEST_F(SavedRows, AreTheOnesOfThePortAndNoOthers) {
  for (const std::string& document :
       {closed_document(kPort), saved_document(kPort, wish(provisioning_port(kPort)).rows),
        saved_document(kPort, wish(routed(kPort)).rows), closed_document(kPort)}) {
    const std::string before = text();
    ASSERT_EQ(save(document), 0) << document;
    EXPECT_EQ(json::parse(text()), json::parse(fakes::saved_rows(before, document))) << document;
  }
  const json closed = json::parse(text());
  EXPECT_EQ(closed, json::parse(R"({
    "PORT": {"Ethernet4": {"admin_status": "down", "lanes": "5"},
             "Ethernet40": {"admin_status": "up", "lanes": "41"}},
    "VLAN_SUB_INTERFACE": {"Ethernet40.7": {"admin_status": "up"}, "PortChannel4.7": {}},
    "INTERFACE": {"Ethernet40": {}}, "VRF": {"Vrf_vrf-prv": {}}, "EMPTY": {}})"));
}

TEST_F(SavedRows, ReadBackAsTheWish) {
  const PortState wished = wish(routed(kPort));
  ASSERT_EQ(save(saved_document(kPort, wished.rows)), 0);
  const auto saved = parse_config_db(text());
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(rows_of(*saved, kPort), wished.rows);
}

TEST_F(SavedRows, KeepWhatTextSaysAsText) {
  ConfigDb rows = wish(shut_port(kPort)).rows;
  rows[{"PORT", kPort}]["description"] = "it's \"mine\"; $(reboot) `x` \\n";
  ASSERT_EQ(save(saved_document(kPort, rows)), 0);
  EXPECT_EQ(json::parse(text())["PORT"][kPort]["description"],
            rows[RowKey("PORT", kPort)]["description"]);
}

TEST_F(SavedRows, KeepTheModeOfTheFile) {
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  ASSERT_EQ(save(closed_document(kPort)), 0);

  struct stat found {};

  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0640U);
}

TEST_F(SavedRows, StayAsTheyAreWhenSomethingIsWrong) {
  EXPECT_NE(save(closed_document("Ethernet8")), 0);
  EXPECT_EQ(text(), kFile);
  std::ofstream(path_) << "{";
  EXPECT_NE(save(closed_document(kPort)), 0);
  EXPECT_EQ(text(), "{");
}

}  // namespace
}  // namespace switchyard::switch_drivers::sonic
