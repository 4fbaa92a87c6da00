#include "tests/bench/boot_storm/machine.h"

#include "core/id.h"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace switchyard::bench {

using nlohmann::json;
using std::chrono::milliseconds;

namespace {

constexpr std::uint16_t kHttpPort = 8080;
constexpr milliseconds kFirstRetry{500}, kLongestRetry{8000};  // as pxe/installer does
constexpr int kRetries = 60;

std::string after(const std::string& text, const std::string& key) {
  const auto at = text.find(key);
  if (at == std::string::npos) return "";
  const auto from = at + key.size();
  return text.substr(from, text.find_first_of(" \n", from) - from);
}

// "http://172.16.0.1:8080/files/…" -> "/files/…"
std::string path_of(const std::string& url) {
  const auto host = url.find("://");
  return host == std::string::npos ? "" : url.substr(url.find('/', host + 3));
}

json nic_json(const fakes::ServerNic& nic) {
  return {{"name", nic.name},
          {"mac", nic.mac},
          {"carrier", true},
          {"speed_mbps", 25000},
          {"driver", "ice"},
          {"lldp",
           json::array(
               {{{"chassis", "x"}, {"port", nic.port}, {"system", nic.cabled_to->plan().name}}})}};
}

json inspection_of(const fakes::ServerPlan& plan, bool is_uefi) {
  json nics = json::array();
  for (const auto& nic : plan.nics)
    nics.push_back(nic_json(nic));
  json disks = json::array();
  for (const char* name : {"nvme0n1", "nvme1n1"})
    disks.push_back({{"name", name},
                     {"path", std::string("/dev/") + name},
                     {"bytes", 1'920'383'410'176},
                     {"model", "SIMULATED"},
                     {"serial", plan.name + "-" + name},
                     {"rotational", false},
                     {"transport", "nvme"}});
  return {{"product",
           {{"vendor", "Simulated"}, {"name", "Storm"}, {"serial", plan.name}, {"uuid", ""}}},
          {"firmware", is_uefi ? "uefi" : "bios"},
          {"cpus", 64},
          {"cpu_model", "x"},
          {"memory_bytes", 1LL << 38},
          {"disks", disks},
          {"nics", nics},
          {"bmc", nullptr}};
}

}  // namespace

class Machine::Fault : public std::runtime_error {
 public:
  enum class Kind { Lost, Cut };

  Fault(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}

  [[nodiscard]] Kind kind() const { return kind_; }

  static Fault lost(const std::string& what) { return {Kind::Lost, what}; }

 private:
  Kind kind_;
};

struct Machine::Script {
  std::string kernel{}, initrd{};  // URLs
  std::string token{}, pin{};
  std::uint16_t tls_port{};
};

Machine::Machine(World& world, fakes::FakeServer& server, std::size_t nic, Ipv4 relay)
    : world_(world), server_(server), is_uefi_(nic == 0) {
  const fakes::ServerNic& from = server.plan().nics.at(nic);
  line_ = {.relay = relay, .port = from.port, .mac = *parse_mac(from.mac)};
}

bool Machine::wants_boot() {
  const auto now = server_.state();
  return now.on && now.phase == "provisioning" && now.boots != course_.boots;
}

void Machine::must_be_on() {
  const auto now = server_.state();
  if (!now.on || now.boots != course_.running) throw Fault(Fault::Kind::Cut, "switched off");
}

void Machine::reached(Mark mark) {
  must_be_on();
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - world_.began;
  course_.at.at(static_cast<std::size_t>(mark)) = since.count();
}

void Machine::check(const Fetched& got, const std::string& file) {
  const auto expected = world_.files.find(file);
  if (expected == world_.files.end())
    throw Fault::lost("sent for a file that is not there: " + file);
  if (got.bytes != expected->second.bytes || got.sha256 != expected->second.sha256)
    throw Fault::lost(file + " came wrong, " + std::to_string(got.bytes) + " bytes");
}

net::awaitable<void> Machine::pause(milliseconds time) {
  net::steady_timer timer(world_.context, time);
  co_await timer.async_wait(net::use_awaitable);
}

