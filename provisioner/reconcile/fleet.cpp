#include "provisioner/reconcile/fleet.h"

#include "provisioner/store/switches.h"

namespace switchyard::provisioner {

Fleet::Fleet(ReconcileContext context)
    : context_(std::move(context)),
      crew_(context_.pool, context_.wakeup,
            {.what = "switches",
             .list = &list_switch_names,
             .work = [this](const std::string& name, const std::stop_token& stop) {
               SwitchWorker(context_, name).run(stop);
             }}) {}

}  // namespace switchyard::provisioner
