#include "core/seal.h"

#include "core/id.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace switchyard {
namespace {

namespace fs = std::filesystem;

class SealerTest : public testing::Test {
 protected:
  SealerTest() { fs::create_directory(directory_); }

  ~SealerTest() override { fs::remove_all(directory_); }

  void write_keys(const std::string& text, fs::perms mode = fs::perms(0600)) const {
    std::ofstream{path_} << text;
    fs::permissions(path_, mode);
  }

  std::string directory_{fs::temp_directory_path() / ("sy_seal_" + random_hex(8))};
  std::string path_{directory_ + "/secret.key"};
  const std::string key_a_ = std::string(43, 'A') + "\n";
  const std::string key_b_ = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA\n";
};

TEST_F(SealerTest, MakesItsKeyAtTheFirstStartForItsOwnerOnly) {
  ASSERT_TRUE(Sealer::from_file(path_));
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0600));
  EXPECT_EQ(std::distance(fs::directory_iterator{directory_}, {}), 1);
}

TEST_F(SealerTest, OpensWhatItSealedAlsoAfterARestart) {
  const std::string sealed = Sealer::from_file(path_)->seal(Secret{"hunter2"});
  EXPECT_THAT(sealed, testing::MatchesRegex("s1\\.[A-Za-z0-9_-]{8}\\.[A-Za-z0-9_-]+"));
  EXPECT_EQ(Sealer::from_file(path_)->open(sealed)->reveal(), "hunter2");
}

TEST_F(SealerTest, SealsTheSameSecretDifferentlyEachTime) {
  const auto sealer = Sealer::from_file(path_);
  EXPECT_NE(sealer->seal(Secret{"x"}), sealer->seal(Secret{"x"}));
  EXPECT_EQ(sealer->open(sealer->seal(Secret{""}))->reveal(), "");
}

TEST_F(SealerTest, NoticesEveryChangedCharacter) {
  const auto sealer = Sealer::from_file(path_);
  const std::string sealed = sealer->seal(Secret{"hunter2"});
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sealer->open(changed)) << i;
    EXPECT_FALSE(sealer->open(sealed.substr(0, i))) << i;
  }
}

TEST_F(SealerTest, OpensWithOldKeysAndSealsWithTheFirst) {
  write_keys(key_a_);
  const std::string old = Sealer::from_file(path_)->seal(Secret{"hunter2"});
  write_keys("# new since Monday\n" + key_b_ + key_a_);
  const auto rotated = Sealer::from_file(path_);
  EXPECT_EQ(rotated->open(old)->reveal(), "hunter2");
  EXPECT_TRUE(rotated->is_outdated(old));
  EXPECT_FALSE(rotated->is_outdated(rotated->seal(Secret{"x"})));
  write_keys(key_b_);
  EXPECT_EQ(Sealer::from_file(path_)->open(old).error().code, Errc::NotFound);
}

TEST_F(SealerTest, RefusesAKeyFileOthersCanRead) {
  write_keys(key_a_, fs::perms(0640));
  const auto sealer = Sealer::from_file(path_);
  EXPECT_EQ(sealer.error().code, Errc::Invalid);
  EXPECT_THAT(sealer.error().message, testing::HasSubstr("chmod 600"));
}

TEST_F(SealerTest, RefusesWhatIsNoKey) {
  for (const char* text : {"", "# only a comment\n", "short\n", "!!!\n"}) {
    write_keys(text);
    EXPECT_EQ(Sealer::from_file(path_).error().code, Errc::Invalid) << text;
  }
}

TEST_F(SealerTest, SaysWhatIsMissingWhenTheDirectoryIsNotThere) {
  const auto sealer = Sealer::from_file(directory_ + "/none/secret.key");
  EXPECT_EQ(sealer.error().code, Errc::Unavailable);
}

TEST_F(SealerTest, AgreesOnOneKeyWhenManyStartAtOnce) {
  std::vector<std::string> sealed(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& text : sealed)
      threads.emplace_back([&] { text = Sealer::from_file(path_)->seal(Secret{"x"}); });
  }
  const auto sealer = Sealer::from_file(path_);
  for (const std::string& text : sealed)
    EXPECT_EQ(sealer->open(text)->reveal(), "x");
}

}  // namespace
}  // namespace switchyard
