#include "engine/digest/digest.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "engine/order/registry.h"
#include "tests/support/kinds.h"
#include "tests/support/pipelines.h"

namespace pipesched {
namespace {

TEST(Sha256Test, PublishedVectors) {
  const auto hash = [](absl::string_view text) {
    Sha256 sha;
    sha.Add(text);
    return Hex(sha.Finish());
  };
  // FIPS 180-4 examples.
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 parts;
  parts.Add("a");
  parts.Add("bc");
  EXPECT_EQ(Hex(parts.Finish()), hash("abc"));
}

TEST(DigestOrderTest, IsWhatSha256sumSaysOfTheText) {
  // printf '0F0 0B0 0F1 0B1\n' | sha256sum
  EXPECT_EQ(Hex(*DigestOrder(MakeOrder("1f1b", UniformPipeline(1, 2, 1, 2)))),
            "3b71e214e7b76c651d4ddc145bdd786df944f640fd9d64c2eb2a8cbb5efbb9d5");
}

TEST(DigestPlanTest, ChangesWithEveryValue) {
  const Order order = MakeOrder("1f1b", UniformPipeline(2, 2, 1, 2));
  const Sha256Digest order_digest = *DigestOrder(order);
  const Pipeline base = UniformPipeline(2, 2, 1, 2);
  const std::function<void(Pipeline&)> changes[] = {
      [](Pipeline&) {},
      [](Pipeline& p) { p.shape.num_microbatches = 3; },
      [](Pipeline& p) { p.shape = {.num_ranks = 1, .chunks_per_rank = 2, .num_microbatches = 2}; },
      [](Pipeline& p) { p.scale = TickScale::ForTotal(1e12); },
      [](Pipeline& p) { p.stages[1].forward = 7; },
      [](Pipeline& p) { p.stages[1].backward = 7; },
      [](Pipeline& p) { p.stages[0].backward_input = 7; },
      [](Pipeline& p) { p.stages[0].backward_weight = 7; },
      [](Pipeline& p) { p.stages[0].overlapped_pair = 0; },
      [](Pipeline& p) { p.stages[0].overlapped_pair = 7; },
      [](Pipeline& p) { p.stages[0].activation_bytes = 7; },
      [](Pipeline& p) { p.stages[0].weight_grad_bytes = 7; },
      [](Pipeline& p) { p.stages[0].static_bytes = 7; },
      [](Pipeline& p) { p.p2p_forward[0] = 7; },
      [](Pipeline& p) { p.p2p_backward[0] = 7; },
      [](Pipeline& p) {
        p.memory_limit_bytes = {7, 7};
      },
      [](Pipeline& p) { p.memory_limit_bytes = {7}; },
  };
  std::set<std::string> digests;
  for (const auto& change : changes) {
    Pipeline pipeline = base;
    change(pipeline);
    digests.insert(Hex(DigestPlan(pipeline, "1f1b", 1, order_digest)));
  }
  digests.insert(Hex(DigestPlan(base, "gpipe", 1, order_digest)));
  digests.insert(Hex(DigestPlan(base, "1f1b", 2, order_digest)));
  digests.insert(Hex(DigestPlan(base, "1f1b", 1, Sha256Digest{})));
  EXPECT_EQ(digests.size(), std::size(changes) + 3);
}

// Pinned: a plan's digest is the same on every machine, compiler and -O level.
TEST(DigestPlanTest, IsTheSameEverywhere) {
  const Pipeline pipeline = UniformPipeline(4, 8, 1'000'000'000, 2'000'000'000);
  const Order order = MakeOrder("1f1b", pipeline);
  EXPECT_EQ(Hex(*DigestOrder(order)),
            "8103d469b99b8d3688022526f7c5bc6aaad1fcbed76fe74cf47d978ea293ffed");
  EXPECT_EQ(Hex(DigestPlan(pipeline, "1f1b", kAlgorithmVersion, *DigestOrder(order))),
            "8658286aeaa775dbeb841619e9558b7d5c72f7b009445251037ffd8d6bfa1adc");
}

}  // namespace
}  // namespace pipesched
