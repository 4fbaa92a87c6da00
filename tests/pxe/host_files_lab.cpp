// The files a server is given, as the product renders them: for tests that boot an installed server
// (test_server_boots.py). One server with two NICs in two VRFs, each with an IPv4 and an IPv6
// address.
//
//   host_files_lab MAC1 MAC2 [CA.pem]
//
// With a CA there are users, time servers and user data, too (setup_files.h).
// Prints {"files":[{path,mode,owner,content}],"own":{DEVICE:[PREFIX]},"legs":[NAME]}: legs are the
// subinterfaces BGP speaks on.
#include "provisioner/host_files.h"
#include "provisioner/host_links.h"
#include "provisioner/setup_files.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>

namespace {

using namespace switchyard;
using namespace switchyard::provisioner;
using nlohmann::json;

PlannedVrf vrf(const char* name, std::uint16_t tag, const char* v4, const char* v6) {
  return {.vrf = {name},
          .tag = {tag},
          .subnets = {"a", "a6"},
          .addresses = {*parse_ip(v4), *parse_ip(v6)},
          .advertise = {*parse_prefix("0.0.0.0/0"), *parse_prefix("::/0")}};
}

DeploymentRecord deployment() {
  return {.id = "dep-1",
          .name = "web1",
          .plan = {.vrfs = {vrf("vrf-prv", 101, "10.1.0.5", "fd10:1::5"),
                            vrf("vrf-pub", 201, "203.0.113.5", "2001:db8:113::5")}},
          .asn = {4200000005U}};
}

json all_of(const DeploymentRecord& deployment, const std::vector<NicRecord>& nics,
            const std::vector<HostFile>& files) {
  json out{{"files", json::array()}, {"own", json::object()}, {"legs", json::array()}};
  for (const HostFile& file : files)
    out["files"].push_back({{"path", file.path},
                            {"mode", file.mode},
                            {"owner", file.owner},
                            {"content", file.content}});
  const auto& vrfs = deployment.plan.vrfs;
  for (std::size_t i = 0; i < vrfs.size(); ++i) {
    for (const IpAddress& address : vrfs[i].addresses)
      out["own"][own_device(i)].push_back(to_string(host_prefix(address)));
    for (const NicRecord& nic : nics)
      out["legs"].push_back(subinterface(nic, vrfs[i]));
  }
  return out;
}

std::vector<HostFile> setup_files(const char* ca_file) {
  std::ifstream in(ca_file);
  DeploymentRecord record = deployment();
  record.plan.users = {
      {.name = "eva", .ssh_keys = {"ssh-ed25519 AAAA eva@desk"}, .sudo = true},
      {.name = "bob", .ssh_keys = {"ssh-ed25519 AAAA bob@desk", "ssh-rsa AAAA bob@home"}}};
  record.plan.user_data = "#cloud-config\nhostname: web1\n";
  return render_setup_files(
      record, {.ntp = {"192.0.2.123"}, .ca_pem = {std::istreambuf_iterator<char>(in), {}}});
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3 && count != 4) {
    std::fprintf(stderr, "usage: %s MAC1 MAC2 [CA.pem]\n", arguments[0]);
    return 2;
  }
  const std::vector<NicRecord> nics{
      {.server = "srv1", .name = "lan1", .mac = arguments[1], .switch_asn = 65001},
      {.server = "srv1", .name = "lan2", .mac = arguments[2], .switch_asn = 65002}};
  auto files = render_host_files(deployment(), nics);
  if (!files) {
    std::fprintf(stderr, "host_files_lab: %s\n", files.error().message.c_str());
    return 1;
  }
  if (count == 4)
    for (HostFile& file : setup_files(arguments[3]))
      files->push_back(std::move(file));
  std::puts(all_of(deployment(), nics, *files).dump().c_str());
  return 0;
}
