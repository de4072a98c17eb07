#include "daemon/security/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/time/clock.h"
#include "tests/support/certificates.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace pipesched {
namespace {

using testing::HasSubstr;

class TlsFilesTest : public testing::Test {
 protected:
  void Write(const KeyPair& pair) {
    folder_.Write("cert.pem", pair.certificate);
    folder_.Write("key.pem", pair.key);
  }

  absl::StatusOr<std::unique_ptr<TlsFiles>> Open(const std::string& authorities = "") {
    return TlsFiles::Open({folder_.File("cert.pem"), folder_.File("key.pem"),
                           authorities.empty() ? "" : folder_.File(authorities)});
  }

  const TemporaryFolder folder_;
  const CertificateAuthority authority_;
};

TEST_F(TlsFilesTest, ReadsWhatIsThere) {
  const KeyPair pair = authority_.Issue("DNS:localhost", absl::Hours(48));
  Write(pair);
  folder_.Write("ca.pem", authority_.certificate());
  const auto files = Open("ca.pem");
  ASSERT_THAT(files, IsOk());
  const auto material = (*files)->material();
  EXPECT_EQ(material->certificate_chain, pair.certificate);
  EXPECT_EQ(material->private_key, pair.key);
  EXPECT_EQ(material->client_authorities, authority_.certificate());
  EXPECT_GT(material->expiry, absl::Now() + absl::Hours(47));
  EXPECT_LT(material->expiry, absl::Now() + absl::Hours(49));
}

TEST_F(TlsFilesTest, SaysWhichFileIsWrong) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Open(), StatusIs(kInvalid, HasSubstr("cannot read")));
  const KeyPair pair = authority_.Issue("DNS:localhost");
  Write({"no certificate", pair.key});
  EXPECT_THAT(Open(), StatusIs(kInvalid, HasSubstr("cert.pem: holds no certificate")));
  Write({pair.certificate, "no key"});
  EXPECT_THAT(Open(), StatusIs(kInvalid, HasSubstr("key.pem: holds no private key")));
  Write({pair.certificate, authority_.Issue("DNS:localhost").key});
  EXPECT_THAT(Open(), StatusIs(kInvalid, HasSubstr("key.pem: is not the key of")));
  Write(authority_.Issue("DNS:localhost", -absl::Hours(1)));
  EXPECT_THAT(Open(), StatusIs(kInvalid, HasSubstr("cert.pem: expired on")));
  Write(pair);
  folder_.Write("ca.pem", "");
  EXPECT_THAT(Open("ca.pem"), StatusIs(kInvalid, HasSubstr("ca.pem: holds no certificate")));
}

// Certificates that are revoked, and their folder.
class RevokedTest : public testing::Test {
 protected:
  absl::StatusOr<RevokedCertificates> Read() const {
    return RevokedCertificates::Read(lists_.File("."), authority_.certificate());
  }

  const TemporaryFolder lists_;
  const CertificateAuthority authority_;
};

TEST_F(RevokedTest, ThoseOfAllListsAndNoOthers) {
  const KeyPair first = authority_.Issue("DNS:a");
  const KeyPair second = authority_.Issue("DNS:b");
  const KeyPair good = authority_.Issue("DNS:c");
  lists_.Write("1.pem", authority_.Revoke({first.certificate}));
  lists_.Write("2.pem", authority_.Revoke({}) + authority_.Revoke({second.certificate}));
  lists_.Write(".hidden", "no list");
  const auto revoked = Read();
  ASSERT_THAT(revoked, IsOk());
  EXPECT_TRUE(revoked->ContainsAnyOf(first.certificate));
  EXPECT_TRUE(revoked->ContainsAnyOf(second.certificate));
  EXPECT_FALSE(revoked->ContainsAnyOf(good.certificate));
  EXPECT_TRUE(revoked->ContainsAnyOf(good.certificate + second.certificate));
  EXPECT_FALSE(revoked->ContainsAnyOf(""));
  EXPECT_GT(revoked->next_update(), absl::Now());
}

TEST_F(RevokedTest, SaysWhichFileIsWrong) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("is no folder with certificate revocation")));
  lists_.Write("a.pem", authority_.certificate());
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("a.pem: holds no certificate revocation list")));
  const CertificateAuthority impostor;  // of the same name
  lists_.Write("a.pem", impostor.Revoke({}));
  EXPECT_THAT(Read(), StatusIs(kInvalid, HasSubstr("a.pem: is a list of /CN=test authority, who "
                                                   "did not sign it")));
  lists_.Write("a.pem", authority_.Revoke({}, -absl::Hours(1)));
  const auto stale = Read();  // counts all the same
  ASSERT_THAT(stale, IsOk());
  EXPECT_LT(stale->next_update(), absl::Now());
}

TEST_F(TlsFilesTest, AHalfWrittenRotationChangesNothing) {
  const KeyPair old_pair = authority_.Issue("DNS:localhost");
  Write(old_pair);
  const auto files = Open();
  ASSERT_THAT(files, IsOk());
  const KeyPair new_pair = authority_.Issue("DNS:localhost");
  folder_.Write("cert.pem", new_pair.certificate);
  EXPECT_THAT((*files)->Reload(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is not the key of")));
  EXPECT_EQ((*files)->material()->certificate_chain, old_pair.certificate);
  EXPECT_THAT((*files)->Reload(), IsOk());  // told once
  EXPECT_EQ((*files)->failed_reloads(), 1);
  folder_.Write("key.pem", new_pair.key);
  EXPECT_THAT((*files)->Reload(), IsOk());
  EXPECT_EQ((*files)->material()->certificate_chain, new_pair.certificate);
  EXPECT_EQ((*files)->material()->private_key, new_pair.key);
}

TEST_F(TlsFilesTest, WhatIsNotChangedIsNotReadAgain) {
  Write(authority_.Issue("DNS:localhost"));
  const auto files = Open();
  ASSERT_THAT(files, IsOk());
  const auto material = (*files)->material();
  EXPECT_THAT((*files)->Reload(), IsOk());
  EXPECT_EQ((*files)->material(), material);
}

}  // namespace
}  // namespace pipesched
