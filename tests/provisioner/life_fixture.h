// What the tests of a server's life have in common: orders, and how they end.
#pragma once

#include "tests/provisioner/simulated_site.h"

#include <gtest/gtest.h>

#include <string>

namespace switchyard::provisioner {

class LifeFixture : public testing::TestWithParam<db::Backend> {
 protected:
  DeploymentView deploy() {
    const auto ordered = site_.service->deploy({}, site_.order());
    EXPECT_TRUE(ordered) << ordered.error().message;
    return ordered.value_or(DeploymentView{});
  }

  bool ends(const std::string& operation, const std::string& status) {
    const bool ended =
        site_.run_until([&] { return site_.operation_status(operation) != "running"; });
    const OperationView view = site_.operation(operation);
    EXPECT_EQ(view.status, status) << view.step << ": " << view.error << " " << view.message;
    return ended && view.status == status;
  }

  bool reaches(const std::string& operation, const std::string& step) {
    const auto there = [&] { return site_.operation(operation).step == step; };
    return there() || site_.run_until(there);
  }

  SimulatedSite site_{GetParam()};
};

}  // namespace switchyard::provisioner
