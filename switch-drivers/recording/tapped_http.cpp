#include "switch-drivers/recording/tapped_http.h"

#include <algorithm>
#include <charconv>

namespace switchyard::switch_drivers {

namespace {

const std::string kProtocol = "https";

// The request line, the headers, an empty line, the body.
std::string as_text(const HttpRequest& request) {
  std::string text = request.method + " " + request.path + "\n";
  for (const auto& [name, value] : request.headers)
    text += name + ": " + value + "\n";
  return text + "\n" + request.body;
}

// The status, a line break, the body.
std::string as_text(const HttpAnswer& answer) {
  return std::to_string(answer.status) + "\n" + answer.body;
}

HttpAnswer to_answer(const std::string& text) {
  HttpAnswer answer;
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::from_chars(text.data(), text.data() + end, answer.status);
  answer.body = text.substr(std::min(end + 1, text.size()));
  return answer;
}

class TappedHttp final : public HttpClient {
 public:
  TappedHttp(std::unique_ptr<HttpClient> client, std::shared_ptr<ExchangeTap> tap)
      : client_(std::move(client)), tap_(std::move(tap)) {}

  Result<HttpAnswer> send(const HttpRequest& request, std::chrono::milliseconds deadline) override {
    Exchange exchange{.protocol = kProtocol, .sent = {as_text(request)}};
    if (const auto played = tap_->answer(kProtocol, exchange.sent)) {
      if (played->error) return tl::unexpected(*played->error);
      return to_answer(played->answered.front());
    }
    auto answer = client_->send(request, deadline);
    if (answer)
      exchange.answered.push_back(as_text(*answer));
    else
      exchange.error = answer.error();
    tap_->note(exchange);
    return answer;
  }

 private:
  std::unique_ptr<HttpClient> client_;
  std::shared_ptr<ExchangeTap> tap_;
};

}  // namespace

std::unique_ptr<HttpClient> tap_http(std::unique_ptr<HttpClient> client,
                                     std::shared_ptr<ExchangeTap> tap) {
  return std::make_unique<TappedHttp>(std::move(client), std::move(tap));
}

}  // namespace switchyard::switch_drivers
