#include "pxe/installer/erase.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace switchyard::pxe::installer {
namespace {

constexpr std::chrono::minutes kLeastDeadline{10};
const std::string kPassword = "switchyard";

bool has_bit(const nlohmann::json& json, const char* key, unsigned bit) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_unsigned() &&
         ((found->get<std::uint64_t>() >> bit) & 1U) != 0;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view trimmed(std::string_view line) {
  const auto start = line.find_first_not_of(" \t\r");
  if (start == std::string_view::npos) return {};
  return line.substr(start, line.find_last_not_of(" \t\r") - start + 1);
}

// "	not	frozen" is false, "		frozen" is true, another line is nothing.
void read_state(std::string_view line, std::string_view word, bool& state) {
  if (line == word) state = true;
  if (line.starts_with("not") && trimmed(line.substr(3)) == word) state = false;
}

// The number of minutes that ends right before `words`: "2min for SECURITY ERASE UNIT".
std::chrono::minutes minutes_before(std::string_view line, std::string_view words) {
  const auto at = line.find(words);
  if (at == std::string_view::npos) return {};
  auto start = at;
  while (start > 0 && line[start - 1] >= '0' && line[start - 1] <= '9')
    --start;
  unsigned number = 0;
  std::from_chars(line.data() + start, line.data() + at, number);
  return std::chrono::minutes{std::min(number, 10'080U)};
}

Command hdparm(const Disk& disk, const std::string& verb) {
  return {"hdparm", "--user-master", "u", verb, kPassword, disk.path};
}

}  // namespace

Result<NvmeAbilities> parse_nvme_abilities(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return failure(Errc::Invalid, "nvme id-ctrl: not a JSON object");
  return NvmeAbilities{.format = has_bit(json, "oacs", 1),
                       .crypto_erase = has_bit(json, "fna", 2),
                       .whole = has_bit(json, "fna", 1)};
}

AtaAbilities parse_ata_abilities(std::string_view text) {
  AtaAbilities abilities;
  bool in_security = false;
  for (const std::string_view raw : lines_of(text)) {
    const auto line = trimmed(raw);
    if (!raw.empty() && raw[0] != '\t' && raw[0] != ' ') in_security = line == "Security:";
    if (!in_security) continue;
    read_state(line, "supported", abilities.supported);
    read_state(line, "enabled", abilities.enabled);
    read_state(line, "locked", abilities.locked);
    read_state(line, "frozen", abilities.frozen);
    read_state(line, "supported: enhanced erase", abilities.enhanced);
    if (const auto took = minutes_before(line, "min for SECURITY ERASE UNIT"); took.count() > 0)
      abilities.erase = took;
    if (const auto took = minutes_before(line, "min for ENHANCED SECURITY ERASE UNIT");
        took.count() > 0)
      abilities.enhanced_erase = took;
  }
  return abilities;
}

std::vector<EraseWay> nvme_ways(const Disk& disk, const NvmeAbilities& abilities) {
  if (!abilities.format) return {};
  const auto format = [&](const char* secure) {
    return EraseWay{"nvme-format",
                    {{"nvme", "format", disk.path, "--force", std::string{"--ses="} + secure}},
                    std::chrono::minutes{60}};
  };
  // 1 erases the user data, 2 only throws the key away: what is read then need not be zero.
  std::vector<EraseWay> ways{format("1")};
  if (abilities.crypto_erase) ways.push_back(format("2"));
  return ways;
}

std::vector<EraseWay> ata_ways(const Disk& disk, const AtaAbilities& abilities) {
  if (!abilities.supported || abilities.frozen) return {};
  EraseWay way{"ata-secure-erase", {}, {}};
  if (abilities.locked) way.commands.push_back(hdparm(disk, "--security-unlock"));
  if (!abilities.enabled) way.commands.push_back(hdparm(disk, "--security-set-pass"));
  way.commands.push_back(
      hdparm(disk, abilities.enhanced ? "--security-erase-enhanced" : "--security-erase"));
  const auto said = abilities.enhanced ? abilities.enhanced_erase : abilities.erase;
  way.deadline = std::max(kLeastDeadline, said * 2);
  return {way};
}

}  // namespace switchyard::pxe::installer
