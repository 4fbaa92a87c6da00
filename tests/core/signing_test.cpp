#include "core/signing.h"

#include <gtest/gtest.h>

namespace switchyard {
namespace {

// RFC 8032, 7.1, TEST 2: one byte, 0x72.
const Secret kSeed("TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=");
constexpr const char* kPublic = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
constexpr const char* kSignature =
    "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA==";

TEST(Signing, IsTheEd25519OfTheStandard) {
  const auto key = SigningKey::from_seed(kSeed);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key(), kPublic);
  EXPECT_EQ(key->seed().reveal(), kSeed.reveal());
  EXPECT_EQ(key->sign("\x72"), kSignature);
  EXPECT_TRUE(verify(kPublic, "\x72", kSignature));
}

TEST(Signing, ATextThatWasChangedIsNotTheSignedOne) {
  const SigningKey key = SigningKey::make();
  const std::string signature = key.sign("disk sda was wiped");
  EXPECT_TRUE(verify(key.public_key(), "disk sda was wiped", signature));
  EXPECT_EQ(verify(key.public_key(), "disk sdb was wiped", signature).error().code, Errc::Rejected);
  EXPECT_EQ(verify(SigningKey::make().public_key(), "disk sda was wiped", signature).error().code,
            Errc::Rejected);
}

TEST(Signing, TellsWhatIsNoKeyAndNoSignature) {
  const SigningKey key = SigningKey::make();
  for (const char* text : {"", "!", "AAAA", "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zg"}) {
    EXPECT_EQ(verify(text, "x", key.sign("x")).error().code, Errc::Invalid) << text;
    EXPECT_EQ(verify(key.public_key(), "x", text).error().code, Errc::Invalid) << text;
    EXPECT_FALSE(SigningKey::from_seed(Secret(text))) << text;
  }
}

TEST(Signing, AKeyIsNamedByItsPublicHalf) {
  EXPECT_EQ(signing_key_id(kPublic).size(), 16U);
  EXPECT_EQ(signing_key_id(kPublic), signing_key_id(kPublic));
  EXPECT_NE(signing_key_id(kPublic), signing_key_id(SigningKey::make().public_key()));
}

}  // namespace
}  // namespace switchyard
