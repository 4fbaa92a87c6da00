#include "provisioner/probe/lookouts.h"

#include "provisioner/store/vantage_points.h"

namespace switchyard::provisioner {

Lookouts::Lookouts(ProbeContext context)
    : context_(std::move(context)),
      crew_(context_.pool, context_.wakeup,
            {.what = "vantage points",
             .list = &list_vantage_names,
             .work = [this](const std::string& name, const std::stop_token& stop) {
               VantageWorker(context_, name).run(stop);
             }}) {}

}  // namespace switchyard::provisioner
