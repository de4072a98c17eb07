#include "daemon/errors.h"

#include <gmock/gmock.h>
#include <google/rpc/status.pb.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace pipesched {
namespace {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(details.message(), status.error_message());
  return details;
}

// The one detail of its type.
template <typename Detail>
Detail Only(const google::rpc::Status& status) {
  Detail detail;
  int found = 0;
  for (const auto& any : status.details()) found += any.UnpackTo(&detail) ? 1 : 0;
  EXPECT_EQ(found, 1) << Detail::descriptor()->full_name();
  return detail;
}

TEST(ViolationsTest, NoneIsOk) { EXPECT_TRUE(Violations().ToStatus().ok()); }

TEST(ViolationsTest, TellsAllOfThem) {
  Violations violations;
  violations.Add("pipeline.num_stages", "0, want [1, 9]");
  violations.AddLimit("pipeline.num_microbatches", "99, want [1, 10]",
                      {"max_microbatches", 99, 10});
  const grpc::Status status = ToGrpcStatus(violations.ToStatus());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(),
            "pipeline.num_stages = 0, want [1, 9]; pipeline.num_microbatches = 99, want [1, 10]");
  const google::rpc::Status details = DetailsOf(status);
  const auto bad_request = Only<google::rpc::BadRequest>(details);
  ASSERT_EQ(bad_request.field_violations_size(), 2);
  EXPECT_EQ(bad_request.field_violations(1).field(), "pipeline.num_microbatches");
  EXPECT_EQ(bad_request.field_violations(1).description(), "99, want [1, 10]");
  const auto info = Only<google::rpc::ErrorInfo>(details);
  EXPECT_EQ(info.reason(), "INVALID_REQUEST");
  EXPECT_EQ(info.domain(), "pipesched");
}

TEST(ViolationsTest, OnlyLimitsHaveTheirOwnReason) {
  Violations violations;
  violations.AddLimit("pipeline.num_microbatches", "99, want [1, 10]",
                      {"max_microbatches", 99, 10});
  const google::rpc::Status details = DetailsOf(ToGrpcStatus(violations.ToStatus()));
  const auto info = Only<google::rpc::ErrorInfo>(details);
  EXPECT_EQ(info.reason(), "LIMIT_EXCEEDED");
  EXPECT_EQ(info.metadata().at("limit"), "max_microbatches");
  EXPECT_EQ(info.metadata().at("value"), "99");
  EXPECT_EQ(info.metadata().at("max"), "10");
  EXPECT_TRUE(details.details(0).Is<google::rpc::ErrorInfo>());  // first, always
}

TEST(ViolationsTest, ManyFitATrailerAndAreCounted) {
  Violations violations;
  for (int i = 0; i < 100000; ++i) {
    violations.Add(absl::StrCat("pipeline.stage_costs[", i, "].forward"), "-1, want (0, inf)");
  }
  const grpc::Status status = ToGrpcStatus(violations.ToStatus());
  EXPECT_LT(status.error_details().size() + status.error_message().size(), 8192u);
  EXPECT_THAT(status.error_message(), testing::EndsWith("; 100000 violations in all"));
  const google::rpc::Status details = DetailsOf(status);
  EXPECT_GT(Only<google::rpc::BadRequest>(details).field_violations_size(), 30);
  EXPECT_EQ(Only<google::rpc::ErrorInfo>(details).metadata().at("violations"), "100000");
}

TEST(ToGrpcStatusTest, EveryErrorHasAReason) {
  const std::map<absl::StatusCode, std::string> reasons = {
      {absl::StatusCode::kCancelled, "CANCELLED"},
      {absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED"},
      {absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"},
      {absl::StatusCode::kResourceExhausted, "OVERLOADED"},
      {absl::StatusCode::kUnavailable, "DRAINING"},
      {absl::StatusCode::kInternal, "INTERNAL"}};
  for (const auto& [code, reason] : reasons) {
    const grpc::Status status = ToGrpcStatus(absl::Status(code, "why"));
    EXPECT_EQ(static_cast<int>(status.error_code()), static_cast<int>(code));
    EXPECT_EQ(Only<google::rpc::ErrorInfo>(DetailsOf(status)).reason(), reason);
  }
}

TEST(ToGrpcStatusTest, MasksWhatIsInternal) {
  for (const absl::StatusCode code : {absl::StatusCode::kInternal, absl::StatusCode::kUnknown}) {
    const grpc::Status status = ToGrpcStatus(absl::Status(code, "secret"));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
    EXPECT_EQ(status.error_message(), "internal error");
    EXPECT_EQ(DetailsOf(status).ShortDebugString().find("secret"), std::string::npos);
  }
}

TEST(ToGrpcStatusTest, OverloadSaysWhenToRetry) {
  const auto retry = Only<google::rpc::RetryInfo>(
      DetailsOf(ToGrpcStatus(Overloaded("QUEUE", "busy", absl::Milliseconds(1250)))));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 250'000'000);
}

}  // namespace
}  // namespace pipesched
