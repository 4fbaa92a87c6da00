// Stands in for libFuzzer where there is none: every file of a corpus, then mutations of them, the
// same ones in every run. Ends after two seconds or 200,000 inputs.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::string;

constexpr int kMostInputs = 200'000;
constexpr std::chrono::seconds kLongest{2};

void run(const Input& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::vector<Input> read_corpus(const std::filesystem::path& directory) {
  std::vector<Input> corpus{""};
  for (const auto& entry : std::filesystem::directory_iterator{directory}) {
    std::ifstream file{entry.path(), std::ios::binary};
    corpus.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
  }
  return corpus;
}

class Mutator {
 public:
  Input mutated(const std::vector<Input>& corpus) {
    Input input = corpus[below(corpus.size())];
    for (std::size_t times = 1 + below(4); times > 0; --times)
      change(input, corpus);
    return input;
  }

 private:
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random_);
  }

  char byte() { return static_cast<char>(below(256)); }

  void change(Input& input, const std::vector<Input>& corpus) {
    const std::size_t at = below(input.size() + 1);
    switch (below(6)) {
      case 0: input.insert(at, 1, byte()); break;
      case 1: input.erase(at, 1 + below(4)); break;
      case 2: input = input.substr(0, at); break;
      case 3: input.insert(at, input.substr(below(input.size() + 1), 1 + below(16))); break;
      case 4: input.insert(at, corpus[below(corpus.size())]); break;
      default:
        if (at < input.size()) input[at] = byte();
    }
  }

  std::mt19937 random_{20261121};  // fixed, so that a failure comes back
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY\n", arguments[0]);
    return 2;
  }
  const auto corpus = read_corpus(arguments[1]);
  for (const Input& input : corpus)
    run(input);
  Mutator mutator;
  const auto end = std::chrono::steady_clock::now() + kLongest;
  int inputs = 0;
  while (inputs < kMostInputs && std::chrono::steady_clock::now() < end) {
    run(mutator.mutated(corpus));
    ++inputs;
  }
  std::printf("%d mutations of %zu files\n", inputs, corpus.size());
  return 0;
}