net::awaitable<void> Machine::boot(milliseconds after) {
  course_.running = course_.boots = server_.state().boots;
  course_.problem.clear();
  course_.is_done = false;
  co_await pause(after);
  try {
    co_await play();
    course_.is_done = true;
  } catch (const Fault& fault) {
    if (fault.kind() == Fault::Kind::Cut)
      course_.was_cut = true;
    else
      course_.problem = fault.what();
  } catch (const std::exception& thrown) {  // an answer that is no JSON, or lacks a field
    course_.problem = thrown.what();
  }
  course_.running = 0;
}

net::awaitable<void> Machine::play() {
  const Lent firmware = co_await borrow(is_uefi_ ? Voice::UefiFirmware : Voice::BiosFirmware);
  reached(Mark::Lent);
  co_await load(firmware.boot_file);
  reached(Mark::Loader);
  const Lent ipxe = co_await borrow(Voice::Ipxe);
  const Script script = co_await ask_script(ipxe.boot_file);
  reached(Mark::Script);
  co_await fetch_clear(script.kernel);
  co_await fetch_clear(script.initrd);
  reached(Mark::Kernel);
  co_await borrow(Voice::RamSystem);
  co_await ram_system(script);
}

// One machine, one address, whoever of it asks.
net::awaitable<Lent> Machine::borrow(Voice voice) {
  const auto lent = co_await world_.relays.lend(line_, voice);
  if (!lent) throw Fault::lost(lent.error().message);
  if (!address_.none() && lent->address != address_)
    throw Fault::lost("got " + pxe::dhcp::to_string(lent->address) + " after " +
                      pxe::dhcp::to_string(address_));
  address_ = lent->address;
  const auto [whose, is_new] = world_.lent.emplace(address_.value, name());
  if (!is_new && whose->second != name())
    throw Fault::lost(pxe::dhcp::to_string(address_) + " is lent to " + whose->second + ", too");
  co_return *lent;
}

net::awaitable<void> Machine::load(const std::string& file) {
  const TftpTerms terms = is_uefi_ ? TftpTerms{.block = 1468, .window = 4, .asks_size_first = true}
                                   : TftpTerms{.block = 1456};
  const auto got =
      co_await tftp_fetch(address_, world_.service, file, terms, world_.counts.tftp_repeats);
  if (!got) throw Fault::lost(got.error().message);
  check(*got, file);
}

net::awaitable<Machine::Script> Machine::ask_script(std::string url) {
  while (true) {
    const Door door{.from = address_, .service = world_.service, .port = kHttpPort};
    const HttpAsk ask{.path = path_of(url)};
    const auto reply = co_await http_ask(door, ask, Keep::Text);
    // iPXE does not ask again.
    if (!reply) throw Fault::lost(reply.error().message);
    if (reply->status != 200)
      throw Fault::lost("the script: " + std::to_string(reply->status) + " " + reply->text);
    Script script{.kernel = after(reply->text, "\nkernel "),
                  .initrd = after(reply->text, "--name initrd "),
                  .token = after(reply->text, "switchyard.token="),
                  .pin = after(reply->text, "switchyard.pin=")};
    if (script.token.empty()) {
      ++world_.counts.holds;
      must_be_on();
      co_await pause(std::chrono::seconds(30));
      continue;
    }
    if (!world_.tokens.insert(script.token).second) throw Fault::lost("a token was given twice");
    const std::string url_of_tls = after(reply->text, "switchyard.url=");
    script.tls_port =
        static_cast<std::uint16_t>(std::stoi(url_of_tls.substr(url_of_tls.rfind(':') + 1)));
    co_return script;
  }
}

net::awaitable<void> Machine::fetch_clear(std::string url) {
  const Door door{.from = address_, .service = world_.service, .port = kHttpPort};
  const HttpAsk ask{.path = path_of(url)};
  const auto reply = co_await http_ask(door, ask, Keep::Digest);
  if (!reply) throw Fault::lost(reply.error().message);
  if (reply->status != 200) throw Fault::lost(url + ": " + std::to_string(reply->status));
  check(reply->file, path_of(url).substr(std::size("/files/") - 1));
}

net::awaitable<HttpReply> Machine::say(HttpAsk ask, Keep keep) {
  milliseconds wait = kFirstRetry;
  for (int tries = 0; tries < kRetries; ++tries) {
    must_be_on();
    ask.bearer = session_;
    auto reply = co_await http_ask(sealed_, ask, keep);
    if (reply && reply->status < 500) co_return std::move(*reply);
    if (!reply && reply.error().code == Errc::Rejected) throw Fault::lost(reply.error().message);
    ++world_.counts.http_repeats;
    co_await pause(wait);
    wait = std::min(wait * 2, kLongestRetry);
  }
  throw Fault::lost(ask.path + ": the service did not answer");
}

