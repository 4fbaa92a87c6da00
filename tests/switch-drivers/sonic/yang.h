// SONiC's own YANG models as a judge of CONFIG_DB states, by libyang's yanglint.
#pragma once

#include "switch-drivers/sonic/config_db.h"

#include <optional>
#include <string>

namespace switchyard::switch_drivers::sonic {

// A CONFIG_DB as the models want it: RFC 7951, a list a table, keys apart, numbers as numbers.
[[nodiscard]] std::string as_yang_json(const ConfigDb& db);

struct Judgement {
  bool accepted{};
  std::string said{};  // why not, first line
};

class YangJudge {
 public:
  // The folder that SWITCHYARD_SONIC_YANG names, or /work/shared/yang/sonic; nothing when there are
  // no models in it. They are not ours, so they are not in the repository.
  [[nodiscard]] static std::optional<YangJudge> find();

  [[nodiscard]] Judgement judge(const ConfigDb& db) const;
  // The commit of sonic-net/sonic-buildimage the models are from, as their README says.
  [[nodiscard]] std::string commit() const;
  [[nodiscard]] static std::string version();  // "yanglint 2.1.30"

 private:
  explicit YangJudge(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
};

}  // namespace switchyard::switch_drivers::sonic