net::awaitable<void> Machine::ram_system(Script script) {
  sealed_ = {.from = address_,
             .service = world_.service,
             .port = script.tls_port,
             .tls = &world_.tls,
             .pin = script.pin};
  session_.clear();
  const json opening{{"token", script.token},
                     {"session", random_hex(32)},
                     {"mac", to_string(line_.mac)},
                     {"inspection", inspection_of(server_.plan(), is_uefi_)}};
  const HttpAsk open{"POST", "/installer/v1/sessions", "", opening.dump()};
  const HttpReply opened = co_await say(open, Keep::Text);
  if (opened.status != 201) throw Fault::lost("the session: " + opened.text);
  const json session = json::parse(opened.text);
  if (session.at("server") != name())
    throw Fault::lost("taken for " + session.at("server").get<std::string>());
  session_ = session.at("session");
  reached(Mark::Session);
  const HttpAsk ask_task{"GET", "/installer/v1/task"};
  HttpReply task{.status = 204};
  while (true) {
    task = co_await say(ask_task, Keep::Text);
    if (task.status != 204) break;
    ++world_.counts.late_tasks;
  }
  if (task.status != 200) throw Fault::lost("the task: " + task.text);
  reached(Mark::Task);
  co_await install(task.text);
}

net::awaitable<void> Machine::report(const std::string& operation, const char* phase, int percent) {
  const json progress{
      {"operation", operation},
      {"phase", phase},
      {"percent", percent},
      {"detail", std::string(phase) + " of " + name()},
      {"log", json::array({std::string(phase) + " at " + std::to_string(percent)})}};
  const HttpAsk tell{"POST", "/installer/v1/progress", "", progress.dump()};
  const HttpReply heard = co_await say(tell, Keep::Text);
  if (heard.status != 200) throw Fault::lost("progress: " + heard.text);
}

net::awaitable<void> Machine::install(std::string text) {
  using Stage = std::pair<const char*, int>;
  constexpr std::array kPhases{Stage{"partitioning", 0}, Stage{"writing", 20},
                               Stage{"writing", 80},     Stage{"configuring", 0},
                               Stage{"bootloader", 0},   Stage{"verifying", 0}};
  const json task = json::parse(text);
  if (task.at("kind") != "install" || task.at("hostname") != "d-" + name())
    throw Fault::lost("somebody else's task: " + task.at("hostname").dump());
  const std::string operation = task.at("operation"), url = task.at("image").at("url");
  const HttpAsk ask_image{"GET", url};
  const HttpReply image = co_await say(ask_image, Keep::Digest);
  if (image.status != 200) throw Fault::lost("the image: " + std::to_string(image.status));
  check(image.file, url.substr(std::size("/files/") - 1));
  if (image.file.sha256 != task.at("image").at("sha256")) throw Fault::lost("the image's checksum");
  reached(Mark::Image);
  // What the machine is from now on: its disk holds these files.
  fakes::InstallRequest installed{.operation = operation, .hostname = task.at("hostname")};
  for (const json& file : task.at("files"))
    installed.files.push_back(
        {.path = file.at("path"), .mode = file.at("mode"), .content = file.at("content")});
  if (const Status taken = server_.install(std::move(installed)); !taken)
    throw Fault(Fault::Kind::Cut, taken.error().message);
  for (const auto& [phase, percent] : kPhases) {
    co_await report(operation, phase, percent);
    co_await pause(world_.install_time / kPhases.size());
  }
  const json result{
      {"operation", operation}, {"outcome", "succeeded"}, {"detail", ""}, {"wiped", json::array()}};
  const HttpAsk tell{"POST", "/installer/v1/result", "", result.dump()};
  const HttpReply taken = co_await say(tell, Keep::Text);
  if (taken.status != 200) throw Fault::lost("the result: " + taken.text);
  // The service may switch it off from the instant the result is there.
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - world_.began;
  course_.at.at(static_cast<std::size_t>(Mark::Result)) = since.count();
}

}  // namespace switchyard::bench
